/* The messages of hardware/firmware/README.md, and nothing else. */
#ifndef FIRMATA_H
#define FIRMATA_H

#include <stdint.h>

/* Version and firmware name, unasked, as every Firmata board does after a reset. */
void firmata_hello(void);
/* One byte from the host. Acts on complete messages and stamps the dead-man for valid ones. */
void firmata_byte(uint8_t byte);
/* Reports inputs that changed, and what the safety functions did. */
void firmata_report(void);

#endif
