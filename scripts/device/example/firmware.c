// An example of a firmware that updates itself: it polls, verifies, installs, and confirms what it has tried.
#include "firmware.h"

int32_t firmware_start(struct firmware *firmware, int32_t *runs_target) {
  const int32_t answer = asvin_boot(&firmware->device, runs_target);
  // Where the flash of the state fails, what ran before is to run.
  if (answer != ASVIN_DONE || *runs_target == 0) return answer;
  // A real device jumps to the target slot here, and what runs there goes on: only what works tells its bootloader to keep
  // it, and then says so here. A restart before that reverts it.
  return firmware->works() ? asvin_confirm(&firmware->device) : ASVIN_DONE;
}

int32_t firmware_update(struct firmware *firmware) {
  asvin_plan plan;
  const uint32_t count = firmware->poll(firmware->envelope, sizeof firmware->envelope);
  if (count == 0) return ASVIN_MISUSE;
  int32_t answer = asvin_verify(&firmware->device, firmware->envelope, count, &plan);
  if (answer != ASVIN_DONE || plan.is_installed) return answer;
  // Behind a power cut, this goes on where it was.
  uint64_t offset;
#ifdef IMAGES_ONLY
  answer = asvin_begin_image(&firmware->update, &firmware->device, &plan, &offset);
#else
  answer = asvin_begin(&firmware->update, &firmware->device, &plan, &offset);
#endif
  while (answer == ASVIN_DONE && offset < plan.stream_bytes) {
    const uint64_t left = plan.stream_bytes - offset;
    const uint32_t size = left < sizeof firmware->piece ? (uint32_t)left : sizeof firmware->piece;
    if (firmware->fetch(plan.payload, offset, firmware->piece, size) != 0) return ASVIN_MISUSE;
    answer = asvin_push(&firmware->update, firmware->piece, size);
    offset += size;
  }
  return answer == ASVIN_DONE ? asvin_finish(&firmware->update) : answer;
}
