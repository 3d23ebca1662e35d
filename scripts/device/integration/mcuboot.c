// MCUboot that swaps, through Zephyr: the image that runs is always in slot 0, and every update goes to slot 1.
#include "integration.h"

#include <string.h>
#include <zephyr/dfu/mcuboot.h>
#include <zephyr/storage/flash_map.h>

#include "asvin_client.h"

static asvin_flash state, journal, running, target;

// passage: trailer
// MCUboot keeps its own record, the trailer, at the end of a slot. No image may reach it.
enum { TRAILER_BYTES = 2 * CONFIG_ASVIN_ERASE_BLOCK };

static int32_t erase_trailer(void) {
  int32_t answer = 0;
  for (uint32_t block = 0; block < TRAILER_BYTES && answer == 0; block += CONFIG_ASVIN_ERASE_BLOCK)
    answer = target.erase(target.context, target.capacity + block);
  return answer;
}

static void start_next(uint32_t slot) {
  (void)slot;
  // A request that power loss cut short would be refused from then on, and an old one would be obeyed.
  if (erase_trailer() == 0) (void)boot_request_upgrade(BOOT_UPGRADE_TEST);
}
// passage end

// passage: image
// Bytes of the signed image file in slot 0: MCUboot's header, the content, and the fields with digest and signature.
static uint32_t image_bytes(void) {
  struct { uint32_t magic, load_address; uint16_t header_bytes, protected_bytes; uint32_t bytes; } head;
  struct { uint16_t magic, bytes; } fields;
  if (running.read(running.context, 0, (uint8_t *)&head, sizeof head) != 0 || head.magic != 0x96F3B83D) return 0;
  const uint64_t end = (uint64_t)head.header_bytes + head.bytes + head.protected_bytes;
  if (end + sizeof fields > running.capacity) return 0;
  if (running.read(running.context, (uint32_t)end, (uint8_t *)&fields, sizeof fields) != 0 || fields.magic != 0x6907) return 0;
  return end + fields.bytes <= running.capacity ? (uint32_t)end + fields.bytes : 0;
}
// passage end

// passage: open
int32_t mcuboot_open(struct firmware *firmware) {
  if (zephyr_region(&state, FIXED_PARTITION_ID(asvin_state), FIXED_PARTITION_OFFSET(asvin_state)) != 0
      || zephyr_region(&journal, FIXED_PARTITION_ID(asvin_journal), FIXED_PARTITION_OFFSET(asvin_journal)) != 0
      || zephyr_region(&running, FIXED_PARTITION_ID(slot0_partition), FIXED_PARTITION_OFFSET(slot0_partition)) != 0
      || zephyr_region(&target, FIXED_PARTITION_ID(slot1_partition), FIXED_PARTITION_OFFSET(slot1_partition)) != 0)
    return ASVIN_MISUSE;
  target.capacity -= TRAILER_BYTES;

  asvin_device *const device = &firmware->device;
  device->state = &state, device->journal = &journal, device->running = &running, device->target = &target;
  // Both never change. The digest of the running image decides which release runs, and is required here.
  device->running_slot = 0, device->target_slot = 1;
  device->running_bytes = image_bytes();
  if (device->running_bytes == 0) return ASVIN_MISUSE;
  asvin_digest((const uint8_t *)CONFIG_FLASH_BASE_ADDRESS + running.start, device->running_bytes, device->running_digest);
  // MCUboot itself reverts at the second start of an image that is not confirmed. The library must not count beside it.
  device->trial_starts = UINT32_MAX;
  firmware->start_next = start_next;
  return ASVIN_DONE;
}
// passage end

// passage: start
int32_t mcuboot_start(struct firmware *firmware) {
  uint32_t slot;
  const int32_t answer = asvin_boot(&firmware->device, &slot);
  // The confirmed image is back. Without this, MCUboot would swap again at the next start.
  if ((answer == ASVIN_CONFIRMED || answer == ASVIN_REVERTED) && !boot_is_img_confirmed()) (void)boot_write_img_confirmed();
  if (answer != ASVIN_TRIAL) return answer;
  if (firmware->works()) {
    // MCUboot first: where power is lost in between, the update stays, is on trial, and is confirmed at the next start.
    if (boot_write_img_confirmed() != 0) firmware->restart();
    return asvin_confirm(&firmware->device);
  }
  // MCUboot first here too. It would swap back an image that it does not keep, but it may keep this one: power loss may have
  // followed boot_write_img_confirmed, or cut it short.
  if (erase_trailer() == 0) (void)boot_request_upgrade(BOOT_UPGRADE_PERMANENT);
  const int32_t reverted = asvin_revert(&firmware->device);
  firmware->restart();
  return reverted;
}
// passage end
