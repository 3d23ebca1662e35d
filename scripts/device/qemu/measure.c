// What the boards share: numbers as text, and the stack's depth.
#include "board.h"

extern uint32_t stack_bottom[];
enum { PAINT = 0x5AC3A53C };

void print_number(const char *name, uint32_t number) {
  char text[16], *place = text + sizeof text;
  *--place = 0;
  *--place = '\n';
  do *--place = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  *--place = ' ';
  print(name);
  print(place);
}

static uint32_t *painted;

// Below a frame, a core with register windows keeps four registers of its caller.
enum { KEPT = 16 };

__attribute__((noinline)) void paint_stack(void) {
  painted = __builtin_frame_address(0);
  for (uint32_t *place = stack_bottom; place < painted - KEPT; place++) *(volatile uint32_t *)place = PAINT;
}

uint32_t painted_over(void) {
  const uint32_t *place = stack_bottom;
  while (place < painted && *(const volatile uint32_t *)place == PAINT) place++;
  return (uint32_t)((const uint8_t *)painted - (const uint8_t *)place);
}
