// An ESP8266: the image runs from the start of flash, and eboot copies another one over it where it is asked for.
#include <bearssl/bearssl_hash.h>
#include <string.h>

#include "Arduino.h"
#include "asvin_client.h"
#include "flash_hal.h"
#include "host.h"

EspClass ESP;
UpdaterClass Update;

static uint8_t hashed[hostFlashBytes];

// What eboot is asked for, in memory that a restart keeps and a loss of power does not.
struct Copy {
  uint32_t from, size;
};

uint32_t hostStart() {
  Copy copy;
  if (!hostLoad("rtc", &copy, sizeof copy)) return 0;
  for (uint32_t done = 0; done < copy.size; done += hostSectorBytes)
    memcpy(hostFlash + done, hostFlash + copy.from + done, hostSectorBytes);
  hostRemove("rtc");
  return 0;
}

bool EspClass::flashEraseSector(uint32_t sector) {
  hostErase(sector * hostSectorBytes);
  return true;
}

bool EspClass::flashWrite(uint32_t address, uint32_t *words, size_t count) {
  if (address % 4 != 0 || count % 4 != 0 || reinterpret_cast<uintptr_t>(words) % 4 != 0) hostFail("a write of no words");
  hostWrite(address, words, count);
  return true;
}

bool EspClass::flashRead(uint32_t address, uint32_t *words, size_t count) {
  if (address % 4 != 0 || count % 4 != 0 || reinterpret_cast<uintptr_t>(words) % 4 != 0) hostFail("a read of no words");
  if (address > hostFlashBytes || count > hostFlashBytes - address) return false;
  memcpy(words, hostFlash + address, count);
  return true;
}

// The segments of the sketch, whose header is after eboot.
uint32_t EspClass::getSketchSize() {
  uint32_t place = 0x1000 + 8;
  for (uint32_t segments = hostFlash[0x1001]; segments > 0; segments--) {
    uint32_t size;
    memcpy(&size, hostFlash + place + 4, sizeof size);
    place += 8 + size;
    if (place > hostFlashBytes) return 0;
  }
  return (place + 16) & ~15u;
}

FlashMode_t EspClass::getFlashChipMode() { return static_cast<FlashMode_t>(hostFlash[2]); }
void EspClass::restart() { hostRestart(); }

bool UpdaterClass::begin(size_t newSize, int command) {
  const uint32_t sectors = (static_cast<uint32_t>(newSize) + hostSectorBytes - 1) & ~(hostSectorBytes - 1);
  const uint32_t sketch = (ESP.getSketchSize() + hostSectorBytes - 1) & ~(hostSectorBytes - 1);
  if (size > 0 || newSize == 0 || command != U_FLASH || sectors > FS_PHYS_ADDR || FS_PHYS_ADDR - sectors < sketch) return false;
  start = place = FS_PHYS_ADDR - sectors;
  size = newSize;
  kept = 0;
  return true;
}

bool UpdaterClass::writeSector() {
  ESP.flashEraseSector(place / hostSectorBytes);
  uint32_t words[sizeof buffer / 4];
  memcpy(words, buffer, kept);
  // The flash mode is changed to that of the image that runs.
  if (place == start && buffer[0] != 0x1F) reinterpret_cast<uint8_t *>(words)[2] = hostFlash[2];
  if (!ESP.flashWrite(place, words, kept)) return false;
  place += static_cast<uint32_t>(kept);
  kept = 0;
  return true;
}

size_t UpdaterClass::write(uint8_t *bytes, size_t count) {
  size_t done = 0;
  if (size == 0 || progress() + kept + count > size) return 0;
  while (done < count) {
    if (kept == sizeof buffer && !writeSector()) return done;
    const size_t room = sizeof buffer - kept, piece = count - done < room ? count - done : room;
    memcpy(buffer + kept, bytes + done, piece);
    kept += piece;
    done += piece;
  }
  return done;
}

bool UpdaterClass::end(bool evenIfRemaining) {
  const bool isUsed = size > 0 && evenIfRemaining && (kept == 0 || writeSector()) && hostFlash[start] == 0xE9;
  const Copy copy = {start, place - start};
  if (isUsed) hostStore("rtc", &copy, sizeof copy);
  size = kept = 0;
  return isUsed;
}

void br_sha256_init(br_sha256_context *hash) { hash->count = 0; }

void br_sha256_update(br_sha256_context *hash, const void *bytes, size_t count) {
  if (count > sizeof hashed - hash->count) hostFail("more bytes are digested than flash has");
  memcpy(hashed + hash->count, bytes, count);
  hash->count += static_cast<uint32_t>(count);
}

void br_sha256_out(const br_sha256_context *hash, void *digest) {
  asvin_digest(hashed, hash->count, static_cast<uint8_t *>(digest));
}
