#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#define SIZE 64
#define MASK (SIZE - 1)
/* 57142 baud at 16 MHz with double speed: 0.8 % off. */
#define DIVIDER 34

static volatile uint8_t rx[SIZE];
static volatile uint8_t rx_head, rx_tail;
static volatile uint8_t tx[SIZE];
static volatile uint8_t tx_head, tx_tail;

void uart_init(void)
{
  UBRR0 = DIVIDER;
  UCSR0A = _BV(U2X0);
  UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
  UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

ISR(USART_RX_vect)
{
  uint8_t status = UCSR0A;
  uint8_t byte = UDR0;
  uint8_t next = (rx_head + 1) & MASK;
  if (status & (_BV(FE0) | _BV(DOR0))) byte = UART_BROKEN;
  if (next == rx_tail) {
    rx[(rx_head - 1) & MASK] = UART_BROKEN;
    return;
  }
  rx[rx_head] = byte;
  rx_head = next;
}

uint8_t uart_waiting(void) { return rx_head != rx_tail; }

uint8_t uart_take(uint8_t *byte)
{
  if (!uart_waiting()) return 0;
  *byte = rx[rx_tail];
  rx_tail = (rx_tail + 1) & MASK;
  return 1;
}

ISR(USART_UDRE_vect)
{
  UDR0 = tx[tx_tail];
  tx_tail = (tx_tail + 1) & MASK;
  if (tx_tail == tx_head) UCSR0B &= ~_BV(UDRIE0);
}

void uart_send(uint8_t byte)
{
  uint8_t next = (tx_head + 1) & MASK;
  while (next == tx_tail) {
  }
  /* In one piece: were the byte sent before the interrupt is switched on, the interrupt would run
   * with nothing to send. */
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
  {
    tx[tx_head] = byte;
    tx_head = next;
    UCSR0B |= _BV(UDRIE0);
  }
}

uint8_t uart_queued(void) { return (tx_head - tx_tail) & MASK; }
