// The requests of asvin_client.h. The page "Device protocol" of the documentation describes the bytes.
#include "asvin_client.h"
#include "exchange.h"

#define DIGEST_BYTES 32u

// Where the next byte goes. Once the buffer is full, nothing more is written.
typedef struct {
  uint8_t *at;
  uint8_t *end;
  int is_full;
} writer;

// Whose key proves a request: the scheme of the field, the first bytes of the message, and the name that they are for.
typedef struct {
  const char *scheme;
  const char *context;
  const char *name;
  const uint8_t *key;
  uint32_t key_bytes;
} prover;

static void put(writer *to, uint8_t byte) {
  if (to->at == to->end) {
    to->is_full = 1;
  } else {
    *to->at++ = byte;
  }
}

static void put_bytes(writer *to, const uint8_t *bytes, uint32_t count) {
  while (count-- > 0) put(to, *bytes++);
}

static void put_text(writer *to, const char *text) {
  while (*text != 0) put(to, (uint8_t)*text++);
}

// The lowest bytes of a number, big-endian. In halves, because a shift of 64 bits is a function on a small processor.
static void put_number(writer *to, uint64_t number, uint32_t bytes) {
  while (bytes-- > 0) {
    const uint32_t half = (uint32_t)(bytes < 4 ? number & 0xFFFFFFFF : number >> 32);
    put(to, (uint8_t)(half >> (8 * (bytes & 3)) & 0xFF));
  }
}

// The decimal digits of a number. The division is in pieces of 16 bits, for the same reason.
static void put_decimal(writer *to, uint64_t number) {
  uint32_t halves[2] = {(uint32_t)(number >> 32), (uint32_t)(number & 0xFFFFFFFF)};
  uint8_t digits[20];
  uint32_t count = 0;
  do {
    uint32_t rest = 0;
    for (uint32_t index = 0; index < 2; index++) {
      const uint32_t high = rest << 16 | halves[index] >> 16;
      const uint32_t low = (high % 10) << 16 | (halves[index] & 0xFFFF);
      halves[index] = (high / 10) << 16 | low / 10;
      rest = low % 10;
    }
    digits[count++] = (uint8_t)('0' + rest);
  } while (halves[0] > 0 || halves[1] > 0);
  while (count > 0) put(to, digits[--count]);
}

static void put_hexadecimal(writer *to, const uint8_t *bytes, uint32_t count) {
  for (uint32_t place = 0; place < 2 * count; place++) {
    const uint8_t digit = (uint8_t)(bytes[place / 2] >> (place % 2 == 0 ? 4 : 0) & 15);
    put(to, (uint8_t)(digit < 10 ? '0' + digit : 'a' - 10 + digit));
  }
}

// A head of CBOR in its shortest form.
static void put_head(writer *to, uint8_t major, uint64_t argument) {
  uint32_t width = 0, information = (uint32_t)(argument & 0xFF);
  if (argument > 23) {
    width = argument > 0xFFFFFFFF ? 8 : argument > 0xFFFF ? 4 : argument > 0xFF ? 2 : 1;
    // 24 to 27 for 1, 2, 4 and 8 bytes.
    information = 24 + (width >> 1) - (width >> 3);
  }
  put(to, (uint8_t)((uint32_t)major << 5 | information));
  put_number(to, argument, width);
}

// A key below 24 with the major type of its value, in one argument of a function.
#define MEMBER(key, major) ((uint32_t)(key) << 8 | (major))

// A member of a map: its key, and the head of its value.
static void put_member(writer *to, uint32_t member, uint64_t argument) {
  put(to, (uint8_t)(member >> 8));
  put_head(to, (uint8_t)(member & 0xFF), argument);
}

static void put_bytes_member(writer *to, uint32_t key, const uint8_t *bytes, uint32_t count) {
  put_member(to, MEMBER(key, CBOR_BYTES), count);
  put_bytes(to, bytes, count);
}

// The bytes of a text: 0 for none, for an empty one and for one that is longer than a limit.
static uint32_t length(const char *text, uint32_t limit) {
  uint32_t count = 0;
  if (text == NULL) return 0;
  while (text[count] != 0) {
    if (count++ == limit) return 0;
  }
  return count;
}

static void put_text_member(writer *to, uint32_t key, const char *text, uint32_t limit) {
  const uint32_t count = length(text, limit);
  if (count == 0) to->is_full = 1;
  put_member(to, MEMBER(key, CBOR_TEXT), count);
  put_bytes(to, (const uint8_t *)text, count);
}

// Begins a request with its path, which the caller completes.
static writer begin(const asvin_client *client, asvin_request *request, const char *method, const char *path) {
  writer to = {client->buffer, client->buffer, 1};
  request->method = method;
  request->path = (const char *)client->buffer;
  request->authorization = NULL;
  request->range = NULL;
  request->body = NULL;
  request->body_bytes = 0;
  if (client->buffer == NULL) return to;
  to.end += client->room;
  to.is_full = 0;
  put_text(&to, path);
  return to;
}

static void begin_body(writer *to, asvin_request *request) {
  put(to, 0);
  request->body = to->at;
}

static void end_body(const writer *to, asvin_request *request) {
  request->body_bytes = (uint32_t)(to->at - request->body);
}

static void put_name(writer *to, const char *name, uint32_t count) {
  put(to, (uint8_t)count);
  put_bytes(to, (const uint8_t *)name, count);
}

// Proves a request: the message whose code is the proof is built where the field is written afterwards.
static int32_t prove(asvin_client *client, const prover *by, writer *to, uint32_t expected, asvin_request *request) {
  // The part of the field before the name: workspace, counter, nonce, digest of the body, and code.
  uint8_t head[12 + 3 * DIGEST_BYTES];
  writer part = {head, head + sizeof head, 0};
  uint8_t *const start = to->at;
  const uint32_t name_bytes = length(by->name, ASVIN_NAME_BYTES);
  if (name_bytes == 0 || by->key == NULL || to->is_full) return ASVIN_MISUSE;
  // The platform does not know a nonce of zeros, and answers with a new one.
  if (client->counter == UINT32_MAX) {
    client->counter = 0;
    for (uint32_t index = 0; index < sizeof client->nonce; index++) client->nonce[index] = 0;
  }
  client->counter++;
  client->expected = expected;
  put_number(&part, client->workspace, 8);
  put_number(&part, client->counter, 4);
  put_bytes(&part, client->nonce, sizeof client->nonce);
  asvin_digest(request->body == NULL ? client->buffer : request->body, request->body_bytes, part.at);
  part.at += DIGEST_BYTES;

  put_text(to, by->context);
  put(to, 0);
  put_bytes(to, head, sizeof head - DIGEST_BYTES);
  put_name(to, by->name, name_bytes);
  put_name(to, request->method, length(request->method, 8));
  put_text(to, request->path);
  if (to->is_full) return ASVIN_MISUSE;
  asvin_message_code(by->key, by->key_bytes, start, (uint32_t)(to->at - start), part.at);

  to->at = start;
  put_text(to, by->scheme);
  put(to, ' ');
  put_hexadecimal(to, head, sizeof head);
  put_hexadecimal(to, (const uint8_t *)by->name, name_bytes);
  put(to, 0);
  request->authorization = (const char *)start;
  return to->is_full ? ASVIN_MISUSE : ASVIN_DONE;
}

static int32_t prove_device(asvin_client *client, writer *to, uint32_t expected, asvin_request *request) {
  prover by;
  by.scheme = "Asvin-Device";
  by.context = "asvin-platform-request";
  by.name = client->name;
  by.key = client->key;
  by.key_bytes = ASVIN_KEY_BYTES;
  return prove(client, &by, to, expected, request);
}

int32_t asvin_client_enrol(asvin_client *client, const asvin_device *device, const char *version, const char *customer_key,
                           const char *device_key, asvin_request *request) {
  prover by;
  writer to;
  if (client == NULL || device == NULL || client->key == NULL || request == NULL) return ASVIN_MISUSE;
  by.scheme = "Asvin-Workspace";
  by.context = "asvin-platform-enrolment";
  by.name = device_key;
  by.key = (const uint8_t *)customer_key;
  by.key_bytes = length(customer_key, ASVIN_NAME_BYTES);
  if (by.key_bytes == 0) return ASVIN_MISUSE;
  to = begin(client, request, "POST", "/v2/enrolments");
  begin_body(&to, request);
  put_head(&to, CBOR_MAP, 4);
  put_text_member(&to, 1, client->name, ASVIN_NAME_BYTES);
  put_bytes_member(&to, 2, device->device_class, sizeof device->device_class);
  put_text_member(&to, 3, version, ASVIN_VERSION_BYTES);
  put_bytes_member(&to, 4, client->key, ASVIN_KEY_BYTES);
  end_body(&to, request);
  return prove(client, &by, &to, EXPECTS_ENROLMENT, request);
}

int32_t asvin_client_poll(asvin_client *client, const asvin_device *device, const char *version, uint64_t sequence,
                          asvin_request *request) {
  writer to;
  uint64_t features;
  const asvin_device *components;
  uint32_t count, index, known = 0, knows_time;
  if (client == NULL || device == NULL || request == NULL) return ASVIN_MISUSE;
  components = device->components == NULL ? device : device->components;
  count = device->components == NULL ? 1 : device->component_count;
  features = device->images_only ? 0 : device->features == 0 ? ASVIN_FEATURES_ALL : device->features & MOST_NUMBER;
  // Bit 0 is for patches in place, which need both regions.
  if (device->spare == NULL || device->checkpoint == NULL) features &= ~(uint64_t)1;
  to = begin(client, request, "POST", "/v2/devices/self/next");
  begin_body(&to, request);
  // The platform refuses an offset of more than a day, and a poll must not fail because of a wrong clock.
  knows_time = client->has_utc_offset && (uint32_t)client->utc_offset + 1440 <= 2880;
  put_head(&to, CBOR_MAP, knows_time ? 6 : 5);
  put_text_member(&to, 1, version, ASVIN_VERSION_BYTES);
  put_member(&to, MEMBER(2, CBOR_UNSIGNED), sequence & MOST_NUMBER);
  for (index = 0; index < count; index++) known += components[index].running_bytes > 0;
  put_member(&to, MEMBER(3, CBOR_ARRAY), known);
  for (index = 0; index < count; index++) {
    const asvin_device *const component = components + index;
    if (component->running_bytes == 0) continue;
    put_head(&to, CBOR_MAP, 3);
    put_member(&to, MEMBER(1, CBOR_UNSIGNED), component->slot);
    put_member(&to, MEMBER(2, CBOR_UNSIGNED), component->running_bytes);
    put_bytes_member(&to, 3, component->running_digest, sizeof component->running_digest);
  }
  put_member(&to, MEMBER(4, CBOR_UNSIGNED), features);
  put_member(&to, MEMBER(5, CBOR_UNSIGNED), device->images_only ? 0 : device->memory_bytes);
  if (knows_time) {
    // CBOR has -1 - n for a negative number (RFC 8949 section 3.1), which is the complement of n.
    const int32_t offset = client->utc_offset;
    put_member(&to, MEMBER(6, offset < 0 ? CBOR_NEGATIVE : CBOR_UNSIGNED), (uint32_t)(offset < 0 ? ~offset : offset));
  }
  end_body(&to, request);
  return prove_device(client, &to, EXPECTS_OFFER, request);
}

int32_t asvin_client_fetch(asvin_client *client, const asvin_plan *plan, uint64_t offset, uint64_t count,
                           asvin_request *request) {
  writer to;
  if (client == NULL || plan == NULL || request == NULL || offset >= plan->stream_bytes) return ASVIN_MISUSE;
  to = begin(client, request, "GET", "/v2/releases/");
  put_hexadecimal(&to, plan->release, sizeof plan->release);
  put_text(&to, "/payloads/");
  put_decimal(&to, plan->number);
  put_text(&to, "/stream");
  put(&to, 0);
  request->range = (const char *)to.at;
  put_text(&to, "bytes=");
  put_decimal(&to, offset);
  put(&to, '-');
  if (count > 0) put_decimal(&to, count < plan->stream_bytes - offset ? offset + count - 1 : plan->stream_bytes - 1);
  put(&to, 0);
  return prove_device(client, &to, EXPECTS_BYTES, request);
}

// Reports an event with one number, where that is not 0.
static int32_t report(asvin_client *client, uint64_t rollout, const char *event, uint32_t member, uint32_t number,
                      asvin_request *request) {
  writer to;
  if (client == NULL || request == NULL) return ASVIN_MISUSE;
  to = begin(client, request, "POST", "/v2/devices/self/rollouts/");
  put_decimal(&to, rollout);
  put_text(&to, "/events");
  begin_body(&to, request);
  put_head(&to, CBOR_MAP, number > 0 ? 2 : 1);
  put_text_member(&to, 1, event, 16);
  if (number > 0) put_member(&to, MEMBER(member, CBOR_UNSIGNED), number);
  end_body(&to, request);
  return prove_device(client, &to, EXPECTS_MESSAGE, request);
}

int32_t asvin_client_report(asvin_client *client, uint64_t rollout, const char *event, uint32_t reason,
                            asvin_request *request) {
  if (reason > 255) return ASVIN_MISUSE;
  return report(client, rollout, event, 2, reason, request);
}

int32_t asvin_client_postpone(asvin_client *client, uint64_t rollout, uint32_t seconds, asvin_request *request) {
  if (seconds > 604800) return ASVIN_MISUSE;
  return report(client, rollout, "postponed", 4, seconds, request);
}
