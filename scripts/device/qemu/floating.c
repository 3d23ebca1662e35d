// A board whose functions receive floating-point arguments in registers: the program runs while numbers are in all registers
// that a callee keeps, and they are there after it.
#include "board.h"

#ifdef __arm__
#define LOAD "vldm %0, {s16-s31}"
#define STORE "vstm %0, {s16-s31}"
#else
#define EACH(operation) \
  operation " fs0, 0(%0)\n" operation " fs1, 4(%0)\n" operation " fs2, 8(%0)\n" operation " fs3, 12(%0)\n" \
  operation " fs4, 16(%0)\n" operation " fs5, 20(%0)\n" operation " fs6, 24(%0)\n" operation " fs7, 28(%0)\n" \
  operation " fs8, 32(%0)\n" operation " fs9, 36(%0)\n" operation " fs10, 40(%0)\n" operation " fs11, 44(%0)\n"
#define LOAD EACH("flw")
#define STORE EACH("fsw")
#endif

enum { COUNT = 16 };
static float before[COUNT], after[COUNT];

// The step arrives in a register.
void run_beside_numbers(float step) {
  for (int index = 0; index < COUNT; index++) before[index] = after[index] = step * (float)(index + 1);
  __asm__ volatile(LOAD : : "r"(before) : "memory");
  run();
  __asm__ volatile(STORE : : "r"(after) : "memory");
  for (int index = 0; index < COUNT; index++)
    if (after[index] != STEP * (float)(index + 1)) {
      print("a floating-point register has changed\n");
      leave(4);
    }
}
