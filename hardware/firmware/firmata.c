#include "firmata.h"

#include "pins.h"
#include "safety.h"
#include "uart.h"

#define SYSEX 0xf0
#define SYSEX_END 0xf7
#define BUFFER 20

#define PROTOCOL_MAJOR 2
#define PROTOCOL_MINOR 5
#define FIRMWARE_MAJOR 1
#define FIRMWARE_MINOR 0

static uint8_t buffer[BUFFER];
static uint8_t length;
static uint8_t reporting[PORT_COUNT];
static uint8_t reported[PORT_COUNT];

static void send_pair(uint8_t byte)
{
  uart_send(byte & 0x7f);
  uart_send(byte >> 7);
}

static void send_text(const char *text)
{
  while (*text) send_pair(*text++);
  uart_send(SYSEX_END);
}

static void send_string(const char *text)
{
  uart_send(SYSEX);
  uart_send(0x71);
  send_text(text);
}

static void send_version(void)
{
  uart_send(0xf9);
  uart_send(PROTOCOL_MAJOR);
  uart_send(PROTOCOL_MINOR);
}

static void send_firmware(void)
{
  uart_send(SYSEX);
  uart_send(0x79);
  uart_send(FIRMWARE_MAJOR);
  uart_send(FIRMWARE_MINOR);
  send_text("wicketgate");
}

static void send_capabilities(void)
{
  static const uint8_t modes[] = {MODE_INPUT, MODE_OUTPUT, MODE_PULLUP};
  uart_send(SYSEX);
  uart_send(0x6c);
  for (uint8_t pin = 0; pin < PIN_COUNT; pin++) {
    for (uint8_t i = 0; pin_valid(pin) && i < sizeof modes; i++) {
      uart_send(modes[i]);
      uart_send(1);
    }
    uart_send(0x7f);
  }
  uart_send(SYSEX_END);
}

/* No pin is analog. */
static void send_analog_mapping(void)
{
  uart_send(SYSEX);
  uart_send(0x6a);
  for (uint8_t pin = 0; pin < PIN_COUNT; pin++) uart_send(0x7f);
  uart_send(SYSEX_END);
}

static void send_port(uint8_t port)
{
  uint8_t bits = port_read(port);
  reported[port] = bits;
  uart_send(0x90 | port);
  send_pair(bits);
}

static void send_pin_state(uint8_t pin)
{
  uart_send(SYSEX);
  uart_send(0x6e);
  uart_send(pin);
  uart_send(pin_mode(pin));
  uart_send(pin_mode(pin) == MODE_OUTPUT ? pin_read(pin) : pin_mode(pin) == MODE_PULLUP);
  uart_send(SYSEX_END);
}

static void send_fire(void)
{
  uart_send(SYSEX);
  uart_send(0x02);
  uart_send(fire_latched());
  uart_send(SYSEX_END);
}

static void start_over(void)
{
  deadman_disarm();
  for (uint8_t pin = PIN_FIRST; pin < PIN_COUNT; pin++) {
    if (host_may_set_mode(pin)) pin_set_mode(pin, MODE_INPUT);
  }
  for (uint8_t port = 0; port < PORT_COUNT; port++) reporting[port] = 0;
}

/* Messages of two data bytes; returns 0 when it is not valid. */
static uint8_t short_message(uint8_t command, uint8_t first, uint8_t second)
{
  uint8_t port = command & 0x0f;
  if (command == 0xf4 || command == 0xf5) {
    if (!pin_valid(first)) return 0;
    if (command == 0xf4 && host_may_set_mode(first)) pin_set_mode(first, second);
    if (command == 0xf5 && host_may_write(first)) pin_write(first, second);
    return 1;
  }
  if (port >= PORT_COUNT) return 0;
  uint8_t bits = first | second << 7;
  for (uint8_t bit = 0; bit < 8; bit++) {
    uint8_t pin = port * 8 + bit;
    if (host_may_write(pin)) pin_write(pin, bits >> bit & 1);
  }
  return 1;
}

static uint8_t report_port(uint8_t port, uint8_t on)
{
  if (port >= PORT_COUNT) return 0;
  reporting[port] = on;
  if (on) send_port(port);
  return 1;
}

/* `buffer` holds the command and `count` data bytes. */
static uint8_t sysex_message(uint8_t count)
{
  const uint8_t *data = buffer + 2;
  uint16_t number = count >= 2 ? data[0] | (uint16_t)data[1] << 7 : 0;
  switch (buffer[1]) {
  case 0x79:
    send_firmware();
    return 1;
  case 0x6b:
    send_capabilities();
    return 1;
  case 0x69:
    send_analog_mapping();
    return 1;
  case 0x6d:
    if (count != 1 || !pin_valid(data[0])) return 0;
    send_pin_state(data[0]);
    return 1;
  case 0x7a:
    return count == 2;
  case 0x01:
    if (count < 2 || count % 2 || !deadman_arm(number, data + 2, (count - 2) / 2)) return 0;
    uart_send(SYSEX);
    uart_send(0x01);
    uart_send(data[0]);
    uart_send(data[1]);
    uart_send(SYSEX_END);
    return 1;
  case 0x02:
    if (count % 2 == 0 && count > 0) return 0;
    if (count > 0) fire_configure(data[0], data + 1, (count - 1) / 2);
    send_fire();
    return 1;
  case 0x03:
    if (count != 0) return 0;
    fire_reset();
    send_fire();
    return 1;
  default:
    return 0;
  }
}

static uint8_t data_bytes(uint8_t command)
{
  if (command == 0xf4 || command == 0xf5 || (command & 0xf0) == 0x90) return 2;
  return (command & 0xf0) == 0xd0 || (command & 0xf0) == 0xc0;
}

static void finish(uint8_t valid)
{
  length = 0;
  if (valid) deadman_stamp();
}

static void command_byte(uint8_t byte)
{
  length = 0;
  if (byte == 0xf9) {
    send_version();
    finish(1);
  } else if (byte == 0xff) {
    start_over();
    finish(1);
  } else if (byte == SYSEX || data_bytes(byte) > 0) {
    buffer[length++] = byte;
  }
}

void firmata_byte(uint8_t byte)
{
  if (byte == SYSEX_END && length > 1 && buffer[0] == SYSEX) {
    finish(sysex_message(length - 2));
  } else if (byte >= 0x80) {
    command_byte(byte);
  } else if (length == 0) {
    return;
  } else if (length == BUFFER) {
    length = 0;
  } else {
    buffer[length++] = byte;
    if (buffer[0] == SYSEX || length <= data_bytes(buffer[0])) return;
    if ((buffer[0] & 0xf0) == 0xd0) finish(report_port(buffer[0] & 0x0f, byte != 0));
    else if ((buffer[0] & 0xf0) == 0xc0) finish(1);
    else finish(short_message(buffer[0], buffer[1], byte));
  }
}

void firmata_hello(void)
{
  send_version();
  send_firmware();
}

void firmata_report(void)
{
  uint8_t events = safety_events();
  if (events & EVENT_DEADMAN) send_string("deadman");
  if (events & EVENT_FIRE) {
    send_fire();
    send_string("fire");
  }
  for (uint8_t port = 0; port < PORT_COUNT; port++) {
    if (reporting[port] && port_read(port) != reported[port]) send_port(port);
  }
}
