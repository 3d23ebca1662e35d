// Start-up of the board mps2-an386, and what QEMU's semihosting gives: text to its standard error, and its exit status.

#include "bench.h"

extern unsigned stack_top[];
_Noreturn void bench(void);

static void semihost(unsigned operation, const void *argument) {
  register unsigned r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void print(const char *text) { semihost(0x04, text); }

_Noreturn void leave(unsigned status) {
  const unsigned exited[] = {0x20026, status};
  semihost(0x20, exited);
  for (;;) {}
}

_Noreturn void reset(void) { bench(); }

// Swift's traps come here too.
_Noreturn void report_fault(const unsigned *frame) {
  static char text[] = "fault at 0x00000000\n";
  for (unsigned place = 0; place < 8; place++) text[11 + place] = "0123456789abcdef"[frame[6] >> (28 - 4 * place) & 15];
  print(text);
  leave(3);
}

__attribute__((naked)) static void fault(void) { __asm__ volatile("mov r0, sp\n b report_fault"); }

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top, reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
};
