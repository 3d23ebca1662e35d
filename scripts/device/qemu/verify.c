// Runs the verifier alone on a board, over a release that is linked in, and prints what that takes of the stack. See
// NoHeapVerify.swift and update.py.
#include "board.h"
#include "update.h"

extern const uint8_t envelope_start[], envelope_end[];
__asm__(".section .rodata.update,\"a\"\nenvelope_start: .incbin \"envelope.bin\"\nenvelope_end:\n.text\n");

uint32_t verify_release(const uint8_t *envelope, int32_t count, int32_t algorithm, const uint8_t *key,
                        const uint8_t *identifiers, uint32_t *reason);

void run(void) {
  static const uint8_t key[] = UPDATE_KEY;
  static const uint8_t identifiers[2][16] = {UPDATE_VENDOR, UPDATE_CLASS}, others[2][16] = {UPDATE_VENDOR, UPDATE_VENDOR};
  const int32_t count = envelope_end - envelope_start;
  uint32_t reason;
  const uint32_t stack = verify_release(envelope_start, count, UPDATE_ALGORITHM, key, identifiers[0], &reason);
  print_number("stack", stack);
  print_number("reason", reason);
  verify_release(envelope_start, count, UPDATE_ALGORITHM, key, others[0], &reason);
  print_number("other_reason", reason);
}
