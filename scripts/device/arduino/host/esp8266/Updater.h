// The core's Update: it keeps up to a sector, and writes it once a byte more arrives. What it writes ends where
// the file system begins.
#pragma once
#include <string.h>

enum { U_FLASH = 0 };

class UpdaterClass {
 public:
  bool begin(size_t size, int command);
  bool end(bool evenIfRemaining);
  void runAsync(bool) {}
  size_t progress() const { return place - start; }
  size_t write(uint8_t *bytes, size_t count);

 private:
  bool writeSector();
  uint8_t buffer[4096];
  size_t kept = 0, size = 0;
  uint32_t start = 0, place = 0;
};
extern UpdaterClass Update;
