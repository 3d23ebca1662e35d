// MCUboot's rule: a trailer at the end of each slot decides which swap is made; a swap is noted block by block, so that it
// is completed after a loss of power.
#include <string.h>
#include <zephyr/dfu/mcuboot.h>

#include "../trial.h"
#include "bootloader.h"
#include "layout.h"

// A trailer, from the end of a slot: 16 bytes that mark it, whether the image is confirmed, and whether it was swapped. The status of a swap is in two blocks of its own.
enum { UNIT = 4, FIELD = 8, MARK = SLOT - 16, IS_CONFIRMED = MARK - FIELD, IS_SWAPPED = IS_CONFIRMED - FIELD };
enum { STATUS = OTHER, SCRATCH = OTHER + 2 * BLOCK, BLOCKS = SLOT / BLOCK - 2 };
enum { NO_SWAP, TEST, PERMANENT, REVERT };

static const uint8_t mark[16] = {0x77, 0xC2, 0x95, 0xF3, 0x60, 0xD2, 0xEF, 0x7F, 0x35, 0x52, 0x50, 0x0F, 0x2C, 0xB6, 0x79, 0x80};

static int is_marked(uint32_t slot) { return memcmp(flash_at(slot + MARK), mark, sizeof mark) == 0; }
static int is_unmarked(uint32_t slot) {
  for (uint32_t index = 0; index < sizeof mark; index++)
    if (*flash_at(slot + MARK + index) != 0xFF) return 0;
  return 1;
}
static int is_set(uint32_t place) { return *flash_at(place) == 1; }
static int is_unset(uint32_t place) { return *flash_at(place) == 0xFF; }
static void set(uint32_t place) {
  static const uint8_t value[UNIT] = {1, 0xFF, 0xFF, 0xFF};
  if (is_unset(place)) flash_write(place, value, UNIT);
}
static void erase_trailer(uint32_t slot) { flash_erase(slot + SLOT - 2 * BLOCK, 2 * BLOCK); }

int boot_request_upgrade(int permanent) {
  if (is_marked(SLOT_1)) return 0;
  if (!is_unmarked(SLOT_1)) return -14;
  flash_write(SLOT_1 + MARK, mark, sizeof mark);
  if (permanent) set(SLOT_1 + IS_CONFIRMED);
  return 0;
}

int boot_write_img_confirmed(void) {
  if (is_marked(SLOT_0)) set(SLOT_0 + IS_CONFIRMED);
  return is_marked(SLOT_0) || is_unmarked(SLOT_0) ? 0 : -5;
}

bool boot_is_img_confirmed(void) { return is_unmarked(SLOT_0) || is_set(SLOT_0 + IS_CONFIRMED); }

static int swap_type(void) {
  if (is_marked(SLOT_1) && is_unset(SLOT_1 + IS_CONFIRMED)) return TEST;
  if (is_marked(SLOT_1) && is_set(SLOT_1 + IS_CONFIRMED)) return PERMANENT;
  return is_marked(SLOT_0) && is_set(SLOT_0 + IS_SWAPPED) && is_unset(SLOT_0 + IS_CONFIRMED) ? REVERT : NO_SWAP;
}

// A status: the kind of swap and its complement; then words for each of three steps of each block. Another word of a step is
// used after one that power loss cut short.
enum { WORDS = 3 };
static uint32_t word_place(uint32_t step, uint32_t word) { return STATUS + 8 + UNIT * (WORDS * step + word); }
static int is_done(uint32_t step) {
  for (uint32_t word = 0; word < WORDS; word++)
    if (is_set(word_place(step, word))) return 1;
  return 0;
}
static void set_done(uint32_t step) {
  for (uint32_t word = 0; word < WORDS && !is_done(step); word++) set(word_place(step, word));
}
static void copy(uint32_t from, uint32_t to) {
  uint8_t bytes[BLOCK];
  memcpy(bytes, flash_at(from), BLOCK);
  flash_erase(to, BLOCK);
  for (uint32_t piece = 0; piece < BLOCK; piece += 256) flash_write(to + piece, bytes + piece, 256);
}

void bootloader_run(void) {
  const uint8_t *const status = flash_at(STATUS);
  int type = status[0] != 0xFF && status[0] == (uint8_t)~status[4] ? status[0] : NO_SWAP;
  if (type == NO_SWAP) {
    type = swap_type();
    if (type == NO_SWAP) return;
    const uint8_t head[8] = {(uint8_t)type, 0xFF, 0xFF, 0xFF, (uint8_t)~type, 0xFF, 0xFF, 0xFF};
    flash_erase(STATUS, BLOCK);
    flash_write(STATUS, head, sizeof head);
  }
  for (uint32_t block = 0; block < BLOCKS; block++) {
    const uint32_t first = SLOT_0 + block * BLOCK, second = SLOT_1 + block * BLOCK;
    const uint32_t places[3][2] = {{second, SCRATCH}, {first, second}, {SCRATCH, first}};
    for (uint32_t step = 0; step < 3; step++) {
      if (is_done(3 * block + step)) continue;
      copy(places[step][0], places[step][1]);
      set_done(3 * block + step);
    }
  }
  erase_trailer(SLOT_0);
  erase_trailer(SLOT_1);
  set(SLOT_0 + IS_SWAPPED);
  if (type != TEST) set(SLOT_0 + IS_CONFIRMED);
  flash_write(SLOT_0 + MARK, mark, sizeof mark);
  flash_erase(STATUS, BLOCK);
}
