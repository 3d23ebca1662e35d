// Installs releases on a board with the power cut at every operation of flash, and proves after each what runs.
//
// Usage: PROGRAM FOLDER STRIDE DENSE. The folder has the images and the signed releases that scripts/device/integrations makes.
// A stride of 1 cuts at every operation, one of n at every nth, but for the first DENSE operations.
#include "trial.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "releases.h"

enum { NORMAL, CUT, RESTART, IMAGES = 3, PAYLOADS = 4, STARTS = 40 };
// A release whose test is passed, is never passed, or is passed at its first start alone.
enum kind { GOOD, BAD, FICKLE };
// How the power is cut: at which operation, in its middle or before it; and again, a number of times, each at an operation of
// the start that follows.
struct cut {
  uint32_t operation;
  int is_in_the_middle;
  uint32_t again, times;
};

struct content {
  uint8_t *bytes;
  uint32_t count;
};

static struct content images[IMAGES + 1], envelopes[IMAGES + 1], streams[IMAGES + 1][PAYLOADS];
static const char *folder;
static jmp_buf power;
static struct firmware firmware;
static uint64_t memory[SIGNED_MEMORY / 8];
static int running, wanted, tests, has_failed, failures;
static enum kind kind;
static uint32_t stride, dense;

void flash_lost_power(void) { longjmp(power, CUT); }
void trial_restart(void) { longjmp(power, RESTART); }

uint32_t trial_image_bytes(const uint8_t *image) {
  uint32_t head[4];
  uint16_t fields[2];
  memcpy(head, image, sizeof head);
  memcpy(fields, image + (head[2] & 0xFFFF) + head[3], sizeof fields);
  return (head[2] & 0xFFFF) + head[3] + fields[1];
}

static struct content content(const char *name) {
  char path[512];
  struct content found = {NULL, 0};
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *const file = fopen(path, "rb");
  if (file == NULL) return found;
  found.bytes = malloc(1 << 18);
  if (found.bytes != NULL) found.count = (uint32_t)fread(found.bytes, 1, 1 << 18, file);
  fclose(file);
  return found;
}

static void check(int is_right, const char *what, struct cut cut) {
  if (is_right) return;
  fprintf(stderr, "integration: error: %s, power cut %s operation %u, and %u times at operation %u\n", what,
          cut.is_in_the_middle ? "in" : "before", (unsigned)cut.operation, (unsigned)cut.times, (unsigned)cut.again);
  if (++failures > 8) exit(1);
}

static int32_t works(void) {
  if (running == wanted) tests++;
  if (kind == GOOD || running != wanted || (kind == FICKLE && tests == 1)) return 1;
  has_failed = 1;
  return 0;
}

static uint32_t poll(uint8_t *envelope, uint32_t room) {
  // The platform offers a release that has failed no more.
  if (running == wanted || has_failed || envelopes[wanted].count > room) return 0;
  memcpy(envelope, envelopes[wanted].bytes, envelopes[wanted].count);
  return envelopes[wanted].count;
}

static int32_t fetch(uint32_t payload, uint64_t offset, uint8_t *bytes, uint32_t count) {
  if (payload >= PAYLOADS || offset + count > streams[wanted][payload].count) return 1;
  memcpy(bytes, streams[wanted][payload].bytes + offset, count);
  return 0;
}

// One start: the bootloader, and the firmware that it starts. The power may be cut in either.
static int start(struct cut cut) {
  static int32_t answer;
  const int ended = setjmp(power);
  if (ended != NORMAL) return ended;
  const uint8_t *const image = board_boot();
  running = 0;
  for (int index = 1; index <= IMAGES; index++)
    if (image != NULL && memcmp(image, images[index].bytes, images[index].count) == 0) running = index;
  check(running > 0, "what starts is not an image", cut);
  if (running == 0) exit(1);
  check(running == wanted || running == wanted - 1, "an older image starts", cut);
  memset(&firmware, 0, sizeof firmware);
  memset(memory, 0xA5, sizeof memory);
  static const asvin_key key = {ASVIN_ED25519, RELEASE_KEY};
  firmware.device = (asvin_device){.vendor = RELEASE_VENDOR, .device_class = RELEASE_CLASS, .keys = &key, .key_count = 1,
                                   .key_threshold = 1, .factory_floor = RELEASE_SEQUENCE(1),
                                   .factory_sequence = RELEASE_SEQUENCE(1), .features = ~0ull,
                                   .memory = (uint8_t *)memory, .memory_bytes = sizeof memory};
  firmware.poll = poll, firmware.fetch = fetch, firmware.works = works, firmware.restart = trial_restart;
  board_open(&firmware);
  answer = board_start(&firmware);
  check(answer == ASVIN_DONE || answer == ASVIN_CONFIRMED || answer == ASVIN_REVERTED, "the start failed", cut);
  if (running == wanted || has_failed) return NORMAL;
  answer = firmware_update(&firmware);
  check(answer == ASVIN_DONE, "the update failed", cut);
  trial_restart();
  return NORMAL;
}

// Starts until nothing is left to do.
static void settle(struct cut cut) {
  int left = STARTS;
  uint32_t more = cut.times;
  flash_cut(cut.operation, cut.is_in_the_middle);
  for (;;) {
    const int ended = start(cut);
    if (ended == NORMAL) break;
    check(--left > 0, "the device does not settle", cut);
    if (left == 0) break;
    if (ended == CUT && more > 0) more--, flash_cut(cut.again, cut.is_in_the_middle);
  }
  flash_cut(0, 0);
  // Once more, without a cut: what runs stays, and its sequence number is the floor.
  check(start(cut) == NORMAL, "what runs does not stay", cut);
  const int expected = has_failed ? wanted - 1 : wanted;
  uint64_t floor = 0, sequence = 0;
  check(running == expected, "the wrong image runs", cut);
  check(asvin_floor(&firmware.device, &floor, &sequence) == ASVIN_DONE, "there is no floor", cut);
  check(floor == RELEASE_SEQUENCE((uint64_t)expected) && sequence == floor, "the floor is not that of what runs", cut);
}

// A device that leaves the factory, installs the releases before one, and then that one. Returns the operations of the last.
static uint32_t install(int release, enum kind of_kind, struct cut cut) {
  board_make(images[1].bytes, images[1].count);
  uint32_t before = 0;
  for (wanted = 2; wanted <= release; wanted++) {
    const int is_last = wanted == release;
    kind = is_last ? of_kind : GOOD, tests = has_failed = 0;
    before = flash_counts.erases + flash_counts.writes;
    settle(is_last ? cut : (struct cut){0});
  }
  wanted = release;
  return flash_counts.erases + flash_counts.writes - before;
}

// Installs a release with each cut: at the first operations in every way, and with a stride of 1 at all of them; with a larger
// stride then at every nth, in one way after the other. Around the confirmation, but for a mere sample without first
// operations, every operation is cut, and the second cut is at each of the next operations as well. Returns the number of
// trials.
static uint32_t cut_all(int release, enum kind of_kind) {
  enum { CONFIRMATION = 6, NEXT = 8 };
  const uint32_t operations = install(release, of_kind, (struct cut){0});
  const uint32_t confirmation = stride == 1 || dense > 0 ? operations - CONFIRMATION : operations;
  uint32_t trials = 0;
  for (uint32_t operation = 1; operation <= operations;) {
    // Once more somewhat later; or twice at the second operation, as by a supply that collapses under the same load.
    const struct cut ways[] = {{operation, 0, 1 + operation * 7 % 29, 1},
                               {operation, 1, 1 + operation * 7 % 29, 1},
                               {operation, 0, 2, 2},
                               {operation, 1, 2, 2}};
    for (uint32_t way = 0; way < 4; way++)
      if (stride == 1 || operation <= dense || way == operation % 4) trials++, install(release, of_kind, ways[way]);
    for (uint32_t next = 1; operation > confirmation && next <= NEXT; next++)
      for (int middle = 0; middle < 2; middle++) trials++, install(release, of_kind, (struct cut){operation, middle, next, 1});
    const uint32_t following = operation + (operation < dense || operation >= confirmation ? 1 : stride);
    operation = operation < confirmation && following > confirmation ? confirmation : following;
  }
  return trials;
}

int main(int count, char **arguments) {
  if (count != 4 || atoi(arguments[2]) < 1 || atoi(arguments[3]) < 0) return 64;
  folder = arguments[1], stride = (uint32_t)atoi(arguments[2]), dense = (uint32_t)atoi(arguments[3]);
  for (int index = 1; index <= IMAGES; index++) {
    char name[64];
    snprintf(name, sizeof name, "image-%d.bin", index);
    images[index] = content(name);
    snprintf(name, sizeof name, "envelope-%d.bin", index);
    envelopes[index] = content(name);
    for (int payload = 0; payload < PAYLOADS; payload++) {
      snprintf(name, sizeof name, "stream-%d-%d.bin", index, payload);
      streams[index][payload] = content(name);
    }
    if (images[index].count == 0 || (index > 1 && envelopes[index].count == 0)) return 66;
  }
  const uint32_t good = cut_all(2, GOOD) + cut_all(3, GOOD), bad = cut_all(2, BAD) + cut_all(2, FICKLE);
  printf("%u updates with power cuts, and %u that fail their test\n", (unsigned)good, (unsigned)bad);
  return failures > 0;
}
