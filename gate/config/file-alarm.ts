/** Whether the config file is told as bad: once it is, also when it is good again. */
import { fileRow } from './config-events.ts'
import type { Said } from './store-file.ts'

export interface FileAlarm {
  /** What to tell of a file that can't be taken; `problems` name it, with line and column or key. */
  bad(problems: readonly string[]): readonly Said[]
  /** What to tell of one that can. */
  good(): readonly Said[]
}

export function createFileAlarm(): FileAlarm {
  let told: string | undefined
  return {
    bad(problems) {
      const what = `${problems.join('; ').replace(':;', ':')}; the last good revision runs`
      if (what === told) return []
      told = what
      return [fileRow(true, what)]
    },
    good() {
      if (told === undefined) return []
      told = undefined
      return [fileRow(false, 'the file is good again')]
    },
  }
}
