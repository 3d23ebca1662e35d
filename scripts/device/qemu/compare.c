// mbedTLS verifies a good P-256 signature on the board: the first of the vectors. Its heap is counted.
#include "board.h"
#include "mbedtls/ecdsa.h"
#include "mbedtls/sha256.h"

extern const uint8_t vectors_start[], vectors_end[];
__asm__(".section .rodata.vectors,\"a\"\n.global vectors_start, vectors_end\nvectors_start: .incbin \"vectors.bin\"\n"
        "vectors_end:\n.text\n");

// First fit. The word before a block holds its size; the lowest bit of that word marks the block as used.
static uint32_t heap[4096], live, most;
enum { WORDS = sizeof heap / 4 };

void *heap_calloc(size_t count, size_t size) {
  const uint32_t words = (uint32_t)(count * size + 7) / 8 * 2 + 2;
  if (heap[0] == 0) heap[0] = WORDS << 1;
  for (uint32_t place = 0; place < WORDS; place += heap[place] >> 1) {
    while ((heap[place] & 1) == 0 && place + (heap[place] >> 1) < WORDS && (heap[place + (heap[place] >> 1)] & 1) == 0)
      heap[place] += heap[place + (heap[place] >> 1)];
    if ((heap[place] & 1) != 0 || heap[place] >> 1 < words) continue;
    if (heap[place] >> 1 > words) heap[place + words] = heap[place] - (words << 1);
    heap[place] = words << 1 | 1;
    live += words * 4;
    if (live > most) most = live;
    return memset(heap + place + 2, 0, (words - 2) * 4);
  }
  return NULL;
}

void heap_free(void *bytes) {
  if (bytes == NULL) return;
  uint32_t *block = (uint32_t *)bytes - 2;
  *block &= ~1u;
  live -= *block * 2;
}

static uint32_t number(const uint8_t *bytes) { return bytes[0] | bytes[1] << 8; }

static int verify(const uint8_t *key, const uint8_t *signature, const uint8_t *message, uint32_t count) {
  mbedtls_ecp_group group;
  mbedtls_ecp_point point;
  mbedtls_mpi r, s;
  uint8_t digest[32], encoded[65] = {4};
  mbedtls_ecp_group_init(&group);
  mbedtls_ecp_point_init(&point);
  mbedtls_mpi_init(&r);
  mbedtls_mpi_init(&s);
  memcpy(encoded + 1, key, 64);
  int answer = mbedtls_ecp_group_load(&group, MBEDTLS_ECP_DP_SECP256R1);
  if (answer == 0) answer = mbedtls_ecp_point_read_binary(&group, &point, encoded, 65);
  if (answer == 0) answer = mbedtls_mpi_read_binary(&r, signature, 32);
  if (answer == 0) answer = mbedtls_mpi_read_binary(&s, signature + 32, 32);
  if (answer == 0) answer = mbedtls_sha256_ret(message, count, digest, 0);
  if (answer == 0) answer = mbedtls_ecdsa_verify(&group, digest, 32, &point, &r, &s);
  mbedtls_mpi_free(&r);
  mbedtls_mpi_free(&s);
  mbedtls_ecp_point_free(&point);
  mbedtls_ecp_group_free(&group);
  return answer;
}

void run(void) {
  const uint8_t *record = vectors_start;
  while (record[0] != 9 || record[1] != 1) record += 6 + 64 + number(record + 2) + number(record + 4);
  const uint32_t scale = instructions_per_256_ticks();
  paint_stack();
  const uint32_t start = ticks();
  const int answer = verify(record + 6, record + 70, record + 70 + number(record + 2), number(record + 4));
  const uint32_t taken = (ticks() - start) & 0xFFFFFF;
  print_number("stack", painted_over());
  print_number("kiloinsns", taken / 1000 * scale / 256);
  print_number("heap", most);
  if (answer != 0) leave(1);
}
