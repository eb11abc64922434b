/** Identifiers that only have to be unique: UUIDs of version 4 (RFC 9562, section 5.4). */

export const UUID_RANDOM_BYTES = 16

/** `random`: UUID_RANDOM_BYTES, unpredictable. Version and variant are set over six bits of them. */
export function uuidOf(random: Uint8Array): string {
  const hex = [...random]
    .map((byte, at) => (at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte))
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('')
  const ends = [8, 12, 16, 20, 32]
  return ends.map((end, index) => hex.slice(ends[index - 1] ?? 0, end)).join('-')
}
