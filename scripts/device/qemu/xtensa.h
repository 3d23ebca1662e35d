// Calls from an Xtensa core to QEMU, as the simulator of Xtensa's maker has them.
#pragma once
#include <stdint.h>

enum { EXIT = 1, READ = 3, WRITE = 4, OPEN = 5, CLOSE = 6, SEEK = 19 };
enum { READ_ONLY = 0, READ_AND_WRITE = 2 };

// The result of a call; less than 0 where it failed.
int32_t simulate(uint32_t operation, uint32_t first, uint32_t second, uint32_t third);
