// A device with two slots and a loader of its own, which keeps no record: the state of the library is the record.
#include "integration.h"

// passage: loader
// In the loader. It jumps to the slot that this returns, and hands the answer over in RAM that it does not clear.
uint32_t two_slot_choose(asvin_device *loader, int32_t *answer) {
  uint32_t slot;
  loader->running_slot = ASVIN_NO_SLOT;
  *answer = asvin_boot(loader, &slot);
  if (*answer == ASVIN_CONFIRMED || *answer == ASVIN_TRIAL || *answer == ASVIN_REVERTED) return slot;
  // The flash of the state has failed. Both slots may hold an image, and this is the only one that is known.
  return loader->factory_slot;
}
// passage end

// passage: start
// In the firmware. It does not call asvin_boot, because the loader has.
int32_t two_slot_start(struct firmware *firmware, int32_t answer) {
  if (answer != ASVIN_TRIAL) return answer;
  if (firmware->works()) return asvin_confirm(&firmware->device);
  const int32_t reverted = asvin_revert(&firmware->device);
  firmware->restart();
  return reverted;
}
// passage end
