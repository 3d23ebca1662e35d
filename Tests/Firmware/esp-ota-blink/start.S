// The ROM jumps here with interrupts on and its own small stack.

  .section .text.start, "ax"
  .literal_position
  .global start
  .type start, @function
start:
  rsil a2, 15
  movi a1, stack_top
  call0 firmware
1:
  j 1b
