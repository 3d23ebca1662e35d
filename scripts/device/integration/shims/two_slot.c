// A board with two slots and a loader of its own.
#include "../trial.h"
#include "../integration.h"
#include "layout.h"

static int32_t handover;
static asvin_flash state, journal, slots[2];
static uint32_t here;

static int32_t read_flash(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  return flash_read((uint32_t)(uintptr_t)context + offset, bytes, count);
}
static int32_t erase_flash(void *context, uint32_t offset) {
  flash_erase((uint32_t)(uintptr_t)context + offset, BLOCK);
  return 0;
}
static int32_t write_flash(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  flash_write((uint32_t)(uintptr_t)context + offset, bytes, count);
  return 0;
}
static asvin_flash region(uint32_t start, uint32_t capacity) {
  return (asvin_flash){(void *)(uintptr_t)start, start, capacity, BLOCK, 8, read_flash, erase_flash, write_flash};
}

void board_make(const uint8_t *image, uint32_t count) {
  flash_make((struct flash_kind){ALL, BLOCK, 8, 1});
  flash_write(SLOT_0, image, (count + 7) / 8 * 8);
  state = region(STATE, 2 * BLOCK), journal = region(JOURNAL, 2 * BLOCK);
  slots[0] = region(SLOT_0, SLOT), slots[1] = region(SLOT_1, SLOT);
}

const uint8_t *board_boot(void) {
  // The slots of the loader: it does not read them.
  asvin_device loader = {.state = &state, .target_slot = 1};
  here = two_slot_choose(&loader, &handover);
  return flash_at(here == 0 ? SLOT_0 : SLOT_1);
}

static void start_next(uint32_t slot) { (void)slot; }

void board_open(struct firmware *firmware) {
  asvin_device *const device = &firmware->device;
  device->state = &state, device->journal = &journal;
  device->running = &slots[here], device->target = &slots[1 - here];
  device->running_slot = here, device->target_slot = 1 - here;
  // The loader finds the update in the state.
  firmware->start_next = start_next;
}

int32_t board_start(struct firmware *firmware) { return two_slot_start(firmware, handover); }
