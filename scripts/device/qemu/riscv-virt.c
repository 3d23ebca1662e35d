// Start-up of QEMU's RISC-V board virt: text to its UART, and its exit status by the test device.
#include "board.h"

static volatile uint8_t *const uart = (volatile uint8_t *)0x10000000;
static volatile uint32_t *const test = (volatile uint32_t *)0x100000;

void print(const char *text) {
  while (*text) *uart = (uint8_t)*text++;
}

_Noreturn void leave(uint32_t status) {
  *test = status == 0 ? 0x5555 : status << 16 | 0x3333;
  for (;;) {}
}

uint32_t ticks(void) {
  uint32_t count;
  __asm__ volatile("csrr %0, minstret" : "=r"(count));
  return count;
}

uint32_t instructions_per_256_ticks(void) { return 256; }

__attribute__((aligned(4))) static void fault(void) {
  print("fault\n");
  leave(3);
}

__attribute__((used)) static _Noreturn void begin(void) {
  __asm__ volatile("csrw mtvec, %0" : : "r"(fault));
#ifdef STEP
  run_beside_numbers(STEP);
#else
  run();
#endif
  leave(0);
}

__attribute__((naked, section(".vectors"), used)) void reset(void) {
#ifdef STEP
  // The FPU is on, in mstatus.
  __asm__ volatile("li t0, 0x2000\n csrs mstatus, t0");
#endif
  __asm__ volatile("la sp, stack_top\n j begin");
}
