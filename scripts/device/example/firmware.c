// An example of a firmware that updates itself: it polls, verifies, installs, and confirms what it has tried.
#include "firmware.h"

int32_t firmware_start(struct firmware *firmware) {
  uint32_t slot;
  const int32_t answer = asvin_boot(&firmware->device, &slot);
  if (slot != firmware->device.running_slot) {
    firmware->start_next(slot);
    firmware->restart();
    return answer;
  }
  if (answer != ASVIN_TRIAL) return answer;
  if (firmware->works()) {
    // In this order: where power is lost in between, the update is still on trial, in a slot that is kept.
    firmware->keep();
    return asvin_confirm(&firmware->device);
  }
  const int32_t reverted = asvin_revert(&firmware->device);
  firmware->restart();
  return reverted;
}

#ifdef IN_PLACE
int32_t firmware_updater_start(struct firmware *firmware, uint32_t *slot) {
  const int32_t answer = asvin_boot(&firmware->device, slot);
  // The slot holds neither image: the base of the update that is under way counts as what is installed.
  if (*slot == ASVIN_NO_SLOT
      && asvin_base(&firmware->device, &firmware->device.running_bytes, firmware->device.running_digest) != ASVIN_DONE)
    firmware->device.running_bytes = 0;
  return answer;
}
#endif

// One release, by the best payload that has not failed yet.
static int32_t install(struct firmware *firmware, uint32_t count, asvin_plan *plan) {
  int32_t answer = asvin_verify(&firmware->device, firmware->envelope, count, plan);
  if (answer != ASVIN_DONE || plan->is_installed) return answer;
  // After a power cut, this resumes where it was.
  uint64_t offset;
#ifdef IN_PLACE
  asvin_update *const update = &firmware->update.update;
#else
  asvin_update *const update = &firmware->update;
#endif
#if defined(IMAGES_ONLY)
  answer = asvin_begin_image(&firmware->update, &firmware->device, plan, &offset);
#elif defined(IN_PLACE)
  answer = asvin_begin_in_place(&firmware->update, &firmware->device, plan, &offset);
#else
  answer = asvin_begin(&firmware->update, &firmware->device, plan, &offset);
#endif
  while (answer == ASVIN_DONE && offset < plan->stream_bytes) {
    const uint64_t left = plan->stream_bytes - offset;
    const uint32_t size = left < sizeof firmware->piece ? (uint32_t)left : sizeof firmware->piece;
    if (firmware->fetch(plan->number, offset, firmware->piece, size) != 0) return ASVIN_MISUSE;
    answer = asvin_push(update, firmware->piece, size);
    offset += size;
  }
  return answer == ASVIN_DONE ? asvin_finish(update) : answer;
}

int32_t firmware_update(struct firmware *firmware) {
  asvin_plan plan;
  const uint32_t count = firmware->poll(firmware->envelope, sizeof firmware->envelope);
  if (count == 0) return ASVIN_NOTHING;
  // Of the release that was polled now.
  firmware->device.excluded_payloads = 0;
  int32_t answer = install(firmware, count, &plan);
  while (ASVIN_IS_ABOUT_PAYLOAD(answer) && plan.stream_bytes > 0) {
    firmware->device.excluded_payloads |= 1u << plan.payload;
    const int32_t next = install(firmware, count, &plan);
    // The reason of a payload that failed is more exact than that no other one is left.
    if (next == ASVIN_REASON_NO_USABLE_PAYLOAD) break;
    answer = next;
  }
  if (answer == ASVIN_DONE && plan.is_installed && !plan.is_pending) return ASVIN_NOTHING;
  if (answer == ASVIN_DONE) firmware->start_next(firmware->device.target_slot);
  return answer;
}
