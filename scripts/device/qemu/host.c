// A host in the place of a board: a process. Its stack and instructions are not measured.
#include "board.h"
#include <stdio.h>
#include <stdlib.h>

void print(const char *text) { fputs(text, stdout); }
void print_number(const char *name, uint32_t number) { printf("%s %u\n", name, number); }
_Noreturn void leave(uint32_t status) { exit((int)status); }
uint32_t ticks(void) { return 0; }
uint32_t instructions_per_256_ticks(void) { return 0; }
void paint_stack(void) {}
uint32_t painted_over(void) { return 0; }

int main(void) {
  run();
  return 0;
}
