// Flash of the host that obeys the rules of flash, counts, and loses its power in the middle of an operation on request.
#pragma once
#include <stdint.h>

// Where it is mapped: the address that internal flash has on an STM32.
enum { FLASH_START = 0x08000000 };

struct flash_kind {
  uint32_t bytes, block_bytes, write_bytes;
  int has_ecc;  // what power loss cuts short cannot be read until it is erased
};

struct flash_counts {
  uint32_t erases, writes, reads, read_bytes;
};

extern struct flash_kind flash_kind;
extern struct flash_counts flash_counts;

// Erases all of it, and forgets what was counted.
void flash_make(struct flash_kind kind);
// Cuts the power at the nth erase or write from now on, counted from 1, in its middle or before it; 0 for never.
void flash_cut(uint32_t operation, int is_in_the_middle);
// Called when the power is cut; does not return.
void flash_lost_power(void);

const uint8_t *flash_at(uint32_t offset);
int flash_is_readable(uint32_t offset, uint32_t count);
// 0 when done, 1 where a word cannot be read.
int flash_read(uint32_t offset, void *bytes, uint32_t count);
void flash_erase(uint32_t offset, uint32_t count);
// Ends the program where a rule is broken: an incomplete unit, or bytes that are not erased or cannot be read.
void flash_write(uint32_t offset, const void *bytes, uint32_t count);
