/* What holds whatever the host does: the dead-man and the fire release. Both run in the 1 ms
 * interrupt, so a busy main loop does not delay them. Fire beats the dead-man. */
#ifndef SAFETY_H
#define SAFETY_H

#include <stdint.h>

#define HOLD_PINS_MAX 6
#define FIRE_OUTPUTS_MAX 4

/* Reads the fire set-up and its latch from EEPROM and drives the outputs if it is latched. */
void safety_init(void);
/* Once a millisecond, from the timer interrupt. */
void safety_tick(void);

/* Arms the dead-man, or arms it again after it dropped the outputs. `hold` are pairs of beam pin
 * and the level that means interrupted: the drop waits while one is, for 10 s at most. Returns 0
 * and changes nothing for a bad pin, a time of 0 or one of over 5 s. */
uint8_t deadman_arm(uint16_t ms, const uint8_t *hold, uint8_t pairs);
/* A frame of the host was believed. `at_rest`: it asks for no relay, so the next one may take a
 * second where the armed time is shorter. */
void deadman_stamp(uint8_t at_rest);
/* It dropped the outputs, and was not armed since. */
uint8_t deadman_dropped(void);

/* Keeps which pin is the fire loop and which outputs open, as pairs of pin and level; while an alarm
 * is latched, from its end on. Returns 0 and changes nothing for bad pins. */
uint8_t fire_configure(uint8_t pin, const uint8_t *outputs, uint8_t pairs);
uint8_t fire_latched(void);
/* Ends a latched alarm if the loop is closed again; 0 when there is nothing to end. */
uint8_t fire_reset(void);

/* The host may not touch a pin that fire owns, nor any output after a drop until armed again. */
uint8_t host_may_set_mode(uint8_t pin);
uint8_t host_may_write(uint8_t pin);

/* Writes what must outlive a reset; for the main loop, since it takes milliseconds. */
void safety_keep(void);

#endif
