// A project that links the library, as scripts/device/abis does with GNU's toolchain: the example's calls, a size of
// enumerations, and a call with a floating-point argument, which fixes the project's ABI.
#include "firmware.h"

enum colour { RED, GREEN };
static struct firmware firmware;
static volatile float level;

__attribute__((noinline)) float scaled(float value, enum colour colour) { return colour == RED ? value : -value; }

int32_t project(void) {
  level = scaled(level, firmware.device.key_count > 1 ? GREEN : RED);
  return firmware_start(&firmware) == ASVIN_CONFIRMED ? firmware_update(&firmware) : 0;
}
