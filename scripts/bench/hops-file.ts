/** What the probe of a gate's hops writes, and how it is read. Times: milliseconds of the system's monotonic clock. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { HopMark } from '../../gate/timing/scan-hops.ts'

/** Environment variable: the folder that takes a file of each thread. */
export const PROBE_FOLDER = 'WICKETGATE_HOPS'

const SAMPLE_MS = 1

/** Something that ran for a while. */
export interface Span {
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
}

export interface ProbeFile {
  readonly hops: HopMark[]
  /** That a thread answered: the journal's are all of its work. */
  readonly requests: Span[]
  /** Runs of the garbage collector. */
  readonly pauses: Span[]
  /** Of the gate's main thread alone. */
  loop?: Lateness
}

/** How late a thread's event loop was, of samples a millisecond apart; the latest ones are of its start. */
export interface Lateness {
  readonly p99Ms: number
  readonly p999Ms: number
}

/** Watches the loop of this thread from now on. */
export function watchLoop(): () => Lateness {
  const delays = monitorEventLoopDelay({ resolution: SAMPLE_MS })
  delays.enable()
  const late = (ns: number) => Math.max(0, ns / 1e6 - SAMPLE_MS)
  return () => ({ p99Ms: late(delays.percentile(99)), p999Ms: late(delays.percentile(99.9)) })
}

/** What is added to `performance.now()` of this thread. */
export function hopsOffsetMs(): number {
  return Number(process.hrtime.bigint()) / 1e6 - performance.now()
}

/** Of all threads that have ended. */
export function readProbe(folder: string): ProbeFile {
  const files = readdirSync(folder).map(
    name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ProbeFile,
  )
  const loop = files.find(one => one.loop !== undefined)?.loop
  return {
    hops: files.flatMap(one => one.hops),
    requests: files.flatMap(one => one.requests),
    pauses: files.flatMap(one => one.pauses),
    ...(loop === undefined ? {} : { loop }),
  }
}
