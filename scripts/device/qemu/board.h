// What a board in QEMU gives: text, an exit status, a count of instructions, and how deep the stack was.
#pragma once
#include <stddef.h>
#include <stdint.h>

void print(const char *text);
void print_number(const char *name, uint32_t number);
_Noreturn void leave(uint32_t status);

// Units of time since the start, and how many instructions 256 of them are.
uint32_t ticks(void);
uint32_t instructions_per_256_ticks(void);

// Paints what is free of the stack; how many bytes of it were written to since.
void paint_stack(void);
uint32_t painted_over(void);

// The program.
void run(void);

// Where floating-point arguments are in registers, the program beside multiples of such a number.
#if defined __ARM_PCS_VFP || defined __riscv_float_abi_single
#define STEP 1.5f
void run_beside_numbers(float step);
#endif

void *memcpy(void *to, const void *from, size_t count);
void *memset(void *to, int value, size_t count);
