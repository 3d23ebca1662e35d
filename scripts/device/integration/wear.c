// Measures what the state and the journal cost: records, erases and reads, for erase blocks of several sizes. Prints the table
// of a page.
//
// Usage: PROGRAM FOLDER, as trial.c.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../example/firmware.h"
#include "flash.h"
#include "releases.h"

enum { ROOM = 1 << 18 };

struct region {
  uint32_t start, erases, writes, reads, read_bytes;
};

static struct region state_region, journal_region, slot_region;
static uint64_t memory[8192];
static uint8_t envelope[1024], stream[ROOM];

void flash_lost_power(void) { abort(); }

static int32_t read_flash(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  struct region *const region = context;
  region->reads++, region->read_bytes += count;
  return flash_read(region->start + offset, bytes, count);
}
static int32_t erase_flash(void *context, uint32_t offset) {
  struct region *const region = context;
  region->erases++;
  flash_erase(region->start + offset, flash_kind.block_bytes);
  return 0;
}
static int32_t write_flash(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  struct region *const region = context;
  region->writes++;
  flash_write(region->start + offset, bytes, count);
  return 0;
}
static asvin_flash made(struct region *region, uint32_t start, uint32_t capacity) {
  *region = (struct region){.start = start};
  return (asvin_flash){region, start, capacity, flash_kind.block_bytes, 8, read_flash, erase_flash, write_flash};
}

static uint32_t load(const char *folder, const char *name, uint8_t *bytes, uint32_t room) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *const file = fopen(path, "rb");
  if (file == NULL) perror(path), exit(66);
  const uint32_t count = (uint32_t)fread(bytes, 1, room, file);
  fclose(file);
  return count;
}

static void require(int32_t answer, int32_t wanted, const char *what) {
  if (answer == wanted) return;
  fprintf(stderr, "wear: error: %s answered %ld\n", what, (long)answer);
  exit(1);
}

// A row: an update, and then starts until both halves of the state were full.
static void measure(const char *folder, uint32_t block) {
  static const asvin_key key = {ASVIN_ED25519, RELEASE_KEY};
  static asvin_update update;
  const uint32_t slot_blocks = block < 8192 ? 12 : 4;
  flash_make((struct flash_kind){(4 + slot_blocks) * block, block, 8, 0});
  const asvin_flash state = made(&state_region, 0, 2 * block), journal = made(&journal_region, 2 * block, 2 * block);
  const asvin_flash target = made(&slot_region, 4 * block, slot_blocks * block);
  asvin_device device = {.vendor = RELEASE_VENDOR, .device_class = RELEASE_CLASS, .keys = &key, .key_count = 1,
                         .key_threshold = 1, .state = &state, .journal = &journal, .target = &target, .target_slot = 1,
                         .memory = (uint8_t *)memory, .memory_bytes = sizeof memory, .images_only = 1,
                         .trial_starts = UINT32_MAX};
  asvin_plan plan;
  uint64_t offset;
  uint32_t slot;
  char name[64];
  const uint32_t count = load(folder, "envelope-2.bin", envelope, sizeof envelope);
  require(asvin_verify(&device, envelope, count, &plan), ASVIN_DONE, "asvin_verify");
  snprintf(name, sizeof name, "stream-2-%u.bin", (unsigned)plan.payload);
  load(folder, name, stream, ROOM);
  require(asvin_boot(&device, &slot), ASVIN_CONFIRMED, "asvin_boot");
  const uint32_t first_reads = state_region.reads;
  require(asvin_begin_image(&update, &device, &plan, &offset), ASVIN_DONE, "asvin_begin_image");
  require(asvin_push(&update, stream, (uint32_t)plan.stream_bytes), ASVIN_DONE, "asvin_push");
  require(asvin_finish(&update), ASVIN_DONE, "asvin_finish");
  device.running_slot = 1, device.target_slot = 0;
  require(asvin_boot(&device, &slot), ASVIN_TRIAL, "asvin_boot");
  // And one for the confirmation.
  const uint32_t records = state_region.writes + 1, journal_records = journal_region.writes;
  // Each start on trial writes a record. The records of a block are counted from one erase to the next but one.
  uint32_t most = 0, most_bytes = 0, first_writes = 0;
  state_region.erases = 0;
  while (state_region.erases < 3) {
    if (state_region.erases == 0) first_writes = state_region.writes + 1;
    const struct region before = state_region;
    require(asvin_boot(&device, &slot), ASVIN_TRIAL, "asvin_boot");
    if (state_region.reads - before.reads > most)
      most = state_region.reads - before.reads, most_bytes = state_region.read_bytes - before.read_bytes;
  }
  const uint32_t places = (state_region.writes - first_writes) / 2;
  require(asvin_confirm(&device), ASVIN_DONE, "asvin_confirm");
  printf("| %u | %u | %u | %u | %u | %u | %u | %u |\n", (unsigned)block, (unsigned)places, (unsigned)records,
         (unsigned)(places / records), (unsigned)journal_records, (unsigned)(first_reads), (unsigned)most, (unsigned)most_bytes);
}

int main(int count, char **arguments) {
  static const uint32_t blocks[] = {2048, 4096, 8192, 65536, 131072};
  if (count != 2) return 64;
  for (unsigned index = 0; index < sizeof blocks / sizeof *blocks; index++) measure(arguments[1], blocks[index]);
  return 0;
}
