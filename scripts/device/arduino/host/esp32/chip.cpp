// An ESP32: two slots, a partition for the state, and a bootloader that goes back where an image does not confirm itself.
#include <esp_ota_ops.h>
#include <mbedtls/md.h>
#include <string.h>

#include "Arduino.h"
#include "asvin_client.h"
#include "host.h"

EspClass ESP;

extern "C" bool verifyRollbackLater();

// What the bootloader keeps: the slot that is started, and what is known of each.
enum SlotState : uint32_t { VALID, NEW, PENDING, ABORTED };
struct Choice {
  uint32_t slot;
  SlotState states[2];
};

static const esp_partition_t partitions[] = {
    {ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_MIN, 0x10000, 0x60000, "app0", false},
    {ESP_PARTITION_TYPE_APP, static_cast<esp_partition_subtype_t>(ESP_PARTITION_SUBTYPE_APP_OTA_MIN + 1), 0x70000, 0x60000, "app1",
     false},
    {ESP_PARTITION_TYPE_DATA, static_cast<esp_partition_subtype_t>(0x40), 0xD0000, 0x5000, "asvin", false},
};

static Choice choice;
static uint32_t running;
static uint8_t hashed[hostFlashBytes];

static void store() { hostStore("ota", &choice, sizeof choice); }

uint32_t hostStart() {
  hostLoad("ota", &choice, sizeof choice);
  SlotState *const state = &choice.states[choice.slot];
  if (*state == PENDING) {
    *state = ABORTED;
    choice.slot = 1 - choice.slot;
    store();
  } else if (*state == NEW) {
    *state = PENDING;
    store();
  }
  running = choice.slot;
  // The core keeps the image here, unless a sketch does so later.
  if (!verifyRollbackLater()) choice.states[running] = VALID;
  return partitions[running].address;
}

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type, esp_partition_subtype_t subtype, const char *label) {
  for (const esp_partition_t &partition : partitions)
    if (partition.type == type && (subtype == ESP_PARTITION_SUBTYPE_ANY || subtype == partition.subtype)
        && (label == nullptr || strcmp(label, partition.label) == 0))
      return &partition;
  return nullptr;
}

static bool isInside(const esp_partition_t *partition, size_t offset, size_t count) {
  return offset <= partition->size && count <= partition->size - offset;
}

esp_err_t esp_partition_read(const esp_partition_t *partition, size_t offset, void *bytes, size_t count) {
  if (!isInside(partition, offset, count)) return 1;
  memcpy(bytes, hostFlash + partition->address + offset, count);
  return ESP_OK;
}

esp_err_t esp_partition_write(const esp_partition_t *partition, size_t offset, const void *bytes, size_t count) {
  if (!isInside(partition, offset, count)) return 1;
  if (partition == &partitions[running]) hostFail("the slot that runs is written to");
  hostWrite(partition->address + static_cast<uint32_t>(offset), bytes, count);
  return ESP_OK;
}

esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t count) {
  if (!isInside(partition, offset, count) || count != hostSectorBytes) return 1;
  if (partition == &partitions[running]) hostFail("the slot that runs is erased");
  hostErase(partition->address + static_cast<uint32_t>(offset));
  return ESP_OK;
}

const esp_partition_t *esp_ota_get_running_partition(void) { return &partitions[running]; }

const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *) { return &partitions[1 - running]; }

esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition) {
  if (hostFlash[partition->address] != 0xE9) return 1;
  choice.slot = static_cast<uint32_t>(partition - partitions);
  choice.states[choice.slot] = NEW;
  store();
  return ESP_OK;
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback(void) {
  choice.states[running] = VALID;
  store();
  return ESP_OK;
}

// As the chip's images have it, the size follows from the header.
uint32_t EspClass::getSketchSize() {
  uint32_t size;
  memcpy(&size, hostFlash + partitions[running].address + 32, sizeof size);
  return size;
}

void EspClass::restart() { hostRestart(); }

const mbedtls_md_info_t *mbedtls_md_info_from_type(mbedtls_md_type_t) { return nullptr; }
void mbedtls_md_init(mbedtls_md_context_t *hash) { hash->count = 0; }
int mbedtls_md_setup(mbedtls_md_context_t *, const mbedtls_md_info_t *, int) { return 0; }
int mbedtls_md_starts(mbedtls_md_context_t *hash) {
  hash->count = 0;
  return 0;
}

int mbedtls_md_update(mbedtls_md_context_t *hash, const unsigned char *bytes, size_t count) {
  if (count > sizeof hashed - hash->count) return 1;
  memcpy(hashed + hash->count, bytes, count);
  hash->count += static_cast<uint32_t>(count);
  return 0;
}

int mbedtls_md_finish(mbedtls_md_context_t *hash, unsigned char *digest) {
  asvin_digest(hashed, hash->count, digest);
  return 0;
}

void mbedtls_md_free(mbedtls_md_context_t *) {}
