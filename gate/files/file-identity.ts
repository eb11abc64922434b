/**
 * Whether the files of an open database still are those at their path. A system goes on with deleted
 * files as long as they are open, without an error, and at the end of the process all is gone.
 */
import { statSync } from 'node:fs'

/** A database in WAL mode is three files. */
export const TAILS = ['', '-wal', '-shm'] as const

export type Gone = 'deleted' | 'replaced'

export interface Place {
  /** How one of its files went, as of this call; undefined while all are where they were. */
  gone(): Gone | undefined
}

/** To be made right after `file` was opened. Its tails are known from when they are first seen. */
export function placeOf(file: string): Place {
  const known = new Map<string, string>()
  const look = (): Gone | undefined => {
    for (const tail of TAILS) {
      const now = nameOf(file + tail)
      const before = known.get(tail)
      if (before === undefined && now !== undefined) known.set(tail, now)
      if (before !== undefined && now !== before) return now === undefined ? 'deleted' : 'replaced'
    }
    return undefined
  }
  look()
  return { gone: look }
}

function nameOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}
