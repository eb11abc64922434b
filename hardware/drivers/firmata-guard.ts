/**
 * Guards firmata-io against wrong answers. It assumes that a pin named by an answer exists and that
 * the length is right, and throws from within the port's bytes otherwise, which would end the program.
 * A late answer from before the port was opened anew, or noise, is enough. So answers that can't be
 * read, and answers that no gate board gives, are skipped here.
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
