// The example firmware as a product on an emulated ESP8266: its constants are those of `asvin-pack device-header`, its flash is
// a file, and what the platform would send is in files too. See scripts/device/emulate.
#include "asvin_client.h"
#include "asvin_device.h"
#include "board.h"
#include "firmware.h"
#include "flash.h"
#include "xtensa.h"

enum { RESTART = 10 };

static asvin_flash region(uint32_t start, uint32_t capacity) {
  return (asvin_flash){(void *)start, start, capacity, BLOCK, 4, flash_read, flash_erase, flash_write};
}

// Bytes of a file from an offset on: how many, less than 0 where there is no such file.
static int32_t load(const char *name, uint32_t offset, uint8_t *bytes, uint32_t room) {
  const int32_t file = simulate(OPEN, (uint32_t)name, READ_ONLY, 0);
  if (file < 0) return -1;
  simulate(SEEK, (uint32_t)file, offset, 0);
  const int32_t count = simulate(READ, (uint32_t)file, (uint32_t)bytes, room);
  simulate(CLOSE, (uint32_t)file, 0, 0);
  return count;
}

static uint32_t poll(uint8_t *envelope, uint32_t room) {
  const int32_t count = load("update/envelope", 0, envelope, room);
  return count < 0 ? 0 : (uint32_t)count;
}

static int32_t fetch(uint32_t payload, uint64_t offset, uint8_t *bytes, uint32_t count) {
  // A release has at most 16 payloads.
  char name[17] = "update/stream-";
  uint32_t length = 14;
  if (payload > 9) name[length++] = '1';
  name[length] = (char)('0' + payload % 10);
  if (offset == 0) {
    print("fetches ");
    print(name);
    print("\n");
  }
  return load(name, (uint32_t)offset, bytes, count) != (int32_t)count;
}

static int32_t works(void) { return 1; }
static void keep(void) {}
static void start_next(uint32_t slot) {
  flash_erase((void *)CHOICE, 0);
  flash_write((void *)CHOICE, 0, (const uint8_t *)&slot, sizeof slot);
}
static void restart(void) {
  print("restarts\n");
  leave(RESTART);
}

static void tell(const char *what, int32_t result) {
  print(what);
  print(": ");
  print(asvin_reason_text(result));
  print("\n");
}

// The bytes of the image in a slot, as its segments and its checksum end it; 0 where there is none.
static uint32_t image_bytes(const asvin_flash *slot) {
  uint8_t head[8];
  uint32_t segment[2], offset = sizeof head;
  if (slot->read(slot->context, 0, head, sizeof head) != 0 || head[0] != 0xE9) return 0;
  for (uint32_t left = head[1]; left > 0; left--) {
    if (offset > slot->capacity - 16 || slot->read(slot->context, offset, (uint8_t *)segment, sizeof segment) != 0) return 0;
    if (segment[1] > slot->capacity - 16 - offset) return 0;
    offset += 8 + segment[1];
  }
  return offset / 16 * 16 + 16;
}

void run(void) {
  static const asvin_key keys[] = ASVIN_DEVICE_KEYS;
  static uint64_t memory[ASVIN_DEVICE_MEMORY_BYTES / 8];
  static struct firmware firmware;
  static asvin_flash state, journal, slots[2];
  uint32_t slot;
  if (!flash_open()) leave(2);
  flash_read((void *)CHOICE, 0, (uint8_t *)&slot, sizeof slot);
  if (slot > 1) slot = 0;
  state = region(STATE, 2 * BLOCK), journal = region(JOURNAL, 2 * BLOCK);
  for (uint32_t index = 0; index < 2; index++)
    slots[index] = region(SLOTS + index * STRIDE, ASVIN_DEVICE_SLOT_0_BYTES);
  asvin_device *const device = &firmware.device;
  *device = (asvin_device){.vendor = ASVIN_DEVICE_VENDOR, .device_class = ASVIN_DEVICE_CLASS, .keys = keys,
                           .key_count = ASVIN_DEVICE_KEY_COUNT, .key_threshold = ASVIN_DEVICE_KEY_THRESHOLD,
                           .factory_floor = ASVIN_DEVICE_SEQUENCE, .factory_sequence = ASVIN_DEVICE_SEQUENCE,
                           .features = ASVIN_DEVICE_FEATURES, .images_only = ASVIN_DEVICE_IMAGES_ONLY,
                           .state = &state, .journal = &journal, .running = &slots[slot], .target = &slots[1 - slot],
                           .running_slot = slot, .target_slot = 1 - slot,
                           .memory = (uint8_t *)memory, .memory_bytes = sizeof memory};
  // What really runs: without it, no patch is chosen.
  device->running_bytes = image_bytes(device->running);
  if (asvin_digest_region(device->running, device->running_bytes, device->running_digest) != ASVIN_DONE)
    device->running_bytes = 0;
  firmware.poll = poll, firmware.fetch = fetch, firmware.works = works;
  firmware.start_next = start_next, firmware.keep = keep, firmware.restart = restart;

  print_number("firmware: sequence", (uint32_t)ASVIN_DEVICE_SEQUENCE);
  tell("start", firmware_start(&firmware));
  uint64_t floor, sequence;
  if (asvin_floor(device, &floor, &sequence) == ASVIN_DONE) print_number("floor:", (uint32_t)floor);
  const int32_t result = firmware_update(&firmware);
  tell("update", result);
  if (result == ASVIN_DONE) restart();
}
