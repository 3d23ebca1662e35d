// The networked example as a process: a start of the device in each run, its flash a file, its bootloader another one. What
// it is and whom it trusts is in asvin_device.h, which `asvin-pack device-header` writes, and what is of one device in device.h.
// See scripts/device/client.
//
// Usage: PROGRAM FOLDER HOST PORT enrol|run. Prints the results, and ends with 10 where the device is to be restarted, with 0 where
// there is nothing to do, and with 1 after a fault.
#define _DEFAULT_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "asvin_device.h"
#include "device.h"
#include "networked.h"
#include "sockets.h"

enum { BLOCK = 4096, SLOT = 64 * BLOCK, STATE = 0, JOURNAL = 2 * BLOCK, SLOTS = 4 * BLOCK, ALL = SLOTS + 2 * SLOT };

static uint8_t *flash_bytes;
static const char *folder;
static int is_restart_wanted;

static int32_t read_flash(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  memcpy(bytes, (const uint8_t *)context + offset, count);
  return 0;
}

static int32_t erase_flash(void *context, uint32_t offset) {
  memset((uint8_t *)context + offset, 0xFF, BLOCK);
  return 0;
}

// Refuses to write to bytes that are not erased, or in incomplete units.
static int32_t write_flash(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  uint8_t *const place = (uint8_t *)context + offset;
  if (count % 8 != 0 || offset % 8 != 0 || offset % 512 + count > 512) return 1;
  for (uint32_t index = 0; index < count; index++)
    if (place[index] != 0xFF) return 1;
  memcpy(place, bytes, count);
  return 0;
}

static asvin_flash region(uint32_t start, uint32_t capacity) {
  return (asvin_flash){flash_bytes + start, start, capacity, BLOCK, 8, read_flash, erase_flash, write_flash};
}

// A number in a file of the folder; 0 where there is none.
static uint64_t number(const char *name) {
  char path[512];
  unsigned long long value = 0;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *const file = fopen(path, "r");
  if (file != NULL) {
    if (fscanf(file, "%llu", &value) != 1) value = 0;
    fclose(file);
  }
  return value;
}

// Replaces the number as a bootloader's word of flash would be: the old one or the new one.
static void set_number(const char *name, uint64_t value) {
  char path[512], next[520];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  snprintf(next, sizeof next, "%s.next", path);
  FILE *const file = fopen(next, "w");
  if (file == NULL || fprintf(file, "%llu\n", (unsigned long long)value) < 0 || fclose(file) != 0 || rename(next, path) != 0) {
    perror(path);
    exit(1);
  }
}

static int32_t works(void) { return 1; }
static void start_next(uint32_t slot) {
  set_number("slot", slot);
  is_restart_wanted = 1;
}
static void keep(void) {}
static void restart(void) { is_restart_wanted = 1; }
static void remember(void *context, uint64_t rollout) {
  (void)context;
  set_number("rollout", rollout);
}
static uint64_t remembered(void *context) {
  (void)context;
  return number("rollout");
}

static int open_flash(void) {
  char path[512];
  snprintf(path, sizeof path, "%s/flash", folder);
  const int file = open(path, O_RDWR);
  if (file < 0) return 0;
  flash_bytes = mmap(NULL, ALL, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  return flash_bytes != MAP_FAILED;
}

static void print(const char *what, int32_t answer) { printf("%s: %s\n", what, asvin_reason_text(answer)); }

int main(int count, char **arguments) {
  static const asvin_key keys[] = ASVIN_DEVICE_KEYS;
  static const uint8_t device_key[ASVIN_KEY_BYTES] = DEVICE_KEY;
  static uint64_t memory[5 * 1024];
  static struct networked networked;
  static struct sockets sockets;
  char version[ASVIN_VERSION_BYTES + 1], head[128];
  unsigned long size;
  if (count != 5) return 64;
  folder = arguments[1];
  if (!open_flash()) {
    perror(folder);
    return 66;
  }
  // An image begins with its version and its size, as those of many frameworks do.
  const uint32_t slot = (uint32_t)number("slot");
  asvin_flash state = region(STATE, 2 * BLOCK), journal = region(JOURNAL, 2 * BLOCK);
  asvin_flash running = region(SLOTS + slot * SLOT, SLOT), target = region(SLOTS + (1 - slot) * SLOT, SLOT);
  memcpy(head, running.context, sizeof head - 1);
  head[sizeof head - 1] = 0;
  if (sscanf(head, "firmware %64s %lu", version, &size) != 2 || size > SLOT) return 70;

  sockets = (struct sockets){.host = arguments[2], .port = arguments[3], .descriptor = -1};
  networked.client = (asvin_client){.workspace = DEVICE_WORKSPACE, .name = DEVICE_NAME, .key = device_key};
  networked.version = version, networked.context = &sockets;
  networked.send = sockets_send, networked.receive = sockets_receive;
  networked.remember = remember, networked.remembered = remembered;
  struct firmware *const firmware = &networked.firmware;
  firmware->device = (asvin_device){.vendor = ASVIN_DEVICE_VENDOR, .device_class = ASVIN_DEVICE_CLASS, .keys = keys,
                                    .key_count = ASVIN_DEVICE_KEY_COUNT, .key_threshold = ASVIN_DEVICE_KEY_THRESHOLD,
                                    .factory_floor = ASVIN_DEVICE_SEQUENCE, .factory_sequence = ASVIN_DEVICE_SEQUENCE,
                                    .features = ASVIN_DEVICE_FEATURES, .images_only = ASVIN_DEVICE_IMAGES_ONLY,
                                    .state = &state, .journal = &journal, .running = &running, .target = &target,
                                    .running_slot = slot, .target_slot = 1 - slot, .running_bytes = (uint32_t)size,
                                    .memory = (uint8_t *)memory, .memory_bytes = sizeof memory};
  asvin_digest(running.context, (uint32_t)size, firmware->device.running_digest);
  firmware->works = works, firmware->start_next = start_next, firmware->keep = keep, firmware->restart = restart;

  if (strcmp(arguments[4], "enrol") == 0) {
    const int32_t answer = networked_enrol(&networked, DEVICE_CUSTOMER_KEY, DEVICE_WORKSPACE_KEY);
    print("enrol", answer);
    return answer == ASVIN_DONE ? 0 : 1;
  }
  const int32_t started = firmware_start(firmware);
  printf("start of %s in slot %u\n", version, (unsigned)slot);
  if (is_restart_wanted) return 10;
  print("report", networked_start(&networked, started));
  const int32_t updated = networked_update(&networked);
  print("update", updated);
  if (is_restart_wanted) return 10;
  return updated == ASVIN_NOTHING ? 0 : 1;
}
