// Zephyr: partitions of the device tree as regions.
#include "integration.h"

#include <zephyr/storage/flash_map.h>

// passage: regions
static int32_t read_area(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  // An error for a word that cannot be read is passed on. It is not an error of the flash.
  return flash_area_read(context, (off_t)offset, bytes, count);
}

static int32_t erase_area(void *context, uint32_t offset) {
  return flash_area_erase(context, (off_t)offset, CONFIG_ASVIN_ERASE_BLOCK);
}

static int32_t write_area(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  return flash_area_write(context, (off_t)offset, bytes, count);
}

// The area stays open. start is its offset in a numbering of all flash devices: flash_area's own is of one device.
int32_t zephyr_region(asvin_flash *region, uint8_t partition, uint32_t start) {
  const struct flash_area *area;
  const int opened = flash_area_open(partition, &area);
  if (opened != 0) return opened;
  *region = (asvin_flash){(void *)area, start, (uint32_t)area->fa_size, CONFIG_ASVIN_ERASE_BLOCK, flash_area_align(area),
                          read_area, erase_area, write_area};
  return 0;
}
// passage end
