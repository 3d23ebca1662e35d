// A trial of an integration: what the trial needs of the board, and what the board gets of the trial.
#pragma once
#include "../example/firmware.h"
#include "flash.h"

enum { SIGNED_MEMORY = 64 << 10 };

// The board: a shim of the system's functions over the flash of the host.
void board_make(const uint8_t *image, uint32_t count);  // as it leaves the factory: an image in slot 0
const uint8_t *board_boot(void);                        // the bootloader: the image that it starts
void board_open(struct firmware *firmware);             // the regions and slots, and the functions of the bootloader
int32_t board_start(struct firmware *firmware);         // what the firmware does at each start

void trial_restart(void);  // does not return
// Bytes of an image that begin at a place: MCUboot's header, content and fields.
uint32_t trial_image_bytes(const uint8_t *image);
