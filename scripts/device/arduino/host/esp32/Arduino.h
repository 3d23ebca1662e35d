// The core for an ESP32, as far as the library uses it.
#pragma once
#include "core.h"

struct EspClass {
  uint32_t getSketchSize();
  [[noreturn]] void restart();
};
extern EspClass ESP;
