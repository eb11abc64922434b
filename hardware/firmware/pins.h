/* The 18 usable pins of an ATmega328P board, numbered as on an Uno: 2..7 are PD2..PD7,
 * 8..13 PB0..PB5, 14..19 PC0..PC5. Pins 0 and 1 are the serial line. */
#ifndef PINS_H
#define PINS_H

#include <stdint.h>

#define PIN_FIRST 2
#define PIN_COUNT 20

/* Pin modes of the Firmata protocol. */
#define MODE_INPUT 0x00
#define MODE_OUTPUT 0x01
#define MODE_PULLUP 0x0b

/* Every pin an input without pull-up: the pull-downs on the board hold the relays off. */
void pins_reset(void);

uint8_t pin_valid(uint8_t pin);
uint8_t pin_mode(uint8_t pin);
/* An output starts low. Unknown modes are ignored. */
void pin_set_mode(uint8_t pin, uint8_t mode);
/* Only outputs are driven. */
void pin_write(uint8_t pin, uint8_t high);
/* What the pin shows now, output or input. */
uint8_t pin_read(uint8_t pin);
/* All inputs with pull-up at once, bit 0 is pin 2. Others read as 0: an open pin shows noise. */
uint32_t pins_inputs(void);

#endif
