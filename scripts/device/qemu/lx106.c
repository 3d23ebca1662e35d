// The arithmetic that an ESP8266 has in its ROM: an lx106 keeps 32 bits of a product, and divides nothing.
#include <stdint.h>

uint64_t __umulsidi3(uint32_t left, uint32_t right) {
  const uint32_t low = (left & 0xFFFF) * (right & 0xFFFF), high = (left >> 16) * (right >> 16);
  const uint32_t one = (left >> 16) * (right & 0xFFFF), other = (left & 0xFFFF) * (right >> 16);
  const uint32_t middle = one + (low >> 16), rest = (middle & 0xFFFF) + other;
  return (uint64_t)(high + (middle >> 16) + (rest >> 16)) << 32 | rest << 16 | (low & 0xFFFF);
}

uint64_t __muldi3(uint64_t left, uint64_t right) {
  const uint32_t a = (uint32_t)left, b = (uint32_t)right;
  return __umulsidi3(a, b) + ((uint64_t)(a * (uint32_t)(right >> 32) + b * (uint32_t)(left >> 32)) << 32);
}

static uint32_t divide(uint32_t left, uint32_t right, uint32_t *rest) {
  uint32_t quotient = 0;
  *rest = 0;
  for (int place = 31; place >= 0; place--) {
    *rest = *rest << 1 | (left >> place & 1);
    if (*rest >= right) {
      *rest -= right;
      quotient |= 1u << place;
    }
  }
  return quotient;
}

uint32_t __udivsi3(uint32_t left, uint32_t right) {
  uint32_t rest;
  return divide(left, right, &rest);
}

uint32_t __umodsi3(uint32_t left, uint32_t right) {
  uint32_t rest;
  divide(left, right, &rest);
  return rest;
}

int32_t __divsi3(int32_t left, int32_t right) {
  const uint32_t a = left < 0 ? 0u - (uint32_t)left : (uint32_t)left, b = right < 0 ? 0u - (uint32_t)right : (uint32_t)right;
  const uint32_t quotient = __udivsi3(a, b);
  return (int32_t)((left < 0) != (right < 0) ? 0u - quotient : quotient);
}
