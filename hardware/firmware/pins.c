#include "pins.h"

#include <avr/io.h>
#include <util/atomic.h>

static uint8_t modes[PIN_COUNT];

static volatile uint8_t *port_of(uint8_t pin)
{
  return pin < 8 ? &PORTD : pin < 14 ? &PORTB : &PORTC;
}

/* In this family DDRx stands one below PORTx, and PINx two below. */
static volatile uint8_t *ddr_of(uint8_t pin) { return port_of(pin) - 1; }
static volatile uint8_t *in_of(uint8_t pin) { return port_of(pin) - 2; }

static uint8_t mask_of(uint8_t pin)
{
  return 1 << (pin < 8 ? pin : pin < 14 ? pin - 8 : pin - 14);
}

void pins_reset(void)
{
  for (uint8_t pin = PIN_FIRST; pin < PIN_COUNT; pin++) pin_set_mode(pin, MODE_INPUT);
}

uint8_t pin_valid(uint8_t pin) { return pin >= PIN_FIRST && pin < PIN_COUNT; }

uint8_t pin_mode(uint8_t pin) { return modes[pin]; }

void pin_set_mode(uint8_t pin, uint8_t mode)
{
  uint8_t mask = mask_of(pin);
  if (!pin_valid(pin)) return;
  if (mode != MODE_INPUT && mode != MODE_OUTPUT && mode != MODE_PULLUP) return;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    if (mode == MODE_PULLUP) {
      *ddr_of(pin) &= ~mask;
      *port_of(pin) |= mask;
    } else {
      *port_of(pin) &= ~mask;
      if (mode == MODE_OUTPUT) *ddr_of(pin) |= mask;
      else *ddr_of(pin) &= ~mask;
    }
    modes[pin] = mode;
  }
}

void pin_write(uint8_t pin, uint8_t high)
{
  uint8_t mask = mask_of(pin);
  if (!pin_valid(pin) || modes[pin] != MODE_OUTPUT) return;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    if (high) *port_of(pin) |= mask;
    else *port_of(pin) &= ~mask;
  }
}

uint8_t pin_read(uint8_t pin) { return (*in_of(pin) & mask_of(pin)) != 0; }

uint32_t pins_inputs(void)
{
  uint32_t levels = 0;
  for (uint8_t pin = PIN_COUNT; pin-- > PIN_FIRST;) {
    levels <<= 1;
    if (modes[pin] == MODE_PULLUP && pin_read(pin)) levels |= 1;
  }
  return levels;
}
