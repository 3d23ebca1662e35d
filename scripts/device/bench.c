// Applies the patch that bench-patch has loaded, and prints what that took: a name and a number in each line.

#include <stddef.h>

#include "bench.h"

void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);

extern unsigned stack_bottom[];
extern unsigned char workspace[];
enum { WORKSPACE_ROOM = 128 << 10, PAINT = 0x5AC3A53C, POISON = 0xA5, LOOPS = 1000000 };

// The board's first timer: 32 bits that count down at 25 MHz, long enough for 170 billion instructions. SysTick has 24.
static volatile unsigned *const timer = (volatile unsigned *)0x40000000;
enum { TIMER_CONTROL, TIMER_VALUE, TIMER_RELOAD };

static unsigned char *at(unsigned address) { return (unsigned char *)address; }

static void print_number(const char *name, unsigned number) {
  char text[16], *place = text + sizeof text;
  *--place = 0;
  *--place = '\n';
  do *--place = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  *--place = ' ';
  print(name);
  print(place);
}

// Measures the ticks of a loop whose number of instructions is known.
static unsigned calibrate(void) {
  unsigned left = LOOPS, start = timer[TIMER_VALUE];
  __asm__ volatile("1: subs %0, #1\n bne 1b" : "+r"(left) : : "cc");
  return start - timer[TIMER_VALUE];
}

// Paints what is free of the stack before the call, and looks afterwards how deep it was written to.
__attribute__((noinline)) static unsigned measure(struct Job *job, unsigned *ticks, unsigned *stack) {
  volatile unsigned *top, *place;
  __asm__ volatile("mov %0, sp" : "=r"(top));
  for (place = stack_bottom; place < top; place++) *place = PAINT;
  const unsigned start = timer[TIMER_VALUE];
  const unsigned answer = bench_apply(job);
  *ticks = start - timer[TIMER_VALUE];
  for (place = stack_bottom; place < top && *place == PAINT;) place++;
  *stack = (unsigned)(top - place) * sizeof *top;
  return answer;
}

static _Bool is_right(unsigned count, unsigned wanted) {
  if (count != wanted) return 0;
  for (unsigned index = 0; index < count; index++) {
    if (at(MAP_SLOT)[index] != at(MAP_NEW)[index]) return 0;
  }
  return 1;
}

// The memory is dirty, as after other use. The bytes after the workspace must not change.
static struct Job prepared(const unsigned *counts) {
  memset(workspace, POISON, WORKSPACE_ROOM);
  return (struct Job){.oldCount = counts[0], .patchCount = counts[2], .workspace = workspace,
                      .workspaceRoom = WORKSPACE_ROOM};
}

// Cuts the power halfway through, forgets everything but the flash, and resumes.
static unsigned resume(const unsigned *counts, unsigned operations) {
  memcpy(at(MAP_SLOT), at(MAP_OLD), counts[0]);
  flash_restart(operations / 2);
  struct Job job = prepared(counts);
  if (bench_apply(&job) != PATCH_CUT) return 0;
  flash_restart(0);
  job = prepared(counts);
  job.isResumed = 1;
  // Fewer operations are left where it has resumed than where it has started again.
  return bench_apply(&job) == PATCH_APPLIED && is_right(job.resultBytes, counts[1])
      && flash_operations() < operations * 3 / 4 && !flash_rule_is_broken();
}

// Takes the caller's place where there is none.
__attribute__((weak)) unsigned bench_apply(struct Job *job) {
  job->failedAt = 0;
  return PATCH_REFUSED;
}

_Noreturn void bench(void) {
  const unsigned *counts = (const unsigned *)MAP_COUNTS;
  const _Bool is_in_place = (at(MAP_PATCH)[1] & 4) != 0;
  timer[TIMER_RELOAD] = timer[TIMER_VALUE] = 0xFFFFFFFF;
  timer[TIMER_CONTROL] = 1;
  if (is_in_place) memcpy(at(MAP_SLOT), at(MAP_OLD), counts[0]);
  flash_restart(0);

  struct Job job = prepared(counts);
  unsigned ticks, stack, behind = job.workspaceRoom;
  const unsigned answer = measure(&job, &ticks, &stack);
  while (behind > job.workspaceBytes && workspace[behind - 1] == POISON) behind--;

  print_number("answer", answer);
  print_number("failed_at", job.failedAt);
  print_number("right", answer == PATCH_APPLIED && is_right(job.resultBytes, counts[1]));
  print_number("overrun", behind - job.workspaceBytes);
  print_number("workspace", job.workspaceBytes);
  print_number("applier", job.applierBytes);
  print_number("stack", stack);
  print_number("ticks", ticks);
  print_number("loop", 2 * LOOPS);
  print_number("loop_ticks", calibrate());
  print_number("rule_broken", flash_rule_is_broken());
  if (is_in_place && answer == PATCH_APPLIED) print_number("resumed", resume(counts, flash_operations()));
  leave(0);
}
