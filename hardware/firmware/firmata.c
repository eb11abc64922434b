#include "firmata.h"

#include "guard.h"
#include "pins.h"
#include "safety.h"
#include "uart.h"

#define SYSEX 0xf0
#define SYSEX_END 0xf7
#define SET_UP 0x01
#define FIRMWARE 0x79
#define VERSION 0xf9

/* A frame: this with a sequence number of four bits, 21 bits of levels, the check. */
#define FRAME 0xa0
#define FRAME_BYTES 7
#define CHECK_BYTES 3
#define SEQUENCE 0x0f
#define STEP_MAX 8

/* Flags above the levels of the 18 pins. */
#define TO_HOST_FIRE (1UL << 18)
#define TO_HOST_DROPPED (1UL << 19)
#define FROM_HOST_RESET_FIRE (1UL << 18)
#define FROM_HOST_AT_REST (1UL << 19)
#define PINS_MASK ((1UL << 18) - 1)

/* After noise, so many frames in a row act only if they are equal to the one before. */
#define DOUBT 8

/* A set-up of the longest lists: command, numbers, six beams, four outputs, check. */
#define BUFFER 40

#define PROTOCOL_MAJOR 2
#define PROTOCOL_MINOR 5
#define FIRMWARE_MAJOR 2
#define FIRMWARE_MINOR 2

static uint8_t buffer[BUFFER];
static uint8_t length;
static uint8_t doubt;

static uint8_t open;
static uint32_t session;
/* What the set-up made of the pins. */
static uint32_t outputs, pullups;
static uint8_t heard, sent;
/* Levels of the last frame in each direction. */
static uint32_t asked, told;
/* One more frame is due: the second of a change, or an answer. */
static uint8_t again;

static void send_version(void)
{
  uart_send(VERSION);
  uart_send(PROTOCOL_MAJOR);
  uart_send(PROTOCOL_MINOR);
}

static void send_firmware(void)
{
  uart_send(SYSEX);
  uart_send(FIRMWARE);
  uart_send(FIRMWARE_MAJOR);
  uart_send(FIRMWARE_MINOR);
  for (const char *name = "wicketgate"; *name; name++) {
    uart_send(*name);
    uart_send(0);
  }
  uart_send(SYSEX_END);
}

static uint32_t state(void)
{
  uint32_t levels = pins_inputs();
  if (fire_latched()) levels |= TO_HOST_FIRE;
  if (deadman_dropped()) levels |= TO_HOST_DROPPED;
  return levels;
}

static void send_frame(uint32_t levels)
{
  uint8_t frame[FRAME_BYTES];
  frame[0] = FRAME | sent;
  guard_put(frame + 1, levels);
  guard_put(frame + 4, guard_check(session, frame, FRAME_BYTES - CHECK_BYTES));
  for (uint8_t i = 0; i < FRAME_BYTES; i++) uart_send(frame[i]);
  sent = (sent + 1) & SEQUENCE;
}

static uint8_t check_is_right(uint32_t seed, uint8_t count)
{
  return guard_number(buffer + count) == guard_check(seed, buffer, count);
}

static void open_session(uint32_t number)
{
  open = 1;
  session = number;
  heard = SEQUENCE;
  sent = 0;
  asked = ~0UL;
  told = ~0UL;
}

static void set_modes(void)
{
  for (uint8_t pin = PIN_FIRST; pin < PIN_COUNT; pin++) {
    uint8_t bit = pin - PIN_FIRST;
    uint8_t mode = outputs >> bit & 1   ? MODE_OUTPUT
                   : pullups >> bit & 1 ? MODE_PULLUP
                                        : MODE_INPUT;
    if (host_may_set_mode(pin)) pin_set_mode(pin, mode);
  }
}

/* `data`: session (3 bytes), dead-man ms (2), outputs (3), pull-ups (3), number of beams, pairs of
 * beam and level, fire pin or 0, pairs of output and level. Returns 0 when it is not valid. */
static uint8_t set_up(const uint8_t *data, uint8_t count)
{
  uint32_t number = guard_number(data);
  uint16_t ms = data[3] | (uint16_t)data[4] << 7;
  uint32_t high = guard_number(data + 5), pulled = guard_number(data + 8);
  uint8_t holds = data[11];
  uint8_t fire = 12 + holds * 2;
  if (count < 13 || holds > HOLD_PINS_MAX || count <= fire || (count - fire) % 2 == 0) return 0;
  if (high & pulled || (high | pulled) > PINS_MASK) return 0;
  if (open && number == session) return 1;
  if (!deadman_arm(ms, data + 12, holds)) return 0;
  if (data[fire] != 0 && !fire_configure(data[fire], data + fire + 1, (count - fire - 1) / 2)) {
    return 0;
  }
  outputs = high;
  pullups = pulled;
  set_modes();
  open_session(number);
  return 1;
}

/* `buffer` holds `count` bytes, without the end. Returns 0 when it is not valid. */
static uint8_t sysex_message(uint8_t count)
{
  if (buffer[1] == FIRMWARE && count == 2) {
    send_firmware();
    return 1;
  }
  if (buffer[1] != SET_UP) return 1;
  if (count < 2 + CHECK_BYTES) return 0;
  count -= CHECK_BYTES;
  if (!check_is_right(0, count) || !set_up(buffer + 2, count - 2)) return 0;
  again = 1;
  return 1;
}

static void act_on(uint32_t levels)
{
  deadman_stamp((levels & FROM_HOST_AT_REST) != 0);
  /* Its pins may have another mode since the alarm began. */
  if (levels & FROM_HOST_RESET_FIRE && fire_reset()) set_modes();
  for (uint8_t pin = PIN_FIRST; pin < PIN_COUNT; pin++) {
    if (host_may_write(pin)) pin_write(pin, levels >> (pin - PIN_FIRST) & 1);
  }
}

/* `buffer` holds a frame. Returns 0 when its check is wrong. */
static uint8_t frame_message(void)
{
  uint8_t step = (buffer[0] - heard) & SEQUENCE;
  uint32_t levels = guard_number(buffer + 1);
  uint8_t believed = doubt == 0 || levels == asked;
  if (!open || !check_is_right(session, FRAME_BYTES - CHECK_BYTES)) return 0;
  if (step == 0 || step > STEP_MAX) return 1;
  heard = buffer[0] & SEQUENCE;
  asked = levels;
  again = 1;
  if (doubt > 0) doubt--;
  if (believed) act_on(levels);
  return 1;
}

static void command_byte(uint8_t byte)
{
  uint8_t begins = byte == SYSEX || (byte & 0xf0) == FRAME;
  if (length > 0 || (!begins && byte != VERSION)) doubt = DOUBT;
  length = 0;
  if (begins) buffer[length++] = byte;
  else if (byte == VERSION) send_version();
}

static void complete(uint8_t valid)
{
  length = 0;
  if (!valid) doubt = DOUBT;
}

void firmata_byte(uint8_t byte)
{
  if (byte == SYSEX_END && length > 1 && buffer[0] == SYSEX) {
    complete(sysex_message(length));
  } else if (byte >= 0x80) {
    command_byte(byte);
  } else if (length == 0 || length == BUFFER) {
    complete(0);
  } else {
    buffer[length++] = byte;
    if (buffer[0] != SYSEX && length == FRAME_BYTES) complete(frame_message());
  }
}

void firmata_hello(void)
{
  send_version();
  send_firmware();
}

void firmata_report(void)
{
  uint32_t levels;
  /* At most one frame waits, so that what is sent is never old. */
  if (!open || uart_queued() > FRAME_BYTES) return;
  levels = state();
  if (levels == told && !again) return;
  again = levels != told;
  told = levels;
  send_frame(levels);
}
