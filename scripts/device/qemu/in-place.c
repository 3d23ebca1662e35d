// Runs the example on a board with one slot for the image: the updater writes a patch over the base, with power lost at
// operations of the flash, spread over the update. Flash is RAM, and the platform is a release that is linked in.
#include "board.h"
#include "firmware.h"
#include "update.h"

extern const uint8_t base_start[], base_end[], image_start[], envelope_start[], envelope_end[];
extern const uint8_t stream_start[], stream_end[];
__asm__(".section .rodata.update,\"a\"\n"
        "base_start: .incbin \"base.bin\"\nbase_end:\nimage_start: .incbin \"image.bin\"\n"
        "envelope_start: .incbin \"envelope.bin\"\nenvelope_end:\nstream_start: .incbin \"stream.bin\"\nstream_end:\n"
        ".text\n");

enum { RECORDS = 512, BLOCK = 4096, UNIT = 8, CUTS = 24 };
enum { SLOT = (UPDATE_IMAGE_BYTES + BLOCK - 1) / BLOCK * BLOCK };
// Two halves, each with room for the patch's memory and 32 bytes. UPDATE_MEMORY_BYTES has a block of the stream as well.
enum { CHECKPOINT = 2 * ((UPDATE_MEMORY_BYTES + 32 + BLOCK - 1) / BLOCK * BLOCK) };
static uint8_t state_bytes[2 * RECORDS], journal_bytes[2 * RECORDS], slot_bytes[SLOT], spare_bytes[BLOCK];
static uint8_t checkpoint_bytes[CHECKPOINT];
static uint64_t memory[(UPDATE_MEMORY_BYTES + 7) / 8];

static uint32_t operations, cut_at;
static _Bool has_no_power;

static void demand(_Bool holds, const char *what) {
  if (holds) return;
  print(what);
  leave(1);
}

// How much of an operation is done: all of it, half of it where power is lost, and nothing after that.
static uint32_t done(uint32_t count) {
  demand(!has_no_power, "flash is asked after it has failed\n");
  has_no_power = ++operations == cut_at;
  return has_no_power ? count / 2 : count;
}

static int32_t read_flash(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  memcpy(bytes, (const uint8_t *)context + offset, count);
  return 0;
}

static int32_t erase_records(void *context, uint32_t offset) {
  memset((uint8_t *)context + offset, 0xFF, done(RECORDS));
  return has_no_power;
}

static int32_t erase_block(void *context, uint32_t offset) {
  demand(offset % BLOCK == 0, "something else than a block is erased\n");
  memset((uint8_t *)context + offset, 0xFF, done(BLOCK));
  return has_no_power;
}

static int32_t write_flash(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  uint8_t *place = (uint8_t *)context + offset;
  demand(count % UNIT == 0 && offset % UNIT == 0 && offset % 512 + count <= 512, "a write breaks the rules of flash\n");
  count = done(count);
  for (uint32_t index = 0; index < count; index++) demand(place[index] == 0xFF, "a byte is written that is not erased\n");
  memcpy(place, bytes, count);
  return has_no_power;
}

static const asvin_flash state = {state_bytes, 0, sizeof state_bytes, RECORDS, UNIT, read_flash, erase_records, write_flash};
static const asvin_flash journal = {
    journal_bytes, 0x10000, sizeof journal_bytes, RECORDS, UNIT, read_flash, erase_records, write_flash};
static const asvin_flash target = {slot_bytes, 0x1000000, SLOT, BLOCK, UNIT, read_flash, erase_block, write_flash};
static const asvin_flash spare = {spare_bytes, 0x20000, BLOCK, BLOCK, UNIT, read_flash, erase_block, write_flash};
static const asvin_flash checkpoint = {
    checkpoint_bytes, 0x2000000, CHECKPOINT, BLOCK, UNIT, read_flash, erase_block, write_flash};

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
static void start_next(uint32_t slot) { demand(slot == 0, "the bootloader is set to another slot\n"); }
static void nothing(void) {}

static struct firmware firmware;

static _Bool holds(const uint8_t *bytes, uint32_t count) {
  for (uint32_t index = 0; index < count; index++)
    if (slot_bytes[index] != bytes[index]) return 0;
  return 1;
}

// One life between two restarts: whether the update is confirmed.
static _Bool live(void) {
  static const asvin_key key = {UPDATE_ALGORITHM, UPDATE_KEY};
  // Everything but the flash is lost.
  memset(&firmware, 0xA5, sizeof firmware);
  memset(memory, 0xA5, sizeof memory);
  firmware.device = (asvin_device){.vendor = UPDATE_VENDOR, .device_class = UPDATE_CLASS, .keys = &key, .key_count = 1,
                                   .key_threshold = 1, .factory_floor = 1, .factory_sequence = 1, .features = ~0ull,
                                   .state = &state, .journal = &journal, .target = &target, .spare = &spare,
                                   .checkpoint = &checkpoint, .running_slot = ASVIN_NO_SLOT,
                                   .running_bytes = (uint32_t)(base_end - base_start), .running_digest = UPDATE_BASE,
                                   .memory = (uint8_t *)memory, .memory_bytes = sizeof memory};
  firmware.poll = poll, firmware.fetch = fetch, firmware.works = works;
  firmware.start_next = start_next, firmware.keep = nothing, firmware.restart = nothing;
  uint32_t slot = 0;
  const int32_t answer = firmware_updater_start(&firmware, &slot);
  if (answer == ASVIN_TRIAL) {
    demand(holds(image_start, UPDATE_IMAGE_BYTES), "the image on trial is not complete\n");
    // The image runs from the slot, and confirms itself.
    firmware.device.running_slot = 0, firmware.device.target_slot = 1, firmware.device.target = NULL;
    firmware.device.running_bytes = 0;
    return asvin_confirm(&firmware.device) == ASVIN_DONE;
  }
  if (answer != ASVIN_CONFIRMED) return 0;
  demand(slot == ASVIN_NO_SLOT || holds(base_start, (uint32_t)(base_end - base_start)), "the base is not complete\n");
  const int32_t updated = firmware_update(&firmware);
  demand(updated == ASVIN_DONE || has_no_power, "the update fails\n");
  return 0;
}

// An update from the factory's image to its confirmation; the number of restarts.
static uint32_t update(uint32_t cut) {
  memset(state_bytes, 0xFF, sizeof state_bytes);
  memset(journal_bytes, 0xFF, sizeof journal_bytes);
  memset(spare_bytes, 0x5A, sizeof spare_bytes);
  memset(checkpoint_bytes, 0x5A, sizeof checkpoint_bytes);
  memset(slot_bytes, 0x5A, sizeof slot_bytes);
  memcpy(slot_bytes, base_start, (uint32_t)(base_end - base_start));
  operations = 0, cut_at = cut, has_no_power = 0;
  uint32_t lives = 1;
  for (; !live(); lives++) {
    demand(lives < 6, "the update does not end\n");
    has_no_power = 0;
  }
  demand(holds(image_start, UPDATE_IMAGE_BYTES), "the image is another one\n");
  uint64_t floor = 0;
  demand(asvin_floor(&firmware.device, &floor, NULL) == ASVIN_DONE && floor == UPDATE_SEQUENCE, "the floor is low\n");
  return lives;
}

void run(void) {
  paint_stack();
  const uint32_t begun = ticks();
  demand(update(0) == 2, "an update without a cut restarts\n");
  const uint32_t taken = ticks() - begun;
  print_number("update_stack", painted_over());
  print_number("update_kiloinsns", (uint32_t)((uint64_t)taken * instructions_per_256_ticks() / 256) / 1000);
  const uint32_t all = operations;
  for (uint32_t number = 0; number < CUTS; number++) update(1 + number * (all - 1) / (CUTS - 1));
  print_number("operations", all);
  print_number("cuts", CUTS);
  print_number("memory", sizeof memory + sizeof firmware.update);
  print_number("flash", CHECKPOINT + BLOCK);
}
