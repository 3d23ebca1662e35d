// The replies of asvin_client.h: deterministic CBOR (RFC 8949, 4.2.1), read where it is. No length is used before it was
// compared with the bytes that are left.
#include "asvin_client.h"
#include "exchange.h"

// Levels of arrays and maps in a member that is skipped: an offer has payloads in an array.
#define LEVELS 4u

typedef struct {
  const uint8_t *at;
  const uint8_t *end;
} reader;

// A map: the pairs that are left, and the lowest key that may come next.
typedef struct {
  uint64_t pairs;
  uint64_t lowest;
} members;

static uint64_t left(const reader *from) { return (uint64_t)(from->end - from->at); }

// Reads a head. Returns 0 for an encoding that is not the shortest, for a tag, a float and an indefinite length.
static int read_head(reader *from, uint8_t *major, uint64_t *argument) {
  uint8_t information;
  uint32_t width;
  if (from->at == from->end) return 0;
  *major = (uint8_t)(*from->at >> 5);
  information = (uint8_t)(*from->at++ & 31);
  if (information > 27 || *major == CBOR_TAG) return 0;
  if (*major == CBOR_SIMPLE && (information < 20 || information > 22)) return 0;
  *argument = information;
  if (information < 24) return 1;
  width = 1u << (information - 24);
  if (left(from) < width) return 0;
  *argument = 0;
  for (uint32_t index = 0; index < width; index++) *argument = *argument << 8 | *from->at++;
  // A number that fits the next shorter form has to be in it.
  return *argument > (width == 8 ? 0xFFFFFFFF : width == 4 ? 0xFFFF : width == 2 ? 0xFF : 23);
}

static int read_argument(reader *from, uint8_t major, uint64_t *argument) {
  uint8_t found;
  return read_head(from, &found, argument) && found == major;
}

// Skips an item. The order of keys inside it is not checked, because nothing of it is used.
static int skip(reader *from) {
  uint64_t items[LEVELS] = {1};
  uint32_t level = 0;
  for (;;) {
    uint8_t major;
    uint64_t argument;
    while (items[level] == 0) {
      if (level == 0) return 1;
      level--;
    }
    items[level]--;
    if (!read_head(from, &major, &argument)) return 0;
    if (major == CBOR_BYTES || major == CBOR_TEXT) {
      if (argument > left(from)) return 0;
      from->at += argument;
    } else if (major == CBOR_ARRAY || major == CBOR_MAP) {
      // An item has at least one byte.
      if (argument > left(from) || level + 1 == LEVELS) return 0;
      items[++level] = major == CBOR_MAP ? 2 * argument : argument;
    }
  }
}

static int read_map(reader *from, members *map) {
  map->lowest = 0;
  return read_argument(from, CBOR_MAP, &map->pairs) && map->pairs <= left(from);
}

// Reads the next key, which is above the one before.
static int read_key(reader *from, members *map, uint64_t *key) {
  if (!read_argument(from, CBOR_UNSIGNED, key) || *key < map->lowest || *key == UINT64_MAX) return 0;
  map->pairs--;
  map->lowest = *key + 1;
  return 1;
}

static int read_bytes(reader *from, uint64_t most, const uint8_t **bytes, uint32_t *count) {
  uint64_t argument;
  if (!read_argument(from, CBOR_BYTES, &argument) || argument > most || argument > left(from)) return 0;
  *bytes = from->at;
  *count = (uint32_t)argument;
  from->at += argument;
  return 1;
}

// Reads the nonce of a refusal; NULL where it has none. Returns 0 for bytes that are not a refusal.
static int read_nonce(reader *from, const uint8_t **nonce) {
  members map;
  *nonce = NULL;
  if (!read_map(from, &map)) return 0;
  while (map.pairs > 0) {
    uint64_t key;
    uint32_t count;
    if (!read_key(from, &map, &key)) return 0;
    if (key != 5) {
      if (!skip(from)) return 0;
    } else if (!read_bytes(from, 32, nonce, &count) || count != 32) {
      return 0;
    }
  }
  return from->at == from->end;
}

// The answer to a refused proof: a new nonce once, so that a wrong key does not repeat requests without end.
static int32_t renew(asvin_client *client, const uint8_t *body, uint32_t count) {
  reader from;
  const uint8_t *nonce;
  const uint32_t was_fresh = client->is_fresh;
  client->is_fresh = 0;
  if (body == NULL) return ASVIN_MALFORMED;
  from.at = body;
  from.end = body + count;
  if (!read_nonce(&from, &nonce)) return ASVIN_MALFORMED;
  if (nonce == NULL) return ASVIN_REFUSED;
  for (uint32_t index = 0; index < 32; index++) client->nonce[index] = nonce[index];
  client->counter = 0;
  if (was_fresh) return ASVIN_REFUSED;
  client->is_fresh = 1;
  return ASVIN_AGAIN;
}

int32_t asvin_client_reply(asvin_client *client, uint32_t status, const uint8_t *body, uint32_t count) {
  uint32_t expected;
  if (client == NULL || client->expected == 0) return ASVIN_MISUSE;
  expected = client->expected;
  client->expected = 0;
  if (status == 401) return renew(client, body, count);
  client->is_fresh = 0;
  if (status == 408 || status == 429 || (status >= 500 && status < 600)) return ASVIN_LATER;
  if (status == 409 && expected != EXPECTS_ENROLMENT) return ASVIN_HELD;
  if (status == 410) return ASVIN_GONE;
  if (status >= 400 && status < 500) return ASVIN_REFUSED;
  // All bytes in place of those that were asked for are not what the caller has room for.
  if (expected == EXPECTS_BYTES) return status == 206 ? ASVIN_DONE : ASVIN_MALFORMED;
  if (status == 200 || (status == 201 && expected == EXPECTS_ENROLMENT)) return ASVIN_DONE;
  return status == 204 && expected == EXPECTS_OFFER ? ASVIN_NOTHING : ASVIN_MALFORMED;
}

int32_t asvin_client_offer(const uint8_t *body, uint32_t count, asvin_offer *offer) {
  reader from;
  members map;
  if (body == NULL || offer == NULL) return ASVIN_MISUSE;
  offer->rollout = 0;
  offer->envelope = NULL;
  offer->envelope_bytes = 0;
  from.at = body;
  from.end = body + count;
  if (!read_map(&from, &map)) return ASVIN_MALFORMED;
  while (map.pairs > 0) {
    uint64_t key;
    int is_read;
    if (!read_key(&from, &map, &key)) return ASVIN_MALFORMED;
    switch (key) {
      case 1: is_read = read_argument(&from, CBOR_UNSIGNED, &offer->rollout); break;
      case 6: is_read = read_bytes(&from, ASVIN_ENVELOPE_BYTES, &offer->envelope, &offer->envelope_bytes); break;
      default: is_read = skip(&from); break;
    }
    if (!is_read) return ASVIN_MALFORMED;
  }
  if (from.at != from.end || offer->rollout == 0 || offer->envelope_bytes == 0) return ASVIN_MALFORMED;
  return ASVIN_DONE;
}
