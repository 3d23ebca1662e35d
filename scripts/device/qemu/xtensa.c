// An Xtensa core in QEMU's machine sim: text, an exit status and the cycle counter. lx106.s and windowed.s start it.
#include "board.h"
#include "xtensa.h"

int32_t simulate(uint32_t operation, uint32_t first, uint32_t second, uint32_t third) {
  register uint32_t a2 __asm__("a2") = operation, a3 __asm__("a3") = first, a4 __asm__("a4") = second, a5 __asm__("a5") = third;
  // simcall, by its bytes: an assembler for one core may not know it.
  __asm__ volatile(".byte 0x00, 0x51, 0x00" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
  return (int32_t)a2;
}

void print(const char *text) {
  uint32_t count = 0;
  while (text[count]) count++;
  simulate(WRITE, 1, (uint32_t)text, count);
}

_Noreturn void leave(uint32_t status) {
  simulate(EXIT, status, 0, 0);
  for (;;) {}
}

uint32_t ticks(void) {
  uint32_t count;
  __asm__ volatile("rsr %0, ccount" : "=r"(count));
  return count;
}

// Measures the ticks of a loop whose number of instructions is known.
uint32_t instructions_per_256_ticks(void) {
  uint32_t left = 1000000;
  const uint32_t start = ticks();
  __asm__ volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(left));
  return 2000000u * 256 / (ticks() - start);
}

_Noreturn void begin(void) {
  run();
  leave(0);
}

// Swift's traps come here too.
_Noreturn void fault(void) {
  print("fault\n");
  leave(3);
}
