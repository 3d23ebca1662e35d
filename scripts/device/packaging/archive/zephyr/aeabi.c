// The ARM ABI's names for the C library's copies and fills, which the library for Cortex-M calls and which Zephyr's minimal
// C library does not have. Weak, so that those of another C library win.
#include <stddef.h>
#include <string.h>

#define COPIES(name, function) \
  __attribute__((weak)) void name(void *to, const void *from, size_t count) { (void)function(to, from, count); }
#define FILLS(name) \
  __attribute__((weak)) void name(void *to, size_t count, int value) { (void)memset(to, value, count); }
#define CLEARS(name) \
  __attribute__((weak)) void name(void *to, size_t count) { (void)memset(to, 0, count); }

COPIES(__aeabi_memcpy, memcpy)
COPIES(__aeabi_memcpy4, memcpy)
COPIES(__aeabi_memcpy8, memcpy)
COPIES(__aeabi_memmove, memmove)
COPIES(__aeabi_memmove4, memmove)
COPIES(__aeabi_memmove8, memmove)
FILLS(__aeabi_memset)
FILLS(__aeabi_memset4)
FILLS(__aeabi_memset8)
CLEARS(__aeabi_memclr)
CLEARS(__aeabi_memclr4)
CLEARS(__aeabi_memclr8)
