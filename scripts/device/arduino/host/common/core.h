// What both cores declare, as far as the library uses it.
#pragma once
#include <stddef.h>
#include <stdint.h>

uint32_t millis();
void delay(unsigned long milliseconds);
void yield();
long random(long end);

struct HostSerial {
  void begin(unsigned long) {}
};
extern HostSerial Serial;
