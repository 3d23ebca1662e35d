// ESP-IDF: partitions as regions, and the bootloader's choice of a partition.
#include "integration.h"

#include <esp_image_format.h>
#include <esp_ota_ops.h>
#include <esp_partition.h>
#include <sdkconfig.h>

#include "asvin_client.h"

// passage: regions
static int32_t read_partition(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  return esp_partition_read(context, offset, bytes, count);
}

static int32_t erase_partition(void *context, uint32_t offset) {
  const esp_partition_t *const partition = context;
  return esp_partition_erase_range(partition, offset, partition->erase_size);
}

static int32_t write_partition(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  return esp_partition_write(context, offset, bytes, count);
}

static asvin_flash region(const esp_partition_t *partition) {
  // 16, because flash encryption writes blocks of 16 bytes.
  return (asvin_flash){(void *)partition, partition->address, partition->size, partition->erase_size, 16,
                       read_partition, erase_partition, write_partition};
}

static const esp_partition_t *records(const char *label) {
  const esp_partition_t *const found =
      esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, label);
  // Erased bytes of an encrypted partition are not read as 0xFF. No record is secret.
  return found != NULL && !found->encrypted ? found : NULL;
}
// passage end

// passage: bootloader
static void start_next(uint32_t slot) {
  const esp_partition_t *const partition =
      esp_partition_find_first(ESP_PARTITION_TYPE_APP, (esp_partition_subtype_t)slot, NULL);
  // Refused for an image that the bootloader would not start. Then the running image stays, and the update is reverted.
  if (partition != NULL) (void)esp_ota_set_boot_partition(partition);
}

static void keep(void) {
#ifdef CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
  // Without this call, the bootloader leaves an image at its second start.
  (void)esp_ota_mark_app_valid_cancel_rollback();
#endif
}
// passage end

// passage: open
int32_t esp_idf_open(struct firmware *firmware) {
  static asvin_flash state, journal, running, target;
  const esp_partition_t *const here = esp_ota_get_running_partition();
  const esp_partition_t *const next = esp_ota_get_next_update_partition(NULL);
  const esp_partition_t *const state_records = records("asvin_state"), *const journal_records = records("asvin_journal");
  if (here == NULL || next == NULL || state_records == NULL || journal_records == NULL) return ASVIN_MISUSE;
  state = region(state_records), journal = region(journal_records), running = region(here), target = region(next);

  asvin_device *const device = &firmware->device;
  device->state = &state, device->journal = &journal, device->running = &running, device->target = &target;
  // The subtype is the number of a slot. It also distinguishes a partition "factory".
  device->running_slot = here->subtype, device->target_slot = next->subtype;
  device->factory_slot = device->running_slot;
  firmware->start_next = start_next, firmware->keep = keep;

#ifndef CONFIG_SECURE_SIGNED_APPS
  // For patches: the running image is their base. A signature after the image is not part of image_len; without this,
  // the slot decides what runs, and complete images are installed.
  const esp_partition_pos_t place = {here->address, here->size};
  esp_image_metadata_t image;
  esp_partition_mmap_handle_t handle;
  const void *bytes;
  if (esp_image_get_metadata(&place, &image) != ESP_OK) return ASVIN_MISUSE;
  if (esp_partition_mmap(here, 0, image.image_len, ESP_PARTITION_MMAP_DATA, &bytes, &handle) != ESP_OK) return ASVIN_MISUSE;
  device->running_bytes = image.image_len;
  asvin_digest(bytes, image.image_len, device->running_digest);
  esp_partition_munmap(handle);
#endif
  return ASVIN_DONE;
}
// passage end

// passage: start
int32_t esp_idf_start(struct firmware *firmware) {
  const int32_t answer = firmware_start(firmware);
  // The bootloader also tries the old image when it is set back to it. Without this, it would return to the failed one.
  if (answer == ASVIN_CONFIRMED || answer == ASVIN_REVERTED) keep();
  return answer;
}
// passage end
