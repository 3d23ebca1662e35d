// Feeds the client's readers every truncation and every change of a byte of replies, each in memory of exactly its size, so
// that the sanitiser sees a byte that is read beyond it. See scripts/device/client.
#include "asvin_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Replies with a member of each type, known and unknown; the numbers of members are as the platform sends them.
static const uint8_t offer[] = {
    0xA7, 0x01, 0x19, 0x01, 0x2C, 0x02, 0x44, 1, 2, 3, 4, 0x03, 0x63, 'a', 'b', 'c', 0x05, 0x1B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    0xFF, 0xFF, 0xFF, 0x06, 0x45, 0xA1, 0x01, 0x42, 7, 8, 0x07, 0x82, 0xA2, 0x01, 0x00, 0x04, 0x1A, 0, 1, 0, 0, 0xA1, 0x01,
    0x20, 0x18, 0x20, 0xF5};
static const uint8_t refusal[] = {
    0xA2, 0x01, 0x62, 'n', 'o', 0x05, 0x58, 0x20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32};

static unsigned long runs, accepted;

// The requests are not under test here, and need no digests.
void asvin_digest(const uint8_t *bytes, uint32_t count, uint8_t *digest) { (void)bytes, (void)count, (void)digest; }
void asvin_message_code(const uint8_t *key, uint32_t key_bytes, const uint8_t *message, uint32_t count, uint8_t *code) {
  (void)key, (void)key_bytes, (void)message, (void)count, (void)code;
}

static void demand(int holds, const char *what, unsigned long place) {
  if (holds) return;
  fprintf(stderr, "client: error: %s, byte %lu\n", what, place);
  exit(1);
}

// Reads bytes as an offer: whether they are one. What it points to is then inside the bytes.
static int is_offer(const uint8_t *bytes, uint32_t count) {
  uint8_t *const copy = malloc(count > 0 ? count : 1);
  asvin_offer found;
  memcpy(copy, bytes, count);
  runs++;
  const int32_t answer = asvin_client_offer(copy, count, &found);
  if (answer == ASVIN_DONE) {
    accepted++;
    demand(found.rollout > 0 && found.envelope_bytes > 0 && found.envelope >= copy
               && found.envelope + found.envelope_bytes <= copy + count,
           "an offer points outside its bytes", count);
    volatile uint8_t sum = 0;
    for (uint32_t index = 0; index < found.envelope_bytes; index++) sum = (uint8_t)(sum + found.envelope[index]);
  } else {
    demand(answer == ASVIN_MALFORMED, "an offer has another answer", count);
  }
  free(copy);
  return answer == ASVIN_DONE;
}

// Reads bytes as a refusal: whether they hold a nonce.
static int has_nonce(const uint8_t *bytes, uint32_t count) {
  uint8_t *const copy = malloc(count > 0 ? count : 1);
  asvin_client client = {0};
  memcpy(copy, bytes, count);
  client.expected = 1;
  client.counter = 9;
  runs++;
  const int32_t answer = asvin_client_reply(&client, 401, copy, count);
  demand(answer == ASVIN_AGAIN || answer == ASVIN_REFUSED || answer == ASVIN_MALFORMED, "a refusal has another answer", count);
  demand((answer == ASVIN_AGAIN) == (client.counter == 0 && client.is_fresh == 1), "a nonce is half taken", count);
  free(copy);
  return answer == ASVIN_AGAIN;
}

static void check(const uint8_t *bytes, uint32_t count, int (*accepts)(const uint8_t *, uint32_t)) {
  uint8_t changed[256];
  demand(accepts(bytes, count), "a valid reply is refused", 0);
  for (uint32_t length = 0; length < count; length++) demand(!accepts(bytes, length), "a truncated reply is accepted", length);
  memcpy(changed, bytes, count);
  changed[count] = 0;
  demand(!accepts(changed, count + 1), "a reply with a byte after it is accepted", count);
  for (uint32_t place = 0; place < count; place++) {
    for (unsigned value = 0; value < 256; value++) {
      changed[place] = (uint8_t)value;
      accepts(changed, count);
    }
    changed[place] = bytes[place];
  }
}

int main(void) {
  check(offer, sizeof offer, is_offer);
  check(refusal, sizeof refusal, has_nonce);

  // A second refusal of a fresh nonce ends the exchange.
  asvin_client client = {0};
  client.expected = 1;
  demand(asvin_client_reply(&client, 401, refusal, sizeof refusal) == ASVIN_AGAIN, "the first refusal", 0);
  client.expected = 1;
  demand(asvin_client_reply(&client, 401, refusal, sizeof refusal) == ASVIN_REFUSED, "the second refusal", 0);
  demand(asvin_client_reply(&client, 200, NULL, 0) == ASVIN_MISUSE, "a reply without a request", 0);
  printf("client: %lu replies, truncated and changed, read under the sanitisers; %lu were still offers\n", runs, accepted);
  return 0;
}
