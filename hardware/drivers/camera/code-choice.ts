/**
 * Which code of a frame is a reading. One that stays in view is read once, and set aside while it is
 * seen: so with two codes in a frame the one that came later is read, and a code that hangs on the wall
 * or a phone that was forgotten there hinders nobody. Two that are new in one frame are none: nobody
 * could say whose turn it is. Each is read as soon as it is seen alone.
 */
import { codesSeenMax, repeatWindowMs } from '../../limits.ts'

export interface CodeChoice {
  /** The text to read, or null. `texts`: all that were seen in one frame. */
  choose(texts: readonly string[], atMs: number): string | null
}

export function createCodeChoice(windowMs = repeatWindowMs): CodeChoice {
  /** When each was seen last, the longest ago first. */
  const seen = new Map<string, number>()

  function forgetOld(atMs: number): void {
    for (const [text, lastMs] of seen) {
      if (atMs - lastMs >= windowMs || seen.size > codesSeenMax) seen.delete(text)
    }
  }

  function see(text: string, atMs: number): void {
    seen.delete(text)
    seen.set(text, atMs)
  }

  return {
    choose(texts, atMs) {
      forgetOld(atMs)
      const all = new Set(texts)
      const fresh = [...all].filter(text => !seen.has(text))
      for (const text of all) if (seen.has(text)) see(text, atMs)
      const [one, ...others] = fresh
      if (one === undefined || others.length > 0) return null
      see(one, atMs)
      return one
    },
  }
}
