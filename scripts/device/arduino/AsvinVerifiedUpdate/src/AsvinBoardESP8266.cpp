// The ESP8266: the image runs from the start of flash. An update is written to the space after it by the core's Update, and
// the core's bootloader, eboot, copies it over the image at the next start.
//
//   0                 the image that runs
//   end of the image  the target: an update, up to what follows
//   FS - 12 KiB       state (2 blocks) and note (1)
//   FS                the file system, and what the core keeps after it
//
// Update cannot continue what it wrote before a restart. Therefore the journal is in RAM, and lasts as long as Update does.
#ifdef ARDUINO_ARCH_ESP8266

#include <bearssl/bearssl_hash.h>
#include <flash_hal.h>
#include <string.h>

#include "AsvinBoard.h"

namespace {

// The largest piece that the verifier reads or writes, with up to 3 bytes on either side.
const uint32_t mostBytes = 512 + 8;

// The offsets of flash mode and flash size in the header of an image.
const uint32_t modeByte = 2, sizeByte = 3;

bool readFlash(uint32_t address, uint8_t *bytes, uint32_t count) {
  // The core reads aligned words.
  uint32_t words[mostBytes / 4];
  const uint32_t before = address & 3;
  if (count + 6 > mostBytes) return false;
  if (!ESP.flashRead(address - before, words, (before + count + 3) & ~3u)) return false;
  memcpy(bytes, reinterpret_cast<const uint8_t *>(words) + before, count);
  return true;
}

uint32_t wholeSectors(uint32_t bytes) { return (bytes + AsvinBoard::blockBytes - 1) & ~(AsvinBoard::blockBytes - 1); }

}  // namespace

int32_t AsvinBoard::readRegion(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  return readFlash(static_cast<AsvinRegion *>(context)->address + offset, bytes, count) ? 0 : 1;
}

int32_t AsvinBoard::eraseRegion(void *context, uint32_t offset) {
  return ESP.flashEraseSector((static_cast<AsvinRegion *>(context)->address + offset) / blockBytes) ? 0 : 1;
}

int32_t AsvinBoard::writeRegion(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  uint32_t words[mostBytes / 4];
  if (count > sizeof words || count % 4 != 0) return 1;
  memcpy(words, bytes, count);
  return ESP.flashWrite(static_cast<AsvinRegion *>(context)->address + offset, words, count) ? 0 : 1;
}

void AsvinBoard::place(AsvinRegion *region, uint32_t address, uint32_t blocks) {
  region->address = address;
  region->flash = asvin_flash();
  region->flash.context = region;
  region->flash.start = address;
  region->flash.capacity = blocks * blockBytes;
  region->flash.block_bytes = blockBytes;
  region->flash.write_bytes = 4;
  region->flash.read = readRegion;
  region->flash.erase = eraseRegion;
  region->flash.write = writeRegion;
}

int32_t AsvinBoard::readJournal(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  memcpy(bytes, static_cast<AsvinBoard *>(context)->journal + offset, count);
  return 0;
}

int32_t AsvinBoard::eraseJournal(void *context, uint32_t offset) {
  memset(static_cast<AsvinBoard *>(context)->journal + offset, 0xFF, journalBytes / 2);
  return 0;
}

int32_t AsvinBoard::writeJournal(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  memcpy(static_cast<AsvinBoard *>(context)->journal + offset, bytes, count);
  return 0;
}

void AsvinBoard::placeJournal() {
  journalRegion.flash = asvin_flash();
  journalRegion.flash.context = this;
  // No flash has this address.
  journalRegion.flash.start = 0xF0000000;
  journalRegion.flash.capacity = journalBytes;
  journalRegion.flash.block_bytes = journalBytes / 2;
  journalRegion.flash.write_bytes = 1;
  journalRegion.flash.read = readJournal;
  journalRegion.flash.erase = eraseJournal;
  journalRegion.flash.write = writeJournal;
  memset(journal, 0xFF, sizeof journal);
}

const char *AsvinBoard::begin(asvin_device *device) {
  const uint32_t image = wholeSectors(ESP.getSketchSize()), end = FS_PHYS_ADDR;
  if (image == 0) return "the size of the sketch is not known";
  if (end < image + (keptBlocks + 1) * blockBytes) return "there is no room after the sketch: choose a smaller file system";
  const uint32_t at = end - keptBlocks * blockBytes;
  place(&runningRegion, 0, image / blockBytes);
  runningRegion.flash.erase = nullptr;
  runningRegion.flash.write = nullptr;
  placeTarget(image, (at - image) / blockBytes);
  targetRegion.flash.write_bytes = 1;
  place(&stateRegion, at, 2);
  place(&noteRegion, at + 2 * blockBytes, 1);
  placeJournal();
  device->state = &stateRegion.flash;
  device->journal = &journalRegion.flash;
  device->running = &runningRegion.flash;
  device->target = &targetRegion.flash;
  // An image always runs from slot 0, and its digest decides which one it is.
  device->running_slot = 0;
  device->target_slot = 1;
  // eboot has no image to go back to: AsvinVerifiedUpdate counts the starts.
  device->trial_starts = UINT32_MAX;
  return nullptr;
}

uint32_t AsvinBoard::runningBytes() { return ESP.getSketchSize(); }

bool AsvinBoard::digestRunning(uint32_t bytes, uint8_t *digest) {
  br_sha256_context hash;
  uint8_t piece[256];
  br_sha256_init(&hash);
  for (uint32_t offset = 0; offset < bytes; offset += sizeof piece) {
    const uint32_t count = bytes - offset < sizeof piece ? bytes - offset : sizeof piece;
    if (!readFlash(offset, piece, count)) return false;
    br_sha256_update(&hash, piece, count);
    if (offset % 65536 == 0) yield();
  }
  br_sha256_out(&hash, digest);
  return true;
}

// Whether the head of an image is one that this board starts as it is signed. Update would change the flash mode.
bool AsvinBoard::isAccepted(const uint8_t *head) {
  if (head[0] != 0xE9) {
    refusal = "it is not an image of an ESP8266";
  } else if (ESP.magicFlashChipMode(head[modeByte]) != ESP.getFlashChipMode()) {
    refusal = "the image has another flash mode than the one that runs";
  } else if (ESP.magicFlashChipSize(head[sizeByte] >> 4) > ESP.getFlashChipRealSize()) {
    refusal = "the image is for a larger flash";
  } else {
    return true;
  }
  return false;
}

// Opens Update for all of the target and what follows it up to the file system. Update places what it writes so that it ends
// there: with all of that space announced, it begins where the target does.
bool AsvinBoard::openWriter() {
  endWriting();
  refusal = nullptr;
  if (ESP.getMaxFreeBlockSize() < blockBytes + 256) {
    refusal = "there is no memory for a sector";
  } else if (!Update.begin(FS_PHYS_ADDR - targetRegion.address, U_FLASH)) {
    refusal = "Update does not begin: reset the board by hand once after flashing it over the serial port";
  }
  // The verifier's stack is not left in the middle of a write.
  Update.runAsync(true);
  isWriting = refusal == nullptr;
  isFilled = false;
  written = 0;
  return isWriting;
}

void AsvinBoard::prepareWriting() {
  // What Update has of an earlier attempt is continued at the end of a sector, where the journal is.
  if (isWriting && !isFilled && written % blockBytes == 0) return;
  endWriting();
}

int32_t AsvinBoard::eraseTarget(void *context, uint32_t offset) {
  AsvinBoard *const board = static_cast<AsvinBoard *>(context);
  // Update erases each sector before it writes it.
  return (board->isWriting && board->written == offset) || (offset == 0 && board->openWriter()) ? 0 : 1;
}

int32_t AsvinBoard::writeTarget(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count) {
  AsvinBoard *const board = static_cast<AsvinBoard *>(context);
  if (!board->isWriting || board->isFilled || board->written != offset) return 1;
  if (offset == 0 && (count <= sizeByte || !board->isAccepted(bytes))) return 1;
  // Update only reads the bytes.
  if (Update.write(const_cast<uint8_t *>(bytes), count) != count) return 1;
  board->written += count;
  return 0;
}

// Writes erased bytes after the image, so that Update writes the last of its sectors, which it keeps until a byte follows.
bool AsvinBoard::fillSector() {
  uint8_t erased[64];
  uint32_t left = wholeSectors(written) - written + sizeof(uint32_t);
  memset(erased, 0xFF, sizeof erased);
  while (left > 0) {
    const uint32_t count = left < sizeof erased ? left : sizeof erased;
    if (Update.write(erased, count) != count) return false;
    left -= count;
  }
  isFilled = Update.progress() >= wholeSectors(written);
  return isFilled;
}

// Reads what was written, from flash and not from Update's buffer: the verifier reads the target once all of it is written.
int32_t AsvinBoard::readTarget(void *context, uint32_t offset, uint8_t *bytes, uint32_t count) {
  AsvinBoard *const board = static_cast<AsvinBoard *>(context);
  if (board->isWriting && !board->isFilled && !board->fillSector()) return 1;
  return readFlash(board->targetRegion.address + offset, bytes, count) ? 0 : 1;
}

void AsvinBoard::endWriting() {
  // Not all of the announced bytes were written: Update ends without asking eboot for a copy.
  if (isWriting) Update.end(false);
  isWriting = false;
  memset(journal, 0xFF, sizeof journal);
}

bool AsvinBoard::startNext(uint32_t slot) {
  if (slot == 0) return true;
  if (!isWriting || !isFilled) return false;
  // Update asks eboot for a copy of what was written.
  isWriting = false;
  if (Update.end(true)) return true;
  refusal = "Update does not accept the image";
  return false;
}

bool AsvinBoard::keep() { return true; }

bool AsvinBoard::canRevert() const { return false; }

#endif
