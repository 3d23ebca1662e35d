// Start-up of a Cortex-M, with what QEMU's semihosting gives: text to its standard error, and its exit status.
#include "board.h"

extern uint32_t stack_top[];

static void semihost(uint32_t operation, const void *argument) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void print(const char *text) { semihost(0x04, text); }

_Noreturn void leave(uint32_t status) {
  const uint32_t exited[] = {0x20026, status};
  semihost(0x20, exited);
  for (;;) {}
}

// SysTick counts down, in 24 bits.
static volatile uint32_t *const systick = (volatile uint32_t *)0xE000E010;

uint32_t ticks(void) { return 0xFFFFFF - systick[2]; }

// Measures the ticks of a loop whose number of instructions is known.
uint32_t instructions_per_256_ticks(void) {
  uint32_t left = 1000000, start = ticks();
  __asm__ volatile("1: subs %0, #1\n bne 1b" : "+l"(left) : : "cc");
  return 2000000u * 256 / ((ticks() - start) & 0xFFFFFF);
}

__attribute__((noinline)) static _Noreturn void begin(void) {
#ifdef STEP
  run_beside_numbers(STEP);
#else
  run();
#endif
  leave(0);
}

_Noreturn void reset(void) {
  systick[1] = 0xFFFFFF;
  systick[2] = 0;
  systick[0] = 5;
#ifdef STEP
  // Access to the FPU, in CPACR. No instruction of it may come before.
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;
  __asm__ volatile("dsb\n isb" : : : "memory");
#endif
  begin();
}

// Swift's traps come here too.
static _Noreturn void fault(void) {
  print("fault\n");
  leave(3);
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top, reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
};
