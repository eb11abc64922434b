/**
 * Files of the data folder that this process believes in for its whole life: looked for as often
 * as the disk is, since a system says nothing of one that was deleted or replaced. Whoever keeps a
 * file makes it whole again from memory. The journal looks after its own, see file-identity.ts.
 */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { DISK_LOOK_MS, FILE_MADE_MS } from '../limits.ts'
import type { Gone } from './file-identity.ts'

export interface KeptFile {
  /** In the data folder. */
  readonly name: string
  /**
   * Whether it holds what it must. Of one that nobody has open a system gives the number away when it
   * is deleted, so that another may bear it. Never rejects.
   */
  holds?(): Promise<boolean>
  /** Makes it whole again. Gives what was done, or undefined when nothing had to be. May throw. */
  mend(how: Gone): Promise<string | undefined> | string | undefined
}

export interface FileWatchParts {
  readonly folder: string
  readonly files: readonly KeptFile[]
  readonly timers: Timers
  /** One sentence: the file, how it went, what was done. */
  readonly onGone: (detail: string) => void
}

export interface FileWatch {
  /** Looks at once, and again after `DISK_LOOK_MS`. Never rejects. */
  look(): Promise<void>
  close(): void
}

export function watchFiles({ folder, files, timers, onGone }: FileWatchParts): FileWatch {
  const known = new Map<string, string>()
  const told = new Map<string, string>()
  let waiting: Unsubscribe = () => {}
  let last = Promise.resolve()
  let closed = false

  /** One after the other, so that one timer waits. */
  function look(): Promise<void> {
    last = last.then(async () => {
      waiting()
      for (const file of files) await lookAt(file)
      if (closed) return
      // Soon again for one that is about to be made: until it was seen nobody would miss it.
      const delayMs = known.size < files.length ? FILE_MADE_MS : DISK_LOOK_MS
      waiting = timers.after(delayMs, () => void look())
    })
    return last
  }

  /** Known from when it is first seen: some are made later than the gate starts. */
  async function lookAt({ name, mend, holds }: KeptFile): Promise<void> {
    const now = await placeOf(join(folder, name))
    const before = known.get(name)
    if (before === undefined && now !== undefined) known.set(name, now)
    if (before === undefined || closed) return
    if (now === before && (holds === undefined || (await holds()))) {
      told.delete(name)
      return
    }
    const how = now === undefined ? 'deleted' : 'replaced'
    const done = await mendOrWhy(mend, how)
    // One that can't be made is tried again at each look, and told once.
    if (done !== undefined && told.get(name) !== done) {
      onGone(`${name} was ${how} while the gate ran: ${done}`)
      told.set(name, done)
    }
    const next = await placeOf(join(folder, name))
    if (next === undefined) return
    known.set(name, next)
    if (holds === undefined) told.delete(name)
  }

  void look()
  return {
    look,
    close() {
      closed = true
      waiting()
    },
  }
}

async function mendOrWhy(mend: KeptFile['mend'], how: Gone): Promise<string | undefined> {
  try {
    return await mend(how)
  } catch (error) {
    return `it could not be made again: ${(error as Error).message}`
  }
}

/**
 * Undefined for one that is not there, or can't be looked at. A number that was given to another file
 * is known by that one's birth, where the file system notes it (statx; else it is 0).
 */
async function placeOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, birthtimeMs } = await stat(path)
    return `${dev}:${ino}:${birthtimeMs}`
  } catch {
    return undefined
  }
}
