/* The serial line: 57600 baud, 8N1, both directions buffered by interrupts. */
#ifndef UART_H
#define UART_H

#include <stdint.h>

/* Put in place of a byte with a framing error or after an overrun. It begins no message, so the
 * one it stands in is thrown away. */
#define UART_BROKEN 0xfe

void uart_init(void);
/* Takes the oldest byte; 0 when there is none. */
uint8_t uart_take(uint8_t *byte);
uint8_t uart_waiting(void);
/* Waits while the buffer is full: 64 bytes take 11 ms. */
void uart_send(uint8_t byte);
/* Bytes that wait to be sent. */
uint8_t uart_queued(void);

#endif
