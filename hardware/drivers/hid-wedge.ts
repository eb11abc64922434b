/**
 * Reports of a scanner that plays keyboard ("wedge") to texts. Pure.
 *
 * Boot keyboard reports (USB HID 1.11, appendix B.1): `[modifiers, 0, k1..k6]`, US layout. A key
 * counts when it is newly down, so a repeated character needs a release between. Enter or Tab ends
 * a code. A key that types no printable character, and a report that is none, spoil their code
 * instead of vanishing from it.
 */
import type { HidDecoder, HidDecoderOptions } from './hid-pos.ts'
import { createFrameParser, type Frame } from './scanner-frame.ts'

const reportBytes = 8
const shiftMask = 0x22
const otherModifiers = 0xdd
const errorRollOver = 0x01
const cr = 0x0d
/** No text holds it, so the frame is dropped. */
const spoiled = 0x00
/** The slowest scanners type a character in about 30 ms: the idle time of such a line is 125 ms. */
const likeBaudRate = 2400

const plain = new Map<number, string>()
const shifted = new Map<number, string>()

function keys(from: number, characters: string, withShift: string): void {
  for (let i = 0; i < characters.length; i += 1) {
    plain.set(from + i, characters.charAt(i))
    shifted.set(from + i, withShift.charAt(i))
  }
}

// Usage ids of the keyboard page (HID Usage Tables, section 10).
keys(0x04, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
keys(0x1e, '1234567890', '!@#$%^&*()')
keys(0x2c, ' ', ' ')
keys(0x2d, '-=[]\\', '_+{}|')
keys(0x33, ";'`,./", ':"~<>?')
keys(0x54, '/*-+', '/*-+')
keys(0x59, '1234567890.', '1234567890.')

const endKeys = new Set([0x28, 0x2b, 0x58])

export interface WedgeKey {
  readonly key: number
  readonly shift: boolean
}

/** The characters this layout can type, with the key and whether shift is held. */
export const wedgeKeys: ReadonlyMap<string, WedgeKey> = listKeys()

function listKeys(): Map<string, WedgeKey> {
  const list = new Map<string, WedgeKey>()
  for (const [layer, shift] of [
    [plain, false],
    [shifted, true],
  ] as const) {
    for (const [key, text] of layer) if (!list.has(text)) list.set(text, { key, shift })
  }
  return list
}

export function createHidWedgeDecoder(options: HidDecoderOptions = {}): HidDecoder {
  const parser = createFrameParser({ ...options, baudRate: likeBaudRate })
  let down: ReadonlySet<number> = new Set()

  return {
    push(report, atMs): Frame[] {
      const spoil = () => parser.push(Uint8Array.of(spoiled), atMs)
      if (report.length !== reportBytes) return spoil()
      const pressed = [...report.subarray(2)].filter(key => key !== 0)
      // Too many keys at once to be told: one that went by meanwhile is missing from its code.
      if (pressed.includes(errorRollOver)) return parser.idleAtMs === null ? [] : spoil()
      const fresh = pressed.filter(key => !down.has(key))
      down = new Set(pressed)
      return parser.push(Uint8Array.from(fresh.map(key => byteOf(key, report[0] ?? 0))), atMs)
    },
    get idleAtMs() {
      return parser.idleAtMs
    },
    idle: atMs => parser.idle(atMs),
    flush() {
      parser.flush()
      down = new Set()
    },
  }
}

function byteOf(key: number, modifiers: number): number {
  if (endKeys.has(key)) return cr
  if ((modifiers & otherModifiers) !== 0) return spoiled
  const layer = (modifiers & shiftMask) === 0 ? plain : shifted
  return layer.get(key)?.charCodeAt(0) ?? spoiled
}
