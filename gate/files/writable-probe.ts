/** Whether a folder takes files at all. SQLite says only that it can't open one; the system says why. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** No room, a read-only disk, one that fails: what a gate starts with all the same. */
const OF_THE_DISK: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'])

/** The system's error, or undefined where a file can be made. */
export function whyUnwritable(folder: string): NodeJS.ErrnoException | undefined {
  const probe = join(folder, 'probe.partial')
  try {
    writeFileSync(probe, '', { mode: 0o600 })
    rmSync(probe, { force: true })
    return undefined
  } catch (error) {
    return error as NodeJS.ErrnoException
  }
}

/** The disk is to blame, not who may write there. */
export function isOfTheDisk(error: NodeJS.ErrnoException | undefined): boolean {
  return OF_THE_DISK.has(error?.code) && error !== undefined
}
