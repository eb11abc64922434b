/** A Node process that only wakes: what the machine itself takes for that, as a peer of a program that waits. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { readProc } from './cpu-time.ts'

/** A Node process has started by then. */
const SETTLE_MS = 3_000
const NS_A_US = 1_000

/** CPU time of a process so far, µs, as the scheduler counts it; of the threads that live now. */
export function scheduledUs(pid: number): number {
  return tasksOf(pid)
    .map(task => Number(readProc(pid, `task/${task}/schedstat`).split(' ')[0]) / NS_A_US)
    .reduce((sum, us) => sum + us, 0)
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** How often a process’s main thread has gone to sleep so far. */
export const sleepsOf = (pid: number): number =>
  Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readProc(pid, 'status'))?.[1] ?? 0)

/** Processes that wake so often, one for each of `rates` (a second). Resolves when they have started. */
export async function startBareWakes(rates: readonly number[]) {
  const children = rates.map(rate =>
    spawn(process.execPath, ['-e', `setInterval(() => {}, ${1000 / rate})`], { stdio: 'ignore' }),
  )
  await sleep(SETTLE_MS)
  return {
    pids: children.map(({ pid }) => pid as number),
    /** Resolves when they are gone. */
    stop: () =>
      Promise.all(
        children.map(child => {
          const gone = once(child, 'exit')
          child.kill()
          return gone
        }),
      ),
  }
}

/** Of each process its CPU in each of so many windows, µs a second. */
export async function cpuInWindows(
  pids: readonly number[],
  windows: number,
  windowMs: number,
): Promise<number[][]> {
  const took: number[][] = pids.map(() => [])
  for (let i = 0; i < windows; i++) {
    const before = pids.map(scheduledUs)
    const fromMs = performance.now()
    await sleep(windowMs)
    const seconds = (performance.now() - fromMs) / 1000
    for (const [n, pid] of pids.entries()) {
      took[n]?.push((scheduledUs(pid) - (before[n] as number)) / seconds)
    }
  }
  return took
}
