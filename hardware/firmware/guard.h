/* The check of every message that moves or reports something: CRC-21 of CAN FD (ISO 11898-1),
 * which fills three bytes of seven bits. */
#ifndef GUARD_H
#define GUARD_H

#include <stdint.h>

/* Over `count` bytes, begun with `seed`: 0 for a set-up, then the session's number, so that no
 * frame of another session is ever right. */
uint32_t guard_check(uint32_t seed, const uint8_t *bytes, uint8_t count);
/* 21 bits in three bytes, low part first. */
uint32_t guard_number(const uint8_t *bytes);
void guard_put(uint8_t *bytes, uint32_t number);

#endif
