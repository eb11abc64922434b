/* The messages of hardware/firmware/protocol.md, and nothing else. */
#ifndef FIRMATA_H
#define FIRMATA_H

#include <stdint.h>

/* Version and firmware name, unasked, as every Firmata board does after a reset. */
void firmata_hello(void);
/* One byte from the host. Acts on frames whose check is right, and on nothing else. */
void firmata_byte(uint8_t byte);
/* Sends a frame when an input or a latch changed, until two in a row were equal, and as an answer
 * to each frame of the host. */
void firmata_report(void);

#endif
