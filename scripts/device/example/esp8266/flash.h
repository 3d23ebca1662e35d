// The flash of the emulated ESP8266: a file that QEMU's semihosting opens, and where in it everything is.
#pragma once
#include <stdint.h>

// As the Arduino core divides 4 MiB: an image has at most 1 MiB, because the chip maps so much of its flash at once.
enum {
  BLOCK = 4096,
  SLOTS = 0x001000,   // the first slot, after the bootloader
  STRIDE = 0x100000,  // from one slot to the other
  STATE = 0x3F8000,
  JOURNAL = 0x3FA000,
  CHOICE = 0x3FF000,  // the bootloader's word: which slot to start. Erased, it is the first one.
};

// Returns 0 where there is no file.
int32_t flash_open(void);
// As asvin_flash asks for them. The context is where the region begins.
int32_t flash_read(void *context, uint32_t offset, uint8_t *bytes, uint32_t count);
int32_t flash_erase(void *context, uint32_t offset);
int32_t flash_write(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count);
