// An example of a firmware that updates itself with the verifier: what it keeps, and what it needs of its board.
#pragma once
#ifdef IMAGES_ONLY
#define ASVIN_IMAGES_ONLY
#endif
#include "asvin_client.h"

struct firmware {
  asvin_device device;
#ifdef IN_PLACE
  asvin_in_place_update update;
#else
  asvin_update update;
#endif
  uint8_t envelope[1024];
  uint8_t piece[256];
  // Asks the platform for the newest release: the bytes of its envelope, at most room; 0 where there is none.
  uint32_t (*poll)(uint8_t *envelope, uint32_t room);
  // Gets bytes of a payload as the platform sends it; 0 when they are there.
  int32_t (*fetch)(uint32_t payload, uint64_t offset, uint8_t *bytes, uint32_t count);
  // Whether what runs does what it is for.
  int32_t (*works)(void);
  // Makes the bootloader start a slot next; and keep the slot that runs, which it would otherwise leave at the next start.
  void (*start_next)(uint32_t slot);
  void (*keep)(void);
  // Restarts; does not return on a real device.
  void (*restart)(void);
};

// Once in each start: confirms an update that works, and leaves a slot that is not to run.
int32_t firmware_start(struct firmware *firmware);

// For an updater that rewrites the only slot of an image (IN_PLACE): once in each start. *slot is what is to be started, or
// ASVIN_NO_SLOT while the slot is being rewritten: then firmware_update resumes.
int32_t firmware_updater_start(struct firmware *firmware, uint32_t *slot);

// From time to time: ASVIN_DONE when an update is in the target slot, and the bootloader starts it next; ASVIN_NOTHING where
// there is none. Where every payload of a release fails, the reason is that of the last one that was tried.
int32_t firmware_update(struct firmware *firmware);
