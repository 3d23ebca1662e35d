// An example of a firmware that updates itself with the verifier: what it keeps, and what it needs of its board.
#pragma once
#include "asvin_verifier.h"

struct firmware {
  asvin_device device;
  asvin_update update;
  uint8_t envelope[1024];
  uint8_t piece[256];
  // Asks the platform for the newest release: the bytes of its envelope, at most room; 0 where there is none.
  uint32_t (*poll)(uint8_t *envelope, uint32_t room);
  // Gets bytes of a payload as the platform sends it; 0 when they are there.
  int32_t (*fetch)(uint32_t payload, uint64_t offset, uint8_t *bytes, uint32_t count);
  // Whether what runs does what it is for.
  int32_t (*works)(void);
};

// Once in each start, before anything of an update runs: which slot is to run. What is on trial and works is kept.
int32_t firmware_start(struct firmware *firmware, int32_t *runs_target);

// From time to time: ASVIN_DONE when an update stands in the target slot, to be tried by the next start.
int32_t firmware_update(struct firmware *firmware);
