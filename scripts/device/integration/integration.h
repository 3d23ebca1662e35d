// The functions of the integrations. The code of each is on its page of the documentation.
#pragma once
#include "../example/firmware.h"

// A loader of one's own. The loader is a program beside the firmware, with a device that has the same state region.
uint32_t two_slot_choose(asvin_device *loader, int32_t *answer);
int32_t two_slot_start(struct firmware *firmware, int32_t answer);

// ESP-IDF: the regions, the slots and the running image of a device, ASVIN_MISUSE where a partition is missing; and what it
// does at each start.
int32_t esp_idf_open(struct firmware *firmware);
int32_t esp_idf_start(struct firmware *firmware);

// Zephyr: a region of flash that is a partition of the device tree; 0 when it is there.
int32_t zephyr_region(asvin_flash *region, uint8_t partition, uint32_t start);

// MCUboot: a device whose images change places; and what it does at each start.
int32_t mcuboot_open(struct firmware *firmware);
int32_t mcuboot_start(struct firmware *firmware);

// STM32: a region of internal flash, and what the handler of the non-maskable interrupt calls: 0 where it has to reset.
asvin_flash stm32_region(uint32_t address, uint32_t capacity);
int32_t stm32_nmi(void);
