#include "guard.h"

#define POLYNOMIAL 0x102899
#define TOP 0x100000
#define MASK 0x1fffff

uint32_t guard_check(uint32_t seed, const uint8_t *bytes, uint8_t count)
{
  uint32_t crc = seed;
  while (count--) {
    crc ^= (uint32_t)*bytes++ << 13;
    for (uint8_t bit = 0; bit < 8; bit++) {
      uint8_t out = (crc & TOP) != 0;
      crc <<= 1;
      if (out) crc ^= POLYNOMIAL;
    }
  }
  return crc & MASK;
}

uint32_t guard_number(const uint8_t *bytes)
{
  return bytes[0] | (uint16_t)bytes[1] << 7 | (uint32_t)bytes[2] << 14;
}

void guard_put(uint8_t *bytes, uint32_t number)
{
  bytes[0] = number & 0x7f;
  bytes[1] = number >> 7 & 0x7f;
  bytes[2] = number >> 14 & 0x7f;
}
