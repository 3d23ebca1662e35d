// Those names of ESP-IDF's esp_image_format that the integration uses.
#pragma once
#include "esp_partition.h"

typedef struct {
  uint32_t offset, size;
} esp_partition_pos_t;
typedef struct {
  uint32_t image_len;
} esp_image_metadata_t;

esp_err_t esp_image_get_metadata(const esp_partition_pos_t *place, esp_image_metadata_t *metadata);
