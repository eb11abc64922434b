/**
 * Reports of a scanner in keyboard mode ("wedge") to texts. Pure.
 *
 * Boot keyboard reports (USB HID 1.11, appendix B.1): `[modifiers, 0, k1..k6]`, in the layout that
 * the scanner is set to (hid-layouts.ts). A key counts when it is newly down, so a repeated character
 * needs a release between. Enter or Tab ends a code. A key that types no printable character, and a
 * report of another form, invalidate their code instead of being skipped.
 *
 * The host's Caps Lock and Num Lock mean nothing here. A scanner that presses Caps Lock around its
 * code, so as to type capitals without Shift, is followed.
 */
import { codePauseMs } from '../limits.ts'
import { type KeyboardLayout, type KeyLevel, layoutOf } from './hid-layouts.ts'
import type { HidDecoder, HidDecoderOptions } from './hid-pos.ts'
import { createFrameParser, type Frame } from './scanner-frame.ts'

export const wedgeReportBytes = 8
const shiftMask = 0x22
const altGrMask = 0x40
/** Control and Alt on the left are AltGr to Windows. */
const leftAltGr = 0x05
const errorRollOver = 0x01
const cr = 0x0d
/** No text holds it and no scanner ends a code with it, so the frame is dropped. */
const spoiled = 0xff
/** The slowest scanners type a character in about 30 ms: the idle time of such a line is 125 ms. */
const likeBaudRate = 2400
const printable = /^[ -~]$/

const space = 0x2c
const capsLock = 0x39
/** Scroll Lock and Num Lock type nothing. */
const silentKeys = new Set([0x47, 0x53])
const endKeys = new Set([0x28, 0x2b, 0x58])

export interface WedgeKey {
  readonly key: number
  readonly level: KeyLevel
  /** A space must follow for the character itself. */
  readonly dead: boolean
}

/** The printable characters that a layout can type, with the key and what is held beside it. */
export function wedgeKeys(name: KeyboardLayout): ReadonlyMap<string, WedgeKey> {
  const layout = layoutOf(name)
  const list = new Map<string, WedgeKey>()
  for (const level of ['plain', 'shift', 'altGr'] as const) {
    for (const key of layout.keys) {
      const typed = layout.typed(key, level)
      if (typed === undefined || !printable.test(typed.text)) continue
      if (list.get(typed.text)?.dead === false) continue
      list.set(typed.text, { key, level, dead: typed.dead })
    }
  }
  return list
}

export interface HidWedgeOptions extends HidDecoderOptions {
  /** Default `us`. */
  readonly layout?: KeyboardLayout | undefined
}

export function createHidWedgeDecoder(options: HidWedgeOptions = {}): HidDecoder {
  const { layout: layoutName = 'us', ...parserOptions } = options
  const { pauseMs = codePauseMs } = options
  const parser = createFrameParser({ ...parserOptions, baudRate: likeBaudRate })
  const layout = layoutOf(layoutName)
  let down: ReadonlySet<number> = new Set()
  let caps = false
  /** A dead key that waits for what it is to stand on. */
  let dead: string | undefined
  let lastMs = Number.NEGATIVE_INFINITY

  function release(): void {
    down = new Set()
    caps = false
    dead = undefined
  }

  /** The bytes that a key newly down makes. */
  function bytesOf(key: number, modifiers: number): number[] {
    if (key === capsLock) caps = !caps
    if (key === capsLock || silentKeys.has(key)) return []
    const before = dead
    dead = undefined
    if (endKeys.has(key)) return before === undefined ? [cr] : [spoiled, cr]
    const level = levelOf(key, modifiers)
    const typed = level && layout.typed(key, level)
    if (before !== undefined) return [key === space ? byteOf(before) : spoiled]
    if (typed === undefined) return [spoiled]
    if (!typed.dead) return [byteOf(typed.text)]
    dead = typed.text
    return []
  }

  function levelOf(key: number, modifiers: number): KeyLevel | undefined {
    const shift = (modifiers & shiftMask) !== 0
    const rest = modifiers & ~shiftMask
    if (rest === altGrMask || rest === leftAltGr) return shift ? undefined : 'altGr'
    if (rest !== 0) return undefined
    return shift !== (caps && layout.capsTurns(key)) ? 'shift' : 'plain'
  }

  return {
    push(report, atMs): Frame[] {
      // A code begins with Caps Lock off: a press of it that was lost turns no later code round.
      if (atMs - lastMs > pauseMs) release()
      lastMs = atMs
      const spoil = () => parser.push(Uint8Array.of(spoiled), atMs)
      if (report.length !== wedgeReportBytes) return spoil()
      const pressed = [...report.subarray(2)].filter(key => key !== 0)
      // Too many keys at once to be told: one that went by meanwhile is missing from its code.
      if (pressed.includes(errorRollOver)) return parser.idleAtMs === null ? [] : spoil()
      const fresh = pressed.filter(key => !down.has(key))
      down = new Set(pressed)
      const bytes = fresh.flatMap(key => bytesOf(key, report[0] ?? 0))
      return parser.push(Uint8Array.from(bytes), atMs)
    },
    get idleAtMs() {
      return parser.idleAtMs
    },
    idle: atMs => parser.idle(atMs),
    flush() {
      parser.flush()
      release()
    },
  }
}

function byteOf(text: string): number {
  return printable.test(text) ? text.charCodeAt(0) : spoiled
}
