/** What `loop-probe.ts` writes, and how it is read. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Environment variable: the folder that takes a file of each process. */
export const PROBE_FOLDER = 'WICKETGATE_LOOP'
export const BEAT_MS = 5

/** When it was, Unix ms, and CPU time since the one before, ms. */
export type LoopBeat = readonly [at: number, cpuMs: number]

/**
 * The beats of a process that has ended, `from` and `to` in Unix ms. Throws where it left none whole:
 * it was killed, or its disk was full.
 */
export function readBeats(folder: string, pid: number, from: number, to: number): LoopBeat[] {
  const file = join(folder, `${pid}.json`)
  let all: LoopBeat[]
  try {
    all = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file}: no beats in it: its process must end by itself`, { cause })
  }
  return all.filter(([at]) => at >= from && at < to)
}
