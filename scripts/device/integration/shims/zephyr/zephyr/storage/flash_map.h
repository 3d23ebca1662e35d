// Those names of Zephyr's flash map that the integration uses.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../../../layout.h"

struct flash_area {
  uint8_t fa_id;
  off_t fa_off;
  size_t fa_size;
};

enum { PARTITION_asvin_state, PARTITION_asvin_journal, PARTITION_slot0_partition, PARTITION_slot1_partition };
enum {
  START_asvin_state = STATE,
  START_asvin_journal = JOURNAL,
  START_slot0_partition = SLOT_0,
  START_slot1_partition = SLOT_1
};
#define FIXED_PARTITION_ID(label) PARTITION_##label
#define FIXED_PARTITION_OFFSET(label) START_##label

int flash_area_open(uint8_t id, const struct flash_area **area);
int flash_area_read(const struct flash_area *area, off_t offset, void *bytes, size_t count);
int flash_area_write(const struct flash_area *area, off_t offset, const void *bytes, size_t count);
int flash_area_erase(const struct flash_area *area, off_t offset, size_t count);
uint32_t flash_area_align(const struct flash_area *area);
