/**
 * Measures MQTT packets as their bytes go by (MQTT 3.1.1 §2.2: a type, a length of one to four
 * bytes, the rest), so that one that is too long is known by its header, before it is collected; and
 * left out, where the connection shall go on.
 */

export interface Measured {
  /** How many packets began. */
  readonly packets: number
  /** The bytes without the packets that are too long; a header waits until it is whole. */
  readonly kept: readonly Uint8Array[]
  /** How many packets were left out. */
  readonly skipped: number
}

export interface PacketMeter {
  /** Undefined once a packet is longer than allowed, or malformed. */
  measure(bytes: Uint8Array): Measured | undefined
}

/**
 * `bytesMax`: of a whole packet, header included. A longer one is left out up to `skipMax`, and is
 * the end past that.
 */
export function createPacketMeter(bytesMax: number, skipMax = bytesMax): PacketMeter {
  let header: number[] = []
  let length = 0
  let restBytes = 0
  let skipping = false

  /** False when the header says too much. */
  function readLength(byte: number): boolean {
    length += (byte & 0x7f) * 128 ** (header.length - 1)
    header.push(byte)
    if (header.length + length > Math.max(bytesMax, skipMax)) return false
    return (byte & 0x80) === 0 || header.length < 5
  }

  return {
    measure(bytes) {
      const kept: Uint8Array[] = []
      let packets = 0
      let skipped = 0
      for (let at = 0; at < bytes.length; ) {
        if (restBytes > 0) {
          const part = Math.min(restBytes, bytes.length - at)
          if (!skipping) kept.push(bytes.subarray(at, at + part))
          restBytes -= part
          at += part
          continue
        }
        const byte = bytes[at] as number
        at += 1
        if (header.length === 0) {
          header = [byte]
          length = 0
          packets += 1
          continue
        }
        if (!readLength(byte)) return undefined
        if ((byte & 0x80) !== 0) continue
        skipping = header.length + length > bytesMax
        if (skipping) skipped += 1
        else kept.push(Uint8Array.from(header))
        restBytes = length
        header = []
      }
      return { packets, kept, skipped }
    },
  }
}
