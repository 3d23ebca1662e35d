// The core for an ESP8266, as far as the library uses it.
#pragma once
#include "core.h"

enum FlashMode_t : uint8_t { FM_QIO, FM_QOUT, FM_DIO, FM_DOUT, FM_UNKNOWN = 255 };

struct EspClass {
  bool flashEraseSector(uint32_t sector);
  bool flashWrite(uint32_t address, uint32_t *words, size_t count);
  bool flashRead(uint32_t address, uint32_t *words, size_t count);
  uint32_t getSketchSize();
  FlashMode_t getFlashChipMode();
  FlashMode_t magicFlashChipMode(uint8_t byte) { return static_cast<FlashMode_t>(byte); }
  uint32_t magicFlashChipSize(uint8_t byte) { return byte <= 4 ? 1u << (byte == 0 ? 19 : byte == 1 ? 18 : 18 + byte) : 0; }
  uint32_t getFlashChipRealSize() { return 1 << 20; }
  uint32_t getMaxFreeBlockSize() { return 20000; }
  void wdtDisable() {}
  void wdtEnable(uint32_t) {}
  [[noreturn]] void restart();
};
extern EspClass ESP;

#include "Updater.h"
