// The functions of a C library that a firmware needs. None of them allocates.

#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  while (count-- > 0) *target++ = *source++;
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if (target < source) return memcpy(to, from, count);
  while (count-- > 0) target[count] = source[count];
  return to;
}

void *memset(void *to, int value, size_t count) {
  uint8_t *target = to;
  while (count-- > 0) *target++ = (uint8_t)value;
  return to;
}

#ifdef __arm__
void __aeabi_memcpy(void *to, const void *from, size_t count) { memcpy(to, from, count); }
// Word by word, as in a C library, because the compiler copies complete structures with these.
void __aeabi_memcpy4(void *to, const void *from, size_t count) {
  uint32_t *target = to;
  const uint32_t *source = from;
  for (; count >= 4; count -= 4) *target++ = *source++;
  memcpy(target, source, count);
}
void __aeabi_memcpy8(void *to, const void *from, size_t count) { __aeabi_memcpy4(to, from, count); }
void __aeabi_memmove(void *to, const void *from, size_t count) { memmove(to, from, count); }
void __aeabi_memmove4(void *to, const void *from, size_t count) { memmove(to, from, count); }
void __aeabi_memmove8(void *to, const void *from, size_t count) { memmove(to, from, count); }
void __aeabi_memset(void *to, size_t count, int value) { memset(to, value, count); }
void __aeabi_memset4(void *to, size_t count, int value) {
  uint32_t *target = to;
  for (; count >= 4; count -= 4) *target++ = (uint8_t)value * 0x01010101u;
  memset(target, value, count);
}
void __aeabi_memset8(void *to, size_t count, int value) { __aeabi_memset4(to, count, value); }
void __aeabi_memclr(void *to, size_t count) { memset(to, 0, count); }
void __aeabi_memclr4(void *to, size_t count) { __aeabi_memset4(to, count, 0); }
void __aeabi_memclr8(void *to, size_t count) { __aeabi_memset4(to, count, 0); }
#endif

#if defined(__arm__) && __ARM_ARCH_ISA_THUMB == 1
// libgcc's arithmetic for a Cortex-M0 and M23: a product has 32 bits, and a Cortex-M0 divides nothing.
uint64_t __aeabi_lmul(uint64_t left, uint64_t right) {
  const uint32_t a = (uint32_t)left, b = (uint32_t)right;
  const uint32_t low = (a & 0xFFFF) * (b & 0xFFFF), high = (a >> 16) * (b >> 16);
  const uint32_t one = (a >> 16) * (b & 0xFFFF), other = (a & 0xFFFF) * (b >> 16);
  const uint32_t middle = one + (low >> 16), rest = (middle & 0xFFFF) + other;
  const uint32_t upper = high + (middle >> 16) + (rest >> 16) + a * (uint32_t)(right >> 32) + b * (uint32_t)(left >> 32);
  return (uint64_t)upper << 32 | rest << 16 | (low & 0xFFFF);
}

// Quotient and remainder, in r0 and r1.
uint64_t __aeabi_uidivmod(uint32_t left, uint32_t right) {
  uint32_t quotient = 0, rest = 0;
  for (int place = 31; place >= 0; place--) {
    rest = rest << 1 | (left >> place & 1);
    if (rest >= right) {
      rest -= right;
      quotient |= 1u << place;
    }
  }
  return (uint64_t)rest << 32 | quotient;
}

int32_t __aeabi_idiv(int32_t left, int32_t right) {
  const uint32_t a = left < 0 ? 0u - (uint32_t)left : (uint32_t)left, b = right < 0 ? 0u - (uint32_t)right : (uint32_t)right;
  const uint32_t quotient = (uint32_t)__aeabi_uidivmod(a, b);
  return (int32_t)((left < 0) != (right < 0) ? 0u - quotient : quotient);
}

int __clzsi2(uint32_t value) {
  int count = 0;
  for (uint32_t bit = 1u << 31; bit != 0 && (value & bit) == 0; bit >>= 1) count++;
  return count;
}

uint32_t __aeabi_uidiv(uint32_t left, uint32_t right) { return (uint32_t)__aeabi_uidivmod(left, right); }
#endif

#if defined(__riscv) || (defined(__arm__) && __ARM_ARCH_ISA_THUMB == 1)
// libgcc's 64-bit shifts, on halves so that they do not call themselves.
typedef union {
  uint64_t whole;
  struct { uint32_t low, high; } half;
} wide;

uint64_t __lshrdi3(uint64_t value, int count) {
  wide in = {.whole = value}, out;
  if (count == 0) return value;
  out.half.high = count >= 32 ? 0 : in.half.high >> count;
  out.half.low = count >= 32 ? in.half.high >> (count - 32) : in.half.low >> count | in.half.high << (32 - count);
  return out.whole;
}

uint64_t __ashldi3(uint64_t value, int count) {
  wide in = {.whole = value}, out;
  if (count == 0) return value;
  out.half.low = count >= 32 ? 0 : in.half.low << count;
  out.half.high = count >= 32 ? in.half.low << (count - 32) : in.half.high << count | in.half.low >> (32 - count);
  return out.whole;
}
#endif

#if defined(__arm__) && __ARM_ARCH_ISA_THUMB == 1
uint64_t __aeabi_llsr(uint64_t value, int count) { return __lshrdi3(value, count); }
uint64_t __aeabi_llsl(uint64_t value, int count) { return __ashldi3(value, count); }
#endif

// In place of the device's own cryptography.
volatile uint8_t device_answer;
void device_sha256(const uint8_t *bytes, size_t count, uint8_t *digest) { *digest = device_answer + *bytes + (uint8_t)count; }
_Bool device_verify(const uint8_t *signature, const uint8_t *key) { return device_answer == *signature + *key; }
volatile uint8_t device_flash;
uint8_t device_read(uint32_t slot, uint32_t offset) { return device_flash + (uint8_t)(slot + offset); }
void device_write(uint32_t offset, uint8_t byte) { device_flash = (uint8_t)(offset + byte); }

// In place of the firmware's driver.
_Bool device_fill(uint32_t slot, uint32_t offset, uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) bytes[i] = device_read(slot, offset + i);
  return device_flash != 2;
}
void device_erase(uint32_t slot, uint32_t offset) { device_flash = (uint8_t)(slot + offset); }
void device_program(uint32_t slot, uint32_t offset, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) device_write(slot + offset + i, bytes[i]);
}
_Bool device_has_failed(void) { return device_flash == 1; }
