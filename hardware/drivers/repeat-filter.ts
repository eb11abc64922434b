/** Readers report a code as long as it is visible: the same payload within 2 s is one reading. */
import { repeatWindowMs } from '../limits.ts'

export interface RepeatFilter {
  /** True when this text is a new reading. A repeat extends the window. */
  accept(text: string, atMs: number): boolean
}

export function createRepeatFilter(windowMs = repeatWindowMs): RepeatFilter {
  let last: { readonly text: string; readonly atMs: number } | null = null
  return {
    accept(text, atMs) {
      const repeat = last !== null && last.text === text && atMs - last.atMs < windowMs
      last = { text, atMs }
      return !repeat
    },
  }
}
