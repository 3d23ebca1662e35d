// ESP-IDF over flash of the host: partitions, and the bootloader's rule. Two sectors hold an entry each; the one with the
// higher number names the partition that starts. An entry that is new is on trial at its first start, and is given up at its
// second one. What the functions of esp_ota_ops change is the entry: they erase its sector and write it.
#include <esp_image_format.h>
#include <esp_ota_ops.h>
#include <string.h>

#include "../integration.h"
#include "../trial.h"
#include "layout.h"

enum { NEW, ON_TRIAL, VALID, INVALID, ABORTED, UNDEFINED = -1 };

struct entry {
  uint32_t number;
  int32_t state;
  uint32_t check;  // the number again, inverted
  uint32_t padding;
};

static const esp_partition_t partitions[] = {
  {ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t)0x40, STATE, 2 * BLOCK, BLOCK, "asvin_state", false},
  {ESP_PARTITION_TYPE_DATA, (esp_partition_subtype_t)0x41, JOURNAL, 2 * BLOCK, BLOCK, "asvin_journal", false},
  {ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_0, SLOT_0, SLOT, BLOCK, "ota_0", false},
  {ESP_PARTITION_TYPE_APP, ESP_PARTITION_SUBTYPE_APP_OTA_1, SLOT_1, SLOT, BLOCK, "ota_1", false},
};
static const esp_partition_t *const slots = &partitions[2];
static uint32_t here;

const esp_partition_t *esp_partition_find_first(
    esp_partition_type_t type, esp_partition_subtype_t subtype, const char *label) {
  for (unsigned index = 0; index < sizeof partitions / sizeof *partitions; index++) {
    const esp_partition_t *const found = &partitions[index];
    if (found->type == type && (subtype == ESP_PARTITION_SUBTYPE_ANY || found->subtype == subtype)
        && (label == NULL || strcmp(label, found->label) == 0))
      return found;
  }
  return NULL;
}

static int is_inside(const esp_partition_t *partition, size_t offset, size_t count) {
  return offset <= partition->size && count <= partition->size - offset;
}

esp_err_t esp_partition_read(const esp_partition_t *partition, size_t offset, void *bytes, size_t count) {
  if (!is_inside(partition, offset, count)) return ESP_ERR_INVALID_SIZE;
  return flash_read(partition->address + (uint32_t)offset, bytes, (uint32_t)count);
}

esp_err_t esp_partition_write(const esp_partition_t *partition, size_t offset, const void *bytes, size_t count) {
  if (!is_inside(partition, offset, count)) return ESP_ERR_INVALID_SIZE;
  flash_write(partition->address + (uint32_t)offset, bytes, (uint32_t)count);
  return ESP_OK;
}

esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t count) {
  if (!is_inside(partition, offset, count)) return ESP_ERR_INVALID_SIZE;
  flash_erase(partition->address + (uint32_t)offset, (uint32_t)count);
  return ESP_OK;
}

esp_err_t esp_partition_mmap(
    const esp_partition_t *partition, size_t offset, size_t count, esp_partition_mmap_memory_t memory, const void **bytes,
    esp_partition_mmap_handle_t *handle) {
  (void)memory;
  if (!is_inside(partition, offset, count)) return ESP_ERR_INVALID_SIZE;
  *bytes = flash_at(partition->address + (uint32_t)offset);
  *handle = 0;
  return ESP_OK;
}

void esp_partition_munmap(esp_partition_mmap_handle_t handle) { (void)handle; }

esp_err_t esp_image_get_metadata(const esp_partition_pos_t *place, esp_image_metadata_t *metadata) {
  metadata->image_len = trial_image_bytes(flash_at(place->offset));
  return metadata->image_len <= place->size ? ESP_OK : ESP_FAIL;
}

static void read_entries(struct entry entries[2]) {
  for (uint32_t index = 0; index < 2; index++)
    if (flash_read(OTHER + index * BLOCK, &entries[index], sizeof *entries) != 0) entries[index].check = 0;
}

static int is_valid(const struct entry *entry) { return entry->number != UINT32_MAX && entry->check == ~entry->number; }
static int can_start(const struct entry *entry) {
  return is_valid(entry) && entry->state != INVALID && entry->state != ABORTED;
}

// The entry that counts; -1 for none.
static int active(const struct entry entries[2]) {
  const int first = can_start(&entries[0]), second = can_start(&entries[1]);
  if (first && second) return entries[1].number > entries[0].number;
  return first ? 0 : second ? 1 : -1;
}

static void write_entry(uint32_t index, uint32_t number, int32_t state) {
  const struct entry entry = {number, state, ~number, UINT32_MAX};
  flash_erase(OTHER + index * BLOCK, BLOCK);
  flash_write(OTHER + index * BLOCK, &entry, sizeof entry);
}

static int32_t new_state(void) {
#ifdef CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE
  return NEW;
#else
  return UNDEFINED;
#endif
}

const esp_partition_t *esp_ota_get_running_partition(void) { return &slots[here]; }
const esp_partition_t *esp_ota_get_next_update_partition(const esp_partition_t *from) {
  (void)from;
  return &slots[1 - here];
}

esp_err_t esp_ota_set_boot_partition(const esp_partition_t *partition) {
  struct entry entries[2];
  const uint32_t slot = partition == &slots[1];
  read_entries(entries);
  const int now = active(entries);
  if (now < 0) return write_entry(0, slot + 1, new_state()), ESP_OK;
  const uint32_t number = entries[now].number;
  if ((number - 1) % 2 == slot) return write_entry((uint32_t)now, number, new_state()), ESP_OK;
  return write_entry((uint32_t)(1 - now), number + 1, new_state()), ESP_OK;
}

esp_err_t esp_ota_mark_app_valid_cancel_rollback(void) {
  struct entry entries[2];
  read_entries(entries);
  const int now = active(entries);
  if (now < 0) return ESP_FAIL;
  if (entries[now].state != VALID) write_entry((uint32_t)now, entries[now].number, VALID);
  return ESP_OK;
}

void board_make(const uint8_t *image, uint32_t count) {
  flash_make((struct flash_kind){ALL, BLOCK, 16, 0});
  flash_write(SLOT_0, image, (count + 15) / 16 * 16);
  write_entry(0, 1, VALID);
}

const uint8_t *board_boot(void) {
  struct entry entries[2];
  read_entries(entries);
  int now = active(entries);
  // The last start of this image was its first one, and it was not marked as valid.
  if (now >= 0 && entries[now].state == ON_TRIAL) {
    write_entry((uint32_t)now, entries[now].number, ABORTED);
    read_entries(entries);
    now = active(entries);
  }
  if (now >= 0 && entries[now].state == NEW) write_entry((uint32_t)now, entries[now].number, ON_TRIAL);
  // Without an entry, the first slot starts.
  here = now < 0 ? 0 : (entries[now].number - 1) % 2;
  return flash_at(slots[here].address);
}

void board_open(struct firmware *firmware) {
  if (esp_idf_open(firmware) != ASVIN_DONE) firmware->device.state = NULL;
}

int32_t board_start(struct firmware *firmware) { return esp_idf_start(firmware); }
