// Copies out of an ESP8266's flash, which is read in aligned words only. xtensa_module.py calls them.
#include <stdint.h>

// Words, from a table or from RAM: count is of bytes, a multiple of 4, and both places are aligned.
void copy_words(uint32_t *to, const uint32_t *from, uint32_t count) {
  for (; count > 0; count -= 4) *to++ = *from++;
}

// Bytes of a table, to any place.
void copy_table(uint8_t *to, const volatile uint32_t *from, uint32_t count) {
  uint32_t word = 0;
  for (uint32_t index = 0; index < count; index++) {
    word = index % 4 == 0 ? *from++ : word >> 8;
    *to++ = (uint8_t)word;
  }
}
