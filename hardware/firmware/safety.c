#include "safety.h"

#include <avr/eeprom.h>
#include <util/atomic.h>

#include "pins.h"

#define HOLD_MS_MAX 10000
/* The loop must be open this long: below it a glitch on a long wire, and within 10 ms in all. */
#define FIRE_MS 4
#define MAGIC 0x57
#define LATCHED 0xa5
#define NO_PIN 0xff

static volatile uint16_t deadman_ms, silent_ms;
static uint8_t hold[HOLD_PINS_MAX * 2], hold_pairs;
static volatile uint8_t dropped;

struct fire_setup {
  uint8_t magic;
  uint8_t pin;
  uint8_t pairs;
  uint8_t outputs[FIRE_OUTPUTS_MAX * 2];
  uint8_t check;
};

static struct fire_setup fire;
static volatile uint8_t latched, open_ms, save_latch;

static struct fire_setup kept_setup EEMEM;
static uint8_t kept_latch EEMEM;

static uint8_t check_of(const struct fire_setup *setup)
{
  const uint8_t *bytes = (const uint8_t *)setup;
  uint8_t sum = 0x5a;
  for (uint8_t i = 0; i < sizeof *setup - 1; i++) sum = (sum << 1 | sum >> 7) ^ bytes[i];
  return sum;
}

static uint8_t pairs_valid(const uint8_t *list, uint8_t pairs)
{
  for (uint8_t i = 0; i < pairs; i++) {
    if (!pin_valid(list[i * 2]) || list[i * 2 + 1] > 1) return 0;
  }
  return 1;
}

static uint8_t fire_set(void) { return fire.magic == MAGIC; }

static uint8_t fire_drives(uint8_t pin)
{
  if (!latched) return 0;
  for (uint8_t i = 0; i < fire.pairs; i++) {
    if (fire.outputs[i * 2] == pin) return 1;
  }
  return 0;
}

static void fire_open(void)
{
  for (uint8_t i = 0; i < fire.pairs; i++) {
    uint8_t pin = fire.outputs[i * 2];
    if (pin_mode(pin) != MODE_OUTPUT) pin_set_mode(pin, MODE_OUTPUT);
    pin_write(pin, fire.outputs[i * 2 + 1]);
  }
}

void safety_init(void)
{
  eeprom_read_block(&fire, &kept_setup, sizeof fire);
  if (!fire_set() || fire.check != check_of(&fire) || fire.pairs > FIRE_OUTPUTS_MAX ||
      !pin_valid(fire.pin) || !pairs_valid(fire.outputs, fire.pairs)) {
    fire.magic = 0;
    return;
  }
  pin_set_mode(fire.pin, MODE_PULLUP);
  if (eeprom_read_byte(&kept_latch) == LATCHED) {
    latched = 1;
    fire_open();
  }
}

static void fire_tick(void)
{
  if (!fire_set()) return;
  if (!pin_read(fire.pin)) open_ms = 0;
  else if (open_ms < FIRE_MS) open_ms++;
  if (open_ms == FIRE_MS && !latched) {
    latched = 1;
    fire_open();
    save_latch = 1;
  }
}

static uint8_t somebody_inside(void)
{
  for (uint8_t i = 0; i < hold_pairs; i++) {
    if (pin_read(hold[i * 2]) == hold[i * 2 + 1]) return 1;
  }
  return 0;
}

static void deadman_tick(void)
{
  if (deadman_ms == 0 || dropped) return;
  silent_ms++;
  if (silent_ms < deadman_ms) return;
  if (silent_ms < deadman_ms + HOLD_MS_MAX && somebody_inside()) return;
  for (uint8_t pin = PIN_FIRST; pin < PIN_COUNT; pin++) {
    if (!fire_drives(pin)) pin_write(pin, 0);
  }
  dropped = 1;
}

void safety_tick(void)
{
  fire_tick();
  deadman_tick();
}

uint8_t deadman_arm(uint16_t ms, const uint8_t *list, uint8_t pairs)
{
  if (ms == 0 || pairs > HOLD_PINS_MAX || !pairs_valid(list, pairs)) return 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    for (uint8_t i = 0; i < pairs * 2; i++) hold[i] = list[i];
    hold_pairs = pairs;
    deadman_ms = ms;
    silent_ms = 0;
    dropped = 0;
  }
  return 1;
}

void deadman_stamp(void)
{
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { silent_ms = 0; }
}

void deadman_disarm(void)
{
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    deadman_ms = 0;
    dropped = 0;
  }
}

uint8_t deadman_dropped(void) { return dropped; }

uint8_t fire_configure(uint8_t pin, const uint8_t *outputs, uint8_t pairs)
{
  struct fire_setup next = {.magic = MAGIC, .pin = pin, .pairs = pairs};
  if (latched || pairs > FIRE_OUTPUTS_MAX || !pin_valid(pin)) return 0;
  if (!pairs_valid(outputs, pairs)) return 0;
  for (uint8_t i = 0; i < pairs * 2; i++) {
    if (outputs[i] == pin && i % 2 == 0) return 0;
    next.outputs[i] = outputs[i];
  }
  next.check = check_of(&next);
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    fire = next;
    open_ms = 0;
  }
  if (pin_mode(pin) != MODE_PULLUP) pin_set_mode(pin, MODE_PULLUP);
  eeprom_update_block(&next, &kept_setup, sizeof next);
  return 1;
}

uint8_t fire_latched(void) { return latched; }

void fire_reset(void)
{
  if (!latched || pin_read(fire.pin)) return;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    for (uint8_t i = 0; i < fire.pairs; i++) pin_write(fire.outputs[i * 2], 0);
    latched = 0;
    save_latch = 1;
  }
}

uint8_t host_may_set_mode(uint8_t pin)
{
  return !fire_drives(pin) && !(fire_set() && pin == fire.pin);
}

uint8_t host_may_write(uint8_t pin) { return !dropped && !fire_drives(pin); }

void safety_keep(void)
{
  if (!save_latch) return;
  save_latch = 0;
  eeprom_update_byte(&kept_latch, latched ? LATCHED : 0);
}
