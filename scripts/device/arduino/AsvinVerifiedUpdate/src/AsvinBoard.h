// What the verifier needs of the board: regions of flash, what runs from them, and how another image is started.
#pragma once
#include <Arduino.h>

#include "asvin_verifier.h"

#ifdef ARDUINO_ARCH_ESP32
#include <esp_partition.h>
#endif

// A region of flash and where it is.
struct AsvinRegion {
  asvin_flash flash;
#ifdef ARDUINO_ARCH_ESP32
  const esp_partition_t *partition;
#endif
  uint32_t address;  // of its first byte in the partition; on an ESP8266 in flash
};

class AsvinBoard {
 public:
  // Bytes of an erase block.
  static const uint32_t blockBytes = 4096;
  // Blocks for the state, for the journal of an ESP32, and for the note.
#ifdef ARDUINO_ARCH_ESP8266
  static const uint32_t keptBlocks = 3;
#else
  static const uint32_t keptBlocks = 5;
#endif

  // Finds the regions and the slots, and sets them in the device. Returns nullptr, or why the board cannot be updated.
  const char *begin(asvin_device *device);
  // The block of the note.
  const asvin_flash *note() const { return &noteRegion.flash; }
  // Bytes of the image that runs, as its own header has them; 0 where they are not known.
  uint32_t runningBytes();
  // SHA-256 of the first bytes of the image that runs; false where they cannot be read.
  bool digestRunning(uint32_t bytes, uint8_t *digest);

  // Bytes of an image that the update which ends now has in the target.
  uint32_t writtenBytes() const { return written; }
  // Why the target does not accept an image; nullptr where it does.
  const char *problem() const { return refusal; }
  // Before an update begins, or is resumed.
  void prepareWriting();
  // Ends writing to the target: frees what it needs. What was written is given up on an ESP8266.
  void endWriting();
  // Makes the bootloader start a slot next.
  bool startNext(uint32_t slot);
  // Makes the bootloader keep what runs.
  bool keep();
  // Whether a slot holds what ran before an update, so that an update can be reverted.
  bool canRevert() const;

 private:
  static int32_t readRegion(void *context, uint32_t offset, uint8_t *bytes, uint32_t count);
  static int32_t eraseRegion(void *context, uint32_t offset);
  static int32_t writeRegion(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count);
  static int32_t readTarget(void *context, uint32_t offset, uint8_t *bytes, uint32_t count);
  static int32_t eraseTarget(void *context, uint32_t offset);
  static int32_t writeTarget(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count);
  void place(AsvinRegion *region, uint32_t address, uint32_t blocks);
  void placeTarget(uint32_t address, uint32_t blocks);
  bool isAccepted(const uint8_t *head);

  AsvinRegion stateRegion = {}, journalRegion = {}, noteRegion = {}, runningRegion = {}, targetRegion = {};
  uint32_t written = 0;
  const char *refusal = nullptr;
#ifdef ARDUINO_ARCH_ESP8266
  static int32_t readJournal(void *context, uint32_t offset, uint8_t *bytes, uint32_t count);
  static int32_t eraseJournal(void *context, uint32_t offset);
  static int32_t writeJournal(void *context, uint32_t offset, const uint8_t *bytes, uint32_t count);
  void placeJournal();
  bool openWriter();
  bool fillSector();
  // Two halves of two records.
  static const uint32_t journalBytes = 1024;
  uint8_t journal[journalBytes];
  bool isWriting = false;
  bool isFilled = false;  // whether Update has written all that it was given
#endif
};
