// The real MCUboot over flash of the host: what its library needs of a system. Compiled where scripts/device/integrations gets
// MCUboot's sources; the names of its flash map are changed, because Zephyr's has the same ones.
#include <bootutil/bootutil.h>
#include <bootutil/bootutil_public.h>
#include <flash_map_backend/flash_map_backend.h>
#include <sysflash/sysflash.h>
#include <stdio.h>
#include <stdlib.h>

#include "../flash.h"
#include "bootloader.h"
#include "layout.h"

static const struct flash_area areas[] = {
  {.fa_id = FLASH_AREA_ID_image_0, .fa_off = SLOT_0, .fa_size = SLOT},
  {.fa_id = FLASH_AREA_ID_image_1, .fa_off = SLOT_1, .fa_size = SLOT},
  {.fa_id = FLASH_AREA_ID_image_scratch, .fa_off = OTHER, .fa_size = 2 * BLOCK},
};

int flash_area_open(uint8_t id, const struct flash_area **area) {
  for (unsigned index = 0; index < sizeof areas / sizeof *areas; index++)
    if (areas[index].fa_id == id) return *area = &areas[index], 0;
  return -1;
}
void flash_area_close(const struct flash_area *area) { (void)area; }
int flash_area_read(const struct flash_area *area, uint32_t offset, void *bytes, uint32_t count) {
  return flash_read(area->fa_off + offset, bytes, count) == 0 ? 0 : -1;
}
int flash_area_write(const struct flash_area *area, uint32_t offset, const void *bytes, uint32_t count) {
  return flash_write(area->fa_off + offset, bytes, count), 0;
}
int flash_area_erase(const struct flash_area *area, uint32_t offset, uint32_t count) {
  return flash_erase(area->fa_off + offset, count), 0;
}
uint32_t flash_area_align(const struct flash_area *area) { return (void)area, 4; }
uint8_t flash_area_erased_val(const struct flash_area *area) { return (void)area, 0xFF; }
int flash_area_get_sectors(int id, uint32_t *count, struct flash_sector *sectors) {
  const struct flash_area *area;
  if (flash_area_open((uint8_t)id, &area) != 0 || *count < area->fa_size / BLOCK) return -1;
  *count = area->fa_size / BLOCK;
  for (uint32_t index = 0; index < *count; index++) sectors[index] = (struct flash_sector){index * BLOCK, BLOCK};
  return 0;
}
int flash_area_get_sector(const struct flash_area *area, uint32_t offset, struct flash_sector *sector) {
  if (offset >= area->fa_size) return -1;
  return *sector = (struct flash_sector){offset / BLOCK * BLOCK, BLOCK}, 0;
}
int flash_area_id_from_multi_image_slot(int image, int slot) { return (void)image, FLASH_AREA_ID_image_0 + slot; }
int flash_area_id_from_image_slot(int slot) { return flash_area_id_from_multi_image_slot(0, slot); }
int flash_area_id_to_multi_image_slot(int image, int id) { return (void)image, id - FLASH_AREA_ID_image_0; }
void sim_assert(int is_right, const char *text, const char *file, unsigned line, const char *function) {
  if (is_right) return;
  fprintf(stderr, "%s:%u: %s: %s\n", file, line, function, text);
  abort();
}

// As Zephyr's subsys/dfu/boot/mcuboot.c.
int boot_request_upgrade(int permanent) { return boot_set_pending(permanent) == 0 ? 0 : -14; }
int boot_write_img_confirmed(void) { return boot_set_confirmed() == 0 ? 0 : -5; }
bool boot_is_img_confirmed(void) {
  struct boot_swap_state state;
  if (boot_read_swap_state(&areas[0], &state) != 0) return false;
  return state.magic == BOOT_MAGIC_UNSET || state.image_ok == BOOT_FLAG_SET;
}

void bootloader_run(void) {
  struct boot_rsp response;
  if (boot_go(&response) != 0) fprintf(stderr, "integration: error: MCUboot starts nothing\n"), exit(1);
}
