// Zephyr's flash map over flash of the host, without ECC: as on an nRF52, MCUboot's own record does not survive words that
// cannot be read (mcu-tools/mcuboot#2845).
#include <string.h>
#include <zephyr/storage/flash_map.h>

#include "../integration.h"
#include "../trial.h"
#include "bootloader.h"

static const struct flash_area areas[] = {
  {PARTITION_asvin_state, STATE, 2 * BLOCK},
  {PARTITION_asvin_journal, JOURNAL, 2 * BLOCK},
  {PARTITION_slot0_partition, SLOT_0, SLOT},
  {PARTITION_slot1_partition, SLOT_1, SLOT},
};

int flash_area_open(uint8_t id, const struct flash_area **area) {
  if (id >= sizeof areas / sizeof *areas) return -2;
  *area = &areas[id];
  return 0;
}

static int is_inside(const struct flash_area *area, off_t offset, size_t count) {
  return offset >= 0 && (size_t)offset <= area->fa_size && count <= area->fa_size - (size_t)offset;
}

int flash_area_read(const struct flash_area *area, off_t offset, void *bytes, size_t count) {
  if (!is_inside(area, offset, count)) return -22;
  return flash_read((uint32_t)(area->fa_off + offset), bytes, (uint32_t)count) == 0 ? 0 : -5;
}

int flash_area_write(const struct flash_area *area, off_t offset, const void *bytes, size_t count) {
  if (!is_inside(area, offset, count)) return -22;
  flash_write((uint32_t)(area->fa_off + offset), bytes, (uint32_t)count);
  return 0;
}

int flash_area_erase(const struct flash_area *area, off_t offset, size_t count) {
  if (!is_inside(area, offset, count)) return -22;
  flash_erase((uint32_t)(area->fa_off + offset), (uint32_t)count);
  return 0;
}

uint32_t flash_area_align(const struct flash_area *area) {
  (void)area;
  return 4;
}

void board_make(const uint8_t *image, uint32_t count) {
  flash_make((struct flash_kind){ALL, BLOCK, 4, 0});
  flash_write(SLOT_0, image, (count + 3) / 4 * 4);
}

const uint8_t *board_boot(void) {
  bootloader_run();
  return flash_at(SLOT_0);
}

void board_open(struct firmware *firmware) {
  if (mcuboot_open(firmware) != ASVIN_DONE) firmware->device.state = NULL;
}

int32_t board_start(struct firmware *firmware) { return mcuboot_start(firmware); }
