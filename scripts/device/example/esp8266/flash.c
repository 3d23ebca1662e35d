#include "flash.h"

#include "board.h"
#include "xtensa.h"

enum { UNIT = 512 };

static int32_t file;

int32_t flash_open(void) {
  file = simulate(OPEN, (uint32_t)"flash.bin", READ_AND_WRITE, 0);
  return file >= 0;
}

static void seek(const void *context, uint32_t offset) { simulate(SEEK, (uint32_t)file, (uint32_t)context + offset, 0); }

int32_t flash_read(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  seek(context, offset);
  return simulate(READ, (uint32_t)file, (uint32_t)bytes, count) != (int32_t)count;
}

static int32_t put(const void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  seek(context, offset);
  return simulate(WRITE, (uint32_t)file, (uint32_t)bytes, count) != (int32_t)count;
}

int32_t flash_erase(void *context, uint32_t offset) {
  uint8_t erased[UNIT];
  memset(erased, 0xFF, sizeof erased);
  for (uint32_t done = 0; done < BLOCK; done += UNIT)
    if (put(context, offset + done, erased, UNIT) != 0) return 1;
  return 0;
}

int32_t flash_write(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  // A write clears bits, and sets none.
  uint8_t written[UNIT];
  if (count > UNIT || flash_read(context, offset, written, count) != 0) return 1;
  for (uint32_t index = 0; index < count; index++) written[index] &= bytes[index];
  return put(context, offset, written, count);
}
