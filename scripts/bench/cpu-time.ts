/** Of other processes, as the kernel tells it (Linux). */
import { readFileSync } from 'node:fs'

/** CPU time so far, ms, in ticks of 10; 0 for a process that is gone. */
export function cpuMsOf(pid: number): number {
  // User and system time stand 11 and 12 places after the name.
  const [user, system] = readProc(pid, 'stat').split(') ').at(-1)?.split(' ').slice(11, 13) ?? []
  return 10 * (Number(user ?? 0) + Number(system ?? 0))
}

/** A file of /proc about the process; empty for one that is gone. */
export function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    return ''
  }
}
