/**
 * Codes that were before a reader while the lane served nobody: whoever holds one up tests the reader,
 * and does not mean to walk. Such a code is no scan until it was taken away. Pure.
 */
import { HELD_UP_MAX, PHONE_CODE_MS, TAKEN_AWAY_MS } from '../limits.ts'

export interface HeldCode {
  readonly text: string
  /** Of a pass that is good here: its certificate, and how long ago the phone made the code. */
  readonly pass: { readonly ctiHex: string; readonly madeAgoMs: number } | undefined
}

export interface HeldUp {
  /** The lane serves nobody. `atMs`: monotonic. */
  see(code: HeldCode, atMs: number): void
  /**
   * Whether it has been there since then: the same text, or what the same phone shows next, as soon as
   * it shows it. `code` is asked for only where somebody may hold one up.
   */
  isStill(code: () => HeldCode, atMs: number): boolean
}

export function createHeldUp(): HeldUp {
  let seen: { readonly code: HeldCode; readonly atMs: number }[] = []

  function see(code: HeldCode, atMs: number): void {
    seen = [...seen, { code, atMs }].slice(-HELD_UP_MAX)
  }

  return {
    see,
    isStill(ask, atMs) {
      seen = seen.filter(one => atMs - one.atMs < PHONE_CODE_MS + TAKEN_AWAY_MS)
      if (seen.length === 0) return false
      const code = ask()
      const isHeld = seen.some(
        one => isSameText(code, one.code, atMs - one.atMs) || isNextCode(code, one.code),
      )
      if (isHeld) see(code, atMs)
      return isHeld
    },
  }
}

const isSameText = (code: HeldCode, before: HeldCode, agoMs: number): boolean =>
  code.text === before.text && agoMs < TAKEN_AWAY_MS

/** Whoever takes the phone away and shows it again does so at any time of its code. */
function isNextCode({ text, pass }: HeldCode, before: HeldCode): boolean {
  if (pass === undefined || pass.ctiHex !== before.pass?.ctiHex) return false
  return text !== before.text && pass.madeAgoMs < TAKEN_AWAY_MS
}
