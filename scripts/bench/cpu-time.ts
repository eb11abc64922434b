/** CPU time, as the kernel tells it (Linux). */
import { readFileSync } from 'node:fs'

const cell = new Int32Array(new SharedArrayBuffer(4))
const NAP_MS = 0.01

/**
 * CPU time of this thread so far, µs. The kernel writes down what a thread has run at its ticks, 4 ms
 * apart, and when it sleeps: so it sleeps first. Costs some 15 µs itself.
 */
export function threadCpuUs(): number {
  Atomics.wait(cell, 0, 0, NAP_MS)
  return usOf(process.threadCpuUsage())
}

/** As `threadCpuUs`, of all threads; of those that run just now up to their last tick. */
export function processCpuUs(): number {
  Atomics.wait(cell, 0, 0, NAP_MS)
  return usOf(process.cpuUsage())
}

const usOf = ({ user, system }: NodeJS.CpuUsage): number => user + system

/** CPU time of another process so far, ms, in ticks of 10; 0 for a process that is gone. */
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
