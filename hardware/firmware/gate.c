/* Gate firmware for the ATmega328P at 16 MHz: checked messages, a dead-man, and the fire release.
 * Bare avr-libc. See protocol.md for the messages, wiring.md for the wiring. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

#include "firmata.h"
#include "pins.h"
#include "safety.h"
#include "uart.h"

/* Bytes taken before the watchdog is fed again: with all of them requests, 25 ms of answers. */
#define PASS_BYTES 16

static volatile uint8_t ticks;

ISR(TIMER0_COMPA_vect)
{
  ticks++;
  safety_tick();
}

/* 16 MHz / 64 / 250 = 1 kHz. */
static void start_ticks(void)
{
  TCCR0A = _BV(WGM01);
  TCCR0B = _BV(CS01) | _BV(CS00);
  OCR0A = 249;
  TIMSK0 = _BV(OCIE0A);
}

/* Idles until the next interrupt, unless a byte came in since it was looked at. */
static void idle(void)
{
  set_sleep_mode(SLEEP_MODE_IDLE);
  cli();
  if (!uart_waiting()) {
    sleep_enable();
    sei();
    sleep_cpu();
    sleep_disable();
  }
  sei();
}

int main(void)
{
  uint8_t seen = 0;
  uint8_t byte, left;

  MCUSR = 0;
  wdt_enable(WDTO_250MS);
  pins_reset();
  safety_init();
  uart_init();
  start_ticks();
  sei();
  firmata_hello();

  for (;;) {
    /* Both the interrupt and this loop must live, or the watchdog resets the board. */
    if (ticks != seen) {
      seen = ticks;
      wdt_reset();
    }
    for (left = PASS_BYTES; left > 0 && uart_take(&byte); left--) firmata_byte(byte);
    safety_keep();
    firmata_report();
    idle();
  }
}
