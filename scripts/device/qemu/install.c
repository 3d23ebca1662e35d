// Runs the example on a board: it starts, updates, starts again, and confirms. Its flash is RAM, its platform a release
// that is linked in. Prints what that took. See update.py.
#include "board.h"
#include "firmware.h"
#include "update.h"

extern const uint8_t base_start[], base_end[], image_start[], image_end[], envelope_start[], envelope_end[];
extern const uint8_t stream_start[], stream_end[];
__asm__(".section .rodata.update,\"a\"\n"
        "base_start: .incbin \"base.bin\"\nbase_end:\nimage_start: .incbin \"image.bin\"\nimage_end:\n"
        "envelope_start: .incbin \"envelope.bin\"\nenvelope_end:\nstream_start: .incbin \"stream.bin\"\nstream_end:\n"
        ".text\n");

enum { BLOCK = 512, SLOT = (UPDATE_IMAGE_BYTES + BLOCK - 1) / BLOCK * BLOCK };
// Where the regions begin, far from each other.
enum { STATE = 0x0, JOURNAL = 0x10000, RUNNING = 0x1000000, TARGET = 0x2000000 };
static uint8_t state_bytes[2 * BLOCK], journal_bytes[2 * BLOCK], target_bytes[SLOT];
static uint64_t memory[(UPDATE_MEMORY_BYTES + 7) / 8];

static int32_t read_flash(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  memcpy(bytes, (const uint8_t *)context + offset, count);
  return 0;
}

static int32_t erase_flash(void *context, uint32_t offset) {
  memset((uint8_t *)context + offset, 0xFF, BLOCK);
  return 0;
}

// Refuses to write to bytes that are not erased, or in incomplete units.
static int32_t write_flash(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  uint8_t *place = (uint8_t *)context + offset;
  if (count % 8 != 0 || offset % 8 != 0 || offset % 512 + count > 512) return 1;
  for (uint32_t index = 0; index < count; index++)
    if (place[index] != 0xFF) return 1;
  memcpy(place, bytes, count);
  return 0;
}

static asvin_flash flash(const uint8_t *bytes, uint32_t start, uint32_t capacity) {
  return (asvin_flash){(void *)(uintptr_t)bytes, start, capacity, BLOCK, 8, read_flash, erase_flash, write_flash};
}

static uint32_t poll(uint8_t *envelope, uint32_t room) {
  const uint32_t count = (uint32_t)(envelope_end - envelope_start);
  if (count > room) return 0;
  memcpy(envelope, envelope_start, count);
  return count;
}

static int32_t fetch(uint32_t payload, uint64_t offset, uint8_t *bytes, uint32_t count) {
  if (payload != UPDATE_PAYLOAD || offset + count > (uint64_t)(stream_end - stream_start)) return 1;
  memcpy(bytes, stream_start + offset, count);
  return 0;
}

static int32_t works(void) { return 1; }

// The bootloader: what it starts next, what it keeps, and how often it was asked to restart.
static uint32_t next_slot, kept_slot, restarts;
static struct firmware firmware;

static void start_next(uint32_t slot) { next_slot = slot; }
static void keep(void) { kept_slot = firmware.device.running_slot; }
static void restart(void) { restarts++; }

// Signatures are the device's own business, so that what the verifier takes shows.
static int32_t check(void *context, const asvin_key *key, const uint8_t *signature, const uint8_t *head,
                     uint32_t head_count, const uint8_t *payload, uint32_t payload_count) {
  (void)context, (void)key, (void)signature, (void)head, (void)head_count, (void)payload, (void)payload_count;
  return ASVIN_SIGNED;
}

static void demand(_Bool holds, const char *what) {
  if (holds) return;
  print(what);
  leave(1);
}

static uint32_t scale, begun;

static void begin(void) {
  paint_stack();
  begun = ticks();
}

static void end(const char *insns, const char *stack) {
  const uint32_t taken = ticks() - begun;
  print_number(stack, painted_over());
  print_number(insns, (uint32_t)((uint64_t)taken * scale / 256) / 1000);
}

void run(void) {
  static const asvin_key key = {UPDATE_ALGORITHM, UPDATE_KEY};
  static asvin_flash state, journal, running, target;
  static asvin_plan plan;
  scale = instructions_per_256_ticks();
  memset(state_bytes, 0xFF, sizeof state_bytes);
  memset(journal_bytes, 0xFF, sizeof journal_bytes);
  memset(target_bytes, 0x5A, sizeof target_bytes);
  state = flash(state_bytes, STATE, sizeof state_bytes);
  journal = flash(journal_bytes, JOURNAL, sizeof journal_bytes);
  target = flash(target_bytes, TARGET, sizeof target_bytes);
  running = flash(base_start, RUNNING, (uint32_t)(base_end - base_start) / BLOCK * BLOCK);
  running.capacity = SLOT;
  firmware.device = (asvin_device){.vendor = UPDATE_VENDOR, .device_class = UPDATE_CLASS, .keys = &key, .key_count = 1,
                                   .key_threshold = 1, .factory_floor = 1, .factory_sequence = 1, .features = ~0ull,
                                   .state = &state, .journal = &journal, .running = &running, .target = &target,
                                   .running_slot = 0, .target_slot = 1,
#ifdef IMAGES_ONLY
                                   .images_only = 1,
#endif
                                   .running_bytes = (uint32_t)(base_end - base_start), .running_digest = UPDATE_BASE,
                                   .memory = (uint8_t *)memory, .memory_bytes = sizeof memory};
  firmware.poll = poll, firmware.fetch = fetch, firmware.works = works;
  firmware.start_next = start_next, firmware.keep = keep, firmware.restart = restart;

  demand(firmware_start(&firmware) == ASVIN_CONFIRMED, "the first start fails\n");

  firmware.device.check = check;
  const uint32_t count = poll(firmware.envelope, sizeof firmware.envelope);
  begin();
  const int32_t verified = asvin_verify(&firmware.device, firmware.envelope, count, &plan);
  end("verifier_kiloinsns", "verifier_stack");
  print_number("verifier_answer", verified == ASVIN_DONE ? 0 : (uint32_t)verified);
  demand(verified == ASVIN_DONE && plan.payload == UPDATE_PAYLOAD, "the release is refused\n");
  firmware.device.check = NULL;
  firmware.envelope[count - 1] ^= 1;
  demand(asvin_verify(&firmware.device, firmware.envelope, count, &plan) != ASVIN_DONE, "a forged one is not refused\n");

  begin();
  const int32_t updated = firmware_update(&firmware);
  end("update_kiloinsns", "update_stack");
  print_number("update_answer", updated == ASVIN_DONE ? 0 : (uint32_t)updated);
  demand(updated == ASVIN_DONE, "the update fails\n");
  for (uint32_t index = 0; index < UPDATE_IMAGE_BYTES; index++)
    demand(target_bytes[index] == image_start[index], "the image is another one\n");

  demand(next_slot == 1 && restarts == 0, "the bootloader is not set\n");

  // The old image starts: the update has failed to start, and is not confirmed by it.
  uint64_t floor = 0, sequence = 0;
  demand(firmware_start(&firmware) == ASVIN_REVERTED, "the old image does not revert\n");
  demand(asvin_confirm(&firmware.device) == ASVIN_MISUSE, "the old image confirms\n");
  demand(asvin_floor(&firmware.device, &floor, &sequence) == ASVIN_DONE && floor == 1, "the floor has risen\n");
  demand(firmware_update(&firmware) == ASVIN_DONE, "the second update fails\n");

  // Now the new one starts: the slots have changed places, and nothing is known of its image.
  firmware.device.running = &target, firmware.device.target = &running;
  firmware.device.running_slot = 1, firmware.device.target_slot = 0, firmware.device.running_bytes = 0;
  demand(firmware_start(&firmware) == ASVIN_DONE && kept_slot == 1, "the new image is not confirmed\n");
  demand(asvin_floor(&firmware.device, &floor, &sequence) == ASVIN_DONE && floor == UPDATE_SEQUENCE, "the floor is low\n");
  demand(firmware_update(&firmware) != ASVIN_DONE, "it is installed a second time\n");
  print_number("memory", sizeof memory + sizeof firmware.update);
}
