#include "AsvinNote.h"

#include <string.h>

#include "asvin_client.h"

static_assert(sizeof(AsvinNote::Record) == 32, "a record is written as it is in memory");

static uint32_t checkOf(const AsvinNote::Record &record) {
  uint8_t digest[32];
  uint32_t check;
  asvin_digest(reinterpret_cast<const uint8_t *>(&record), offsetof(AsvinNote::Record, check), digest);
  memcpy(&check, digest, sizeof check);
  return check;
}

void AsvinNote::begin(const asvin_flash *region) {
  flash = region;
  record = Record();
  for (next = 0; next < flash->block_bytes; next += sizeof(Record)) {
    Record found;
    uint8_t *const bytes = reinterpret_cast<uint8_t *>(&found);
    bool isErased = true;
    if (flash->read(flash->context, next, bytes, sizeof found) != 0) continue;
    for (uint32_t index = 0; index < sizeof found; index++) isErased = isErased && bytes[index] == 0xFF;
    if (isErased) break;
    // A record that a loss of power has cut off is skipped.
    if (checkOf(found) == found.check) record = found;
  }
}

bool AsvinNote::save() {
  // Erased early where nothing is remembered, so that no erase is needed while something is.
  const bool isLate = record.rollout == 0 && next > flash->block_bytes / 2;
  if (isLate || next + sizeof(Record) > flash->block_bytes) {
    if (flash->erase(flash->context, 0) != 0) return false;
    next = 0;
  }
  record.check = checkOf(record);
  const uint32_t place = next;
  next += sizeof(Record);
  return flash->write(flash->context, place, reinterpret_cast<const uint8_t *>(&record), sizeof(Record)) == 0;
}

bool AsvinNote::clear() {
  record = Record();
  return save();
}
