// Flash in RAM that checks the rules of flash, and loses its power in the middle of an operation on request.

#include <stddef.h>

#include "bench.h"

enum { BLOCK = 4096 };

void *memset(void *to, int value, size_t count);
void *memcpy(void *to, const void *from, size_t count);

static unsigned operations, cut;
static _Bool has_failed, is_broken;

void flash_restart(unsigned cut_at) {
  operations = 0;
  cut = cut_at;
  has_failed = 0;
}

_Bool flash_has_failed(void) { return has_failed; }
unsigned flash_operations(void) { return operations; }
_Bool flash_rule_is_broken(void) { return is_broken; }

// How much of an operation is done: all, half where power is lost, and nothing without power.
static unsigned done(unsigned count) {
  if (has_failed) return 0;
  has_failed = ++operations == cut;
  return has_failed ? count / 2 : count;
}

void flash_erase(unsigned char *at) {
  if ((unsigned)at % BLOCK != 0) is_broken = 1;
  memset(at, 0xFF, done(BLOCK));
}

void flash_write(unsigned char *at, const unsigned char *bytes, unsigned count) {
  if (count == 0 || (unsigned)at % FLASH_PAGE + count > FLASH_PAGE) is_broken = 1;
  count = done(count);
  for (unsigned index = 0; index < count; index++) {
    if (at[index] != 0xFF) is_broken = 1;
  }
  memcpy(at, bytes, count);
}
