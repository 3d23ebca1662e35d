// The ESP32: two slots, which are the partitions ota_0 and ota_1, and the state in a data partition with the label "asvin".
#ifdef ARDUINO_ARCH_ESP32

#include <esp_ota_ops.h>
#include <mbedtls/md.h>
#include <string.h>

#include "AsvinBoard.h"

namespace {

// The number of a slot is that of its ota partition; the factory's comes after them.
const uint32_t factorySlot = ESP_PARTITION_SUBTYPE_APP_OTA_MAX - ESP_PARTITION_SUBTYPE_APP_OTA_MIN;

uint32_t slotOf(const esp_partition_t *partition) {
  if (partition->subtype == ESP_PARTITION_SUBTYPE_APP_FACTORY) return factorySlot;
  return static_cast<uint32_t>(partition->subtype) - ESP_PARTITION_SUBTYPE_APP_OTA_MIN;
}

const esp_partition_t *partitionOf(uint32_t slot) {
  const uint32_t subtype =
      slot == factorySlot ? static_cast<uint32_t>(ESP_PARTITION_SUBTYPE_APP_FACTORY) : ESP_PARTITION_SUBTYPE_APP_OTA_MIN + slot;
  return esp_partition_find_first(ESP_PARTITION_TYPE_APP, static_cast<esp_partition_subtype_t>(subtype), nullptr);
}

}  // namespace

// The core would keep an image at its start, before the sketch has tested it.
extern "C" bool verifyRollbackLater() { return true; }

int32_t AsvinBoard::readRegion(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  const AsvinRegion *const region = static_cast<AsvinRegion *>(context);
  return esp_partition_read(region->partition, region->address + offset, bytes, count) == ESP_OK ? 0 : 1;
}

int32_t AsvinBoard::eraseRegion(void *context, uint32_t offset) {
  const AsvinRegion *const region = static_cast<AsvinRegion *>(context);
  return esp_partition_erase_range(region->partition, region->address + offset, blockBytes) == ESP_OK ? 0 : 1;
}

int32_t AsvinBoard::writeRegion(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  const AsvinRegion *const region = static_cast<AsvinRegion *>(context);
  return esp_partition_write(region->partition, region->address + offset, bytes, count) == ESP_OK ? 0 : 1;
}

void AsvinBoard::place(AsvinRegion *region, uint32_t address, uint32_t blocks) {
  region->address = address;
  region->flash = asvin_flash();
  region->flash.context = region;
  region->flash.start = region->partition->address + address;
  region->flash.capacity = blocks * blockBytes;
  region->flash.block_bytes = blockBytes;
  // Encrypted flash is written in units of 16 bytes.
  region->flash.write_bytes = region->partition->encrypted ? 16 : 1;
  region->flash.read = readRegion;
  region->flash.erase = eraseRegion;
  region->flash.write = writeRegion;
}

const char *AsvinBoard::begin(asvin_device *device) {
  const esp_partition_t *const kept = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "asvin");
  const esp_partition_t *const running = esp_ota_get_running_partition();
  const esp_partition_t *const target = esp_ota_get_next_update_partition(nullptr);
  if (kept == nullptr || kept->size < keptBlocks * blockBytes) {
    return "the partition table has no data partition 'asvin' of 20 KiB";
  }
  if (running == nullptr || target == nullptr || target == running) return "the partition table has no second slot";
  runningRegion.partition = running;
  targetRegion.partition = target;
  stateRegion.partition = journalRegion.partition = noteRegion.partition = kept;
  place(&runningRegion, 0, running->size / blockBytes);
  placeTarget(0, target->size / blockBytes);
  place(&stateRegion, 0, 2);
  place(&journalRegion, 2 * blockBytes, 2);
  place(&noteRegion, 4 * blockBytes, 1);
  device->state = &stateRegion.flash;
  device->journal = &journalRegion.flash;
  device->running = &runningRegion.flash;
  device->target = &targetRegion.flash;
  device->running_slot = slotOf(running);
  device->target_slot = slotOf(target);
  device->factory_slot = device->running_slot;
  return nullptr;
}

uint32_t AsvinBoard::runningBytes() { return ESP.getSketchSize(); }

bool AsvinBoard::digestRunning(uint32_t bytes, uint8_t *digest) {
  uint8_t piece[256];
  mbedtls_md_context_t hash;
  mbedtls_md_init(&hash);
  bool isRead = mbedtls_md_setup(&hash, mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), 0) == 0 && mbedtls_md_starts(&hash) == 0;
  for (uint32_t offset = 0; isRead && offset < bytes; offset += sizeof piece) {
    const uint32_t count = bytes - offset < sizeof piece ? bytes - offset : sizeof piece;
    isRead = esp_partition_read(runningRegion.partition, offset, piece, count) == ESP_OK
             && mbedtls_md_update(&hash, piece, count) == 0;
  }
  isRead = isRead && mbedtls_md_finish(&hash, digest) == 0;
  mbedtls_md_free(&hash);
  return isRead;
}

int32_t AsvinBoard::readTarget(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  return readRegion(&static_cast<AsvinBoard *>(context)->targetRegion, offset, bytes, count);
}

int32_t AsvinBoard::eraseTarget(void *context, uint32_t offset) {
  return eraseRegion(&static_cast<AsvinBoard *>(context)->targetRegion, offset);
}

// The bootloader checks an image completely before it starts it. This finds early what is not an image at all.
bool AsvinBoard::isAccepted(const uint8_t *head) {
  refusal = head[0] == 0xE9 ? nullptr : "it is not an image of an ESP32";
  return refusal == nullptr;
}

int32_t AsvinBoard::writeTarget(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  AsvinBoard *const board = static_cast<AsvinBoard *>(context);
  if (offset == 0 && !board->isAccepted(bytes)) return 1;
  board->written = offset + count;
  return writeRegion(&board->targetRegion, offset, bytes, count);
}

void AsvinBoard::prepareWriting() {}

void AsvinBoard::endWriting() {}

bool AsvinBoard::startNext(uint32_t slot) {
  const esp_partition_t *const partition = partitionOf(slot);
  if (partition != nullptr && esp_ota_set_boot_partition(partition) == ESP_OK) return true;
  refusal = "the bootloader does not accept the image";
  return false;
}

bool AsvinBoard::keep() { return esp_ota_mark_app_valid_cancel_rollback() == ESP_OK; }

bool AsvinBoard::canRevert() const { return true; }

#endif
