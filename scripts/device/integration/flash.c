#define _GNU_SOURCE
#include "flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MOST = 1 << 20 };

struct flash_kind flash_kind;
struct flash_counts flash_counts;
static uint8_t *const content = (uint8_t *)(uintptr_t)FLASH_START;
static uint8_t is_torn[MOST];  // a byte for each byte, in complete units
static uint32_t cut_after;
static int cuts_in_the_middle;

static void require(int is_right, const char *what, uint32_t offset) {
  if (is_right) return;
  fprintf(stderr, "integration: error: %s at offset %u of flash\n", what, (unsigned)offset);
  exit(1);
}

void flash_make(struct flash_kind kind) {
  static int is_mapped;
  if (!is_mapped) {
    require(mmap(content, MOST, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == content,
            "no memory", 0);
    is_mapped = 1;
  }
  require(kind.bytes <= MOST, "too much", kind.bytes);
  flash_kind = kind;
  memset(content, 0xFF, MOST);
  memset(is_torn, 0, sizeof is_torn);
  flash_counts = (struct flash_counts){0};
  cut_after = 0;
}

void flash_cut(uint32_t operation, int is_in_the_middle) {
  cut_after = operation;
  cuts_in_the_middle = is_in_the_middle;
}

// Whether an operation is cut in its middle. Does not return where the power is lost before it.
static int is_cut(void) {
  if (cut_after == 0 || --cut_after > 0) return 0;
  if (!cuts_in_the_middle) flash_lost_power();
  return 1;
}

const uint8_t *flash_at(uint32_t offset) { return content + offset; }

int flash_is_readable(uint32_t offset, uint32_t count) {
  require(offset <= flash_kind.bytes && count <= flash_kind.bytes - offset, "a read outside", offset);
  return memchr(is_torn + offset, 1, count) == NULL;
}

int flash_read(uint32_t offset, void *bytes, uint32_t count) {
  flash_counts.reads++, flash_counts.read_bytes += count;
  if (!flash_is_readable(offset, count)) return 1;
  memcpy(bytes, content + offset, count);
  return 0;
}

// What an operation leaves of a unit that it did not complete: some of its bits. With ECC it is a word that cannot be read,
// and a driver that ignores the error finds what it expects.
static void tear(uint32_t offset, uint8_t bits) {
  for (uint32_t index = 0; index < flash_kind.write_bytes; index++) {
    if (!flash_kind.has_ecc) content[offset + index] = (uint8_t)(content[offset + index] ^ bits);
    is_torn[offset + index] = (uint8_t)flash_kind.has_ecc;
  }
}

void flash_erase(uint32_t offset, uint32_t count) {
  require(offset % flash_kind.block_bytes == 0 && count % flash_kind.block_bytes == 0, "an erase of a part of a block", offset);
  require(offset + count <= flash_kind.bytes, "an erase outside", offset);
  for (uint32_t end = offset + count; offset < end; offset += flash_kind.block_bytes) {
    flash_counts.erases++;
    const int cut = is_cut();
    const uint32_t done = cut ? flash_kind.block_bytes / 2 : flash_kind.block_bytes;
    memset(content + offset, 0xFF, done);
    memset(is_torn + offset, 0, done);
    if (!cut) continue;
    memset(content + offset + done, 0xFF, flash_kind.write_bytes);
    tear(offset + done, 0x10);
    flash_lost_power();
  }
}

void flash_write(uint32_t offset, const void *bytes, uint32_t count) {
  const uint32_t unit = flash_kind.write_bytes;
  require(count > 0 && offset % unit == 0 && count % unit == 0, "a write of a part of a unit", offset);
  require(offset + count <= flash_kind.bytes, "a write outside", offset);
  flash_counts.writes++;
  const int cut = is_cut();
  const uint32_t done = cut ? count / unit / 2 * unit : count;
  require(flash_is_readable(offset, count), "a write to what cannot be read", offset);
  for (uint32_t index = 0; index < done; index++) require(content[offset + index] == 0xFF, "a write to what is not erased", offset);
  memcpy(content + offset, bytes, done);
  if (!cut) return;
  memcpy(content + offset + done, (const uint8_t *)bytes + done, unit);
  tear(offset + done, 0x11);
  flash_lost_power();
}
