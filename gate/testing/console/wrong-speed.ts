/**
 * What a receiver reads of bytes that were sent at another speed: frames of 8N1 (one start bit, eight
 * bits from the lowest on, one stop bit), sampled in the middle of where its own bits would be.
 */

const FRAME_BITS = 10

/** `speed`: of the receiver, in units of the sender's: 12 for 115200 against 9600 bit/s. */
export function atWrongSpeed(bytes: Uint8Array, speed: number): Uint8Array {
  /** The line's level, in time units of the sender's bits; at rest before and after. */
  const level = (at: number): 0 | 1 => {
    const byte = bytes[Math.floor(at / FRAME_BITS)]
    const bit = Math.floor(at % FRAME_BITS)
    if (at < 0 || byte === undefined || bit === FRAME_BITS - 1) return 1
    return bit === 0 ? 0 : (((byte >> (bit - 1)) & 1) as 0 | 1)
  }
  const step = 1 / speed
  const read: number[] = []
  const end = bytes.length * FRAME_BITS
  for (let at = 0; at < end; ) {
    if (level(at) === 1) {
      at += step / 4
      continue
    }
    let byte = 0
    for (let bit = 0; bit < 8; bit++) byte |= level(at + (1.5 + bit) * step) << bit
    // A frame without its stop bit is read all the same, as a UART hands it on.
    read.push(byte)
    at += (FRAME_BITS - 0.5) * step
  }
  return Uint8Array.from(read)
}
