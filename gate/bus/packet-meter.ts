/**
 * Measures MQTT packets as their bytes go by (MQTT 3.1.1 §2.2: a type, a length of one to four
 * bytes, the rest), so that one that is too long is known by its header, before it is collected.
 */

export interface PacketMeter {
  /** How many packets began in `bytes`; undefined once one is longer than allowed, or malformed. */
  measure(bytes: Uint8Array): number | undefined
}

/** `bytesMax`: of a whole packet, header included. */
export function createPacketMeter(bytesMax: number): PacketMeter {
  let inHeader = false
  let headerBytes = 0
  let length = 0
  let restBytes = 0

  /** False when the header says too much. */
  function readLength(byte: number): boolean {
    length += (byte & 0x7f) * 128 ** (headerBytes - 1)
    headerBytes += 1
    if (headerBytes + length > bytesMax) return false
    if ((byte & 0x80) === 0) {
      inHeader = false
      restBytes = length
    }
    return headerBytes <= 5
  }

  return {
    measure(bytes) {
      let packets = 0
      for (let at = 0; at < bytes.length; ) {
        if (restBytes > 0) {
          const part = Math.min(restBytes, bytes.length - at)
          restBytes -= part
          at += part
        } else if (inHeader) {
          if (!readLength(bytes[at] as number)) return undefined
          at += 1
        } else {
          inHeader = true
          headerBytes = 1
          length = 0
          packets += 1
          at += 1
        }
      }
      return packets
    },
  }
}
