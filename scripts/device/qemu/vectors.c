// Judges signatures on the board: other people's vectors, and random ones with a bit changed. See vectors.py.
#include "board.h"

_Bool check_signature(int32_t algorithm, const uint8_t *signature, size_t signature_count, const uint8_t *key,
                      const uint8_t *message, size_t message_count);

extern const uint8_t vectors_start[], vectors_end[];
__asm__(".section .rodata.vectors,\"a\"\n.global vectors_start, vectors_end\nvectors_start: .incbin \"vectors.bin\"\n"
        "vectors_end:\n.text\n");

// Of each algorithm: how many were judged right, how many there are, and what the dearest one took.
struct Tally {
  uint32_t right, all, dearest, stack;
};

static uint32_t number(const uint8_t *bytes) { return bytes[0] | bytes[1] << 8; }

static void judge(const uint8_t *record, uint32_t count, struct Tally *tally) {
  const uint8_t *key = record + 6, *signature = key + 64, *message = signature + number(record + 2);
  paint_stack();
  const uint32_t start = ticks();
  const _Bool is_good = check_signature(-(int32_t)record[0], signature, number(record + 2), key, message, count);
  const uint32_t taken = (ticks() - start) & 0xFFFFFF, depth = painted_over();
  tally->all++;
  tally->right += is_good == record[1];
  if (taken > tally->dearest) tally->dearest = taken;
  if (depth > tally->stack) tally->stack = depth;
}

void run(void) {
  struct Tally edwards = {0}, weierstrass = {0};
  const uint32_t scale = instructions_per_256_ticks();
  for (const uint8_t *record = vectors_start; record < vectors_end;) {
    judge(record, number(record + 4), record[0] == 19 ? &edwards : &weierstrass);
    record += 6 + 64 + number(record + 2) + number(record + 4);
  }
  const struct Tally *tallies[] = {&edwards, &weierstrass};
  const char *const names[][4] = {{"ed25519_right", "ed25519_all", "ed25519_kiloinsns", "ed25519_stack"},
                                  {"p256_right", "p256_all", "p256_kiloinsns", "p256_stack"}};
  for (int index = 0; index < 2; index++) {
    print_number(names[index][0], tallies[index]->right);
    print_number(names[index][1], tallies[index]->all);
    print_number(names[index][2], tallies[index]->dearest / 1000 * scale / 256);
    print_number(names[index][3], tallies[index]->stack);
  }
}
