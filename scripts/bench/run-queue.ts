/**
 * How long programs were ready to run and had no processor: on a busy machine that is none of their own
 * time. Of the main thread alone, on Linux (`run_delay` of `/proc/PID/task/TID/schedstat`).
 */
import { readFileSync } from 'node:fs'

const NS_A_MS = 1_000_000

/** Since each began, milliseconds, all together. */
export function queuedMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [, waitedNs] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')
    return sum + Number(waitedNs) / NS_A_MS
  }, 0)
}
