/**
 * A picture's header, read before anything is decoded: JPEG (ITU-T T.81), PNG (W3C PNG Third Edition)
 * and WebP (RFC 9649). A decoder's memory and time follow from these figures, and a small file can
 * have large ones. Pure; the input is untrusted.
 */
import {
  PICTURE_ASPECT_MAX,
  PICTURE_PIXELS_MAX,
  PICTURE_SCANS_MAX,
  PICTURE_WHOLE_PIXELS_MAX,
} from './limits.ts'

export interface PictureHeader {
  readonly kind: 'jpeg' | 'png' | 'webp'
  /** Pixels, both over zero. */
  readonly width: number
  readonly height: number
  /** Bits of one sample. */
  readonly depth: number
  /** Passes over the picture: scans of a JPEG, seven of an interlaced PNG, else one. */
  readonly passes: number
  /** It moves: more pictures follow. */
  readonly moves: boolean
}

/** Whether a decoder may be shown the picture: a camera’s or a browser’s are within these bounds. */
export function isAffordable({
  kind,
  width,
  height,
  depth,
  passes,
  moves,
}: PictureHeader): boolean {
  const pixels = width * height
  if (moves || depth > 8 || pixels > PICTURE_PIXELS_MAX) return false
  if (Math.max(width, height) > PICTURE_ASPECT_MAX * Math.min(width, height)) return false
  switch (kind) {
    case 'jpeg':
      // With several scans the decoder keeps all coefficients until the last.
      return passes === 1 || (passes <= PICTURE_SCANS_MAX && pixels <= PICTURE_WHOLE_PIXELS_MAX)
    case 'png':
      return passes === 1
    case 'webp':
      return pixels <= PICTURE_WHOLE_PIXELS_MAX
    default:
      return kind satisfies never
  }
}

/** Undefined for what is none of the three, or of a kind that no camera makes. Never throws. */
export function readHeader(bytes: Uint8Array): PictureHeader | undefined {
  if (startsWith(bytes, 0, '\xff\xd8\xff')) return jpegHeader(bytes)
  if (startsWith(bytes, 0, '\x89PNG\r\n\x1a\n')) return pngHeader(bytes)
  if (startsWith(bytes, 0, 'RIFF') && startsWith(bytes, 8, 'WEBP')) return webpHeader(bytes)
  return undefined
}

const startsWith = (bytes: Uint8Array, at: number, text: string): boolean =>
  [...text].every((character, i) => bytes[at + i] === character.charCodeAt(0))

/** Zero past the end: no header is valid with a size of zero. */
const u8 = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0
const u16 = (bytes: Uint8Array, at: number): number => u8(bytes, at) * 256 + u8(bytes, at + 1)
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2)
const u16le = (bytes: Uint8Array, at: number): number => u8(bytes, at + 1) * 256 + u8(bytes, at)
const u24le = (bytes: Uint8Array, at: number): number =>
  u8(bytes, at + 2) * 65_536 + u16le(bytes, at)

function headerOf(
  kind: PictureHeader['kind'],
  [width, height]: readonly [number, number],
  { depth = 8, passes = 1, moves = false } = {},
): PictureHeader | undefined {
  return width === 0 || height === 0 ? undefined : { kind, width, height, depth, passes, moves }
}

/** Marker codes: T.81 table B.1. */
const END_OF_IMAGE = 0xd9
const START_OF_SCAN = 0xda
/** Baseline, extended sequential and progressive, all by Huffman codes. */
const FRAMES_TAKEN = new Set([0xc0, 0xc1, 0xc2])
/** The other frames, a height that comes later, hierarchies; and what stands inside a scan alone. */
const isRefused = (marker: number): boolean =>
  [0x00, 0x01, 0xc8, 0xdc, 0xde, 0xdf].includes(marker) ||
  (marker >= 0xc3 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xcc) ||
  (marker >= 0xd0 && marker <= 0xd8)

/** Walks from marker to marker, through the scans too: how many there are stands nowhere. */
function jpegHeader(bytes: Uint8Array): PictureHeader | undefined {
  let frame: { readonly sides: readonly [number, number]; readonly depth: number } | undefined
  let passes = 0
  let at = 2
  while (at < bytes.length) {
    if (u8(bytes, at) !== 0xff) return undefined
    while (u8(bytes, at) === 0xff) at++
    const marker = u8(bytes, at++)
    // What follows the end of the image is no part of it: phones put a second picture there.
    if (marker === END_OF_IMAGE) break
    const length = u16(bytes, at)
    if (isRefused(marker) || length < 2) return undefined
    if (FRAMES_TAKEN.has(marker)) {
      const components = u8(bytes, at + 7)
      if (frame !== undefined || ![1, 3, 4].includes(components)) return undefined
      frame = { sides: [u16(bytes, at + 5), u16(bytes, at + 3)], depth: u8(bytes, at + 2) }
    }
    at += length
    if (marker !== START_OF_SCAN) continue
    if (frame === undefined) return undefined
    passes += 1
    at = endOfScan(bytes, at)
  }
  if (frame === undefined || passes === 0) return undefined
  return headerOf('jpeg', frame.sides, { depth: frame.depth, passes })
}

/** Where the next marker stands: T.81 B.1.1.5, a 0xff of the data is followed by 0x00. */
function endOfScan(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length) {
    const next = u8(bytes, at + 1)
    const isData = u8(bytes, at) !== 0xff || next === 0 || (next >= 0xd0 && next <= 0xd7)
    if (!isData && next !== 0xff) return at
    at += 1
  }
  return at
}

/** Up to its first data: §11.2.1 IHDR, and acTL, which says that it moves. */
function pngHeader(bytes: Uint8Array): PictureHeader | undefined {
  if (u32(bytes, 8) !== 13 || !startsWith(bytes, 12, 'IHDR')) return undefined
  let moves = false
  for (let at = 33; at < bytes.length && !startsWith(bytes, at + 4, 'IDAT'); ) {
    moves ||= startsWith(bytes, at + 4, 'acTL')
    at += 12 + u32(bytes, at)
  }
  const passes = u8(bytes, 28) === 0 ? 1 : 7
  return headerOf('png', [u32(bytes, 16), u32(bytes, 20)], {
    depth: u8(bytes, 24),
    passes,
    moves,
  })
}

/** RFC 9649 §2.5 to §2.7: the first chunk has the size. */
function webpHeader(bytes: Uint8Array): PictureHeader | undefined {
  if (startsWith(bytes, 12, 'VP8 ')) {
    return headerOf('webp', [u16le(bytes, 26) & 0x3fff, u16le(bytes, 28) & 0x3fff])
  }
  if (startsWith(bytes, 12, 'VP8L')) {
    const width = (u16le(bytes, 21) & 0x3fff) + 1
    const height = ((u24le(bytes, 22) >> 6) & 0x3fff) + 1
    return headerOf('webp', [width, height])
  }
  if (!startsWith(bytes, 12, 'VP8X')) return undefined
  const sides = [u24le(bytes, 24) + 1, u24le(bytes, 27) + 1] as const
  return headerOf('webp', sides, { moves: (u8(bytes, 20) & 2) !== 0 })
}
