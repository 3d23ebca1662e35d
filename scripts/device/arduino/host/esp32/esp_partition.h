// Partitions as ESP-IDF has them, as far as the library uses them.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef int esp_err_t;
#define ESP_OK 0

typedef enum { ESP_PARTITION_TYPE_APP = 0, ESP_PARTITION_TYPE_DATA = 1 } esp_partition_type_t;
typedef enum {
  ESP_PARTITION_SUBTYPE_APP_FACTORY = 0x00,
  ESP_PARTITION_SUBTYPE_APP_OTA_MIN = 0x10,
  ESP_PARTITION_SUBTYPE_APP_OTA_MAX = 0x20,
  ESP_PARTITION_SUBTYPE_ANY = 0xFF
} esp_partition_subtype_t;

typedef struct {
  esp_partition_type_t type;
  esp_partition_subtype_t subtype;
  uint32_t address, size;
  char label[17];
  bool encrypted;
} esp_partition_t;

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type, esp_partition_subtype_t subtype, const char *label);
esp_err_t esp_partition_read(const esp_partition_t *partition, size_t offset, void *bytes, size_t count);
esp_err_t esp_partition_write(const esp_partition_t *partition, size_t offset, const void *bytes, size_t count);
esp_err_t esp_partition_erase_range(const esp_partition_t *partition, size_t offset, size_t count);
