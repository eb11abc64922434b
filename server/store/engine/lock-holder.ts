/**
 * Who has a SQLite file locked, where the system tells: Linux lists locks of files with the number
 * of their process (proc(5), /proc/locks).
 */
import { readFile, stat } from 'node:fs/promises'

export interface LockHolder {
  readonly pid: number
  /** The program's short name; undefined when its process can't be looked at. */
  readonly name: string | undefined
}

/** One row of /proc/locks: `1: POSIX  ADVISORY  WRITE 4711 08:01:1234 120 120`. */
const ROW = /^\d+: +(?:POSIX|OFDLCK|FLOCK) +\S+ +WRITE +(\d+) +[0-9a-f]+:[0-9a-f]+:(\d+) /

/** A process other than this one that has a writer's lock on `file` or its companions. */
export async function findLockHolder(file: string): Promise<LockHolder | undefined> {
  try {
    const inodes = new Set<number>()
    for (const path of [file, `${file}-shm`]) {
      const found = await stat(path).catch(() => undefined)
      if (found !== undefined) inodes.add(found.ino)
    }
    for (const line of (await readFile('/proc/locks', 'latin1')).split('\n')) {
      const [, pid, inode] = ROW.exec(line) ?? []
      if (pid === undefined || !inodes.has(Number(inode)) || Number(pid) === process.pid) continue
      return { pid: Number(pid), name: await nameOf(Number(pid)) }
    }
  } catch {
    // Not Linux, or not for us to read.
  }
  return undefined
}

async function nameOf(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => undefined)
  return text?.trim()
}
