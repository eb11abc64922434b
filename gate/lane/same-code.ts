/** Two readers that look at one place see one code twice: the second sight of it is no scan. Pure. */
import type { Reading } from '../../hardware/ports.ts'
import { SAME_CODE_MS, SAME_CODES_MAX } from '../limits.ts'

export interface SameCode {
  /**
   * False for a code that another reader gave within SAME_CODE_MS. What one reader gives again is its
   * driver's affair.
   */
  isNew(reading: Reading, reader: string): boolean
}

export function createSameCode(): SameCode {
  let seen: { readonly text: string; readonly reader: string; readonly atMs: number }[] = []
  return {
    isNew({ text, lastByteMs: atMs }, reader) {
      seen = seen.filter(one => atMs - one.atMs < SAME_CODE_MS).slice(1 - SAME_CODES_MAX)
      const again = seen.some(one => one.text === text && one.reader !== reader)
      seen.push({ text, reader, atMs })
      return !again
    },
  }
}
