#include "safety.h"

#include <avr/eeprom.h>
#include <string.h>
#include <util/atomic.h>

#include "pins.h"

#define DEADMAN_MS_MAX 5000
#define HOLD_MS_MAX 10000
/* Silence that is taken from a host that asks for no relay. */
#define REST_MS 1000
/* The loop must be open this long: below it a glitch on a long wire, and within 10 ms in all. */
#define FIRE_MS 4
#define MAGIC 0x58
#define LATCHED 0xa5
#define NO_PIN 0xff

static volatile uint16_t deadman_ms, limit_ms, silent_ms;
static uint8_t hold[HOLD_PINS_MAX * 2], hold_pairs;
static volatile uint8_t dropped;

/* `magic` is written last and wiped first. */
struct fire_setup {
  uint8_t magic;
  uint8_t number;
  uint8_t pin;
  uint8_t pairs;
  uint8_t outputs[FIRE_OUTPUTS_MAX * 2];
  uint8_t check;
};

static struct fire_setup fire;
/* Came while an alarm was latched; used from its end on. */
static struct fire_setup waiting;
static volatile uint8_t latched, open_ms, save_latch;

/* Two copies, so that a reset in the middle of a write leaves the older one. The newer one has the
 * higher number, modulo 256. */
static struct fire_setup kept_setup[2] EEMEM;
static uint8_t kept_in;
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

static uint8_t read_setup(uint8_t copy, struct fire_setup *into)
{
  eeprom_read_block(into, &kept_setup[copy], sizeof *into);
  return into->magic == MAGIC && into->check == check_of(into) &&
         into->pairs <= FIRE_OUTPUTS_MAX && pin_valid(into->pin) &&
         pairs_valid(into->outputs, into->pairs);
}

/* Writes over the older copy; the newer one stays valid until this one is. */
static void keep_setup(const struct fire_setup *setup)
{
  struct fire_setup *into = &kept_setup[kept_in ^ 1];
  eeprom_update_byte(&into->magic, 0);
  eeprom_update_block(&setup->number, &into->number, sizeof *setup - 1);
  eeprom_update_byte(&into->magic, MAGIC);
  kept_in ^= 1;
}

void safety_init(void)
{
  struct fire_setup other;
  uint8_t first = read_setup(0, &fire), second = read_setup(1, &other);
  if (second && (!first || (int8_t)(other.number - fire.number) > 0)) {
    fire = other;
    kept_in = 1;
  } else if (!first) {
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
  if (silent_ms < limit_ms) return;
  if (silent_ms < limit_ms + HOLD_MS_MAX && somebody_inside()) return;
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
  if (ms == 0 || ms > DEADMAN_MS_MAX || pairs > HOLD_PINS_MAX) return 0;
  if (!pairs_valid(list, pairs)) return 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    for (uint8_t i = 0; i < pairs * 2; i++) hold[i] = list[i];
    hold_pairs = pairs;
    deadman_ms = limit_ms = ms;
    silent_ms = 0;
    dropped = 0;
  }
  return 1;
}

void deadman_stamp(uint8_t at_rest)
{
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    limit_ms = at_rest && deadman_ms < REST_MS ? REST_MS : deadman_ms;
    silent_ms = 0;
  }
}

uint8_t deadman_dropped(void) { return dropped; }

/* Not while an alarm is latched. A set-up that is kept already is not written again. */
static void use_waiting(void)
{
  uint8_t used = 0;
  waiting.number = fire.number;
  waiting.check = check_of(&waiting);
  if (fire_set() && !memcmp(&waiting, &fire, sizeof fire)) {
    waiting.magic = 0;
    return;
  }
  waiting.number++;
  waiting.check = check_of(&waiting);
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    if (!latched) {
      fire = waiting;
      open_ms = 0;
      used = 1;
    }
  }
  if (!used) return;
  waiting.magic = 0;
  if (pin_mode(fire.pin) != MODE_PULLUP) pin_set_mode(fire.pin, MODE_PULLUP);
  keep_setup(&fire);
}

uint8_t fire_configure(uint8_t pin, const uint8_t *outputs, uint8_t pairs)
{
  struct fire_setup next = {.magic = MAGIC, .pin = pin, .pairs = pairs};
  if (pairs > FIRE_OUTPUTS_MAX || !pin_valid(pin) || !pairs_valid(outputs, pairs)) return 0;
  for (uint8_t i = 0; i < pairs * 2; i++) {
    if (outputs[i] == pin && i % 2 == 0) return 0;
    next.outputs[i] = outputs[i];
  }
  waiting = next;
  use_waiting();
  return 1;
}

uint8_t fire_latched(void) { return latched; }

uint8_t fire_reset(void)
{
  if (!latched || pin_read(fire.pin)) return 0;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    for (uint8_t i = 0; i < fire.pairs; i++) pin_write(fire.outputs[i * 2], 0);
    latched = 0;
    save_latch = 1;
  }
  if (waiting.magic == MAGIC) use_waiting();
  return 1;
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
