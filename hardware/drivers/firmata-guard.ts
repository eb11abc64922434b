/**
 * firmata-io believes what a line carries: it takes a pin that an answer names for known, and its
 * length for right, and throws from within the port's bytes where that is wrong, which would end
 * the program. An answer that is late, from before the port was opened anew, or noise, is enough.
 * So what can't be read is skipped here, and answers that no gate board gives are not looked at.
 */
import firmataIo, { type Firmata } from 'firmata-io'

/** Sysex answers that the handshake and the driver use, and when each can be read. */
const READABLE: Readonly<Record<number, (board: Firmata) => boolean>> = {
  // Firmware: two bytes of version between command and end.
  121: ({ buffer }) => buffer.length >= 5,
  // Capabilities.
  108: () => true,
  // Analog mapping: one byte a pin.
  106: ({ buffer, pins }) => buffer.length - 3 <= pins.length,
  // Pin state: pin, mode, state.
  110: ({ buffer, pins }) => buffer.length >= 6 && pins[buffer[2] ?? -1] !== undefined,
  // A string.
  113: () => true,
}

/** Changes the library's own table, once for the whole program. */
export function guardFirmata(): void {
  const table = firmataIo.Firmata.SYSEX_RESPONSE
  for (const key of Object.keys(table)) {
    const command = Number(key)
    const handle = table[command]
    const readable = READABLE[command]
    if (handle === undefined || readable === undefined) delete table[command]
    else {
      table[command] = board => {
        if (readable(board)) handle(board)
      }
    }
  }
}
