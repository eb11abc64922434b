/**
 * Beside the work: what can't be shown again goes from memory, a little at a time, so that no scan
 * pays for it; and staff are told when memory fills up.
 */
import type { Timers } from '../../hardware/ports.ts'
import type { AlarmCode } from '../contract/codes.ts'
import { FORGET_EVERY_MS, FORGET_MAX } from '../limits.ts'
import type { Memory } from './memory.ts'

export interface ForgettingParts {
  readonly memory: Pick<Memory, 'expire' | 'low'>
  readonly timers: Timers
  /** The gate's own clock. */
  readonly nowMs: () => number
  /** False while that clock may be wrong: then nothing is old enough to go. */
  readonly knowsAge: () => boolean
  readonly onAlarm: (code: AlarmCode, on: boolean, detail: string) => void
}

/** Begins at once. */
export function startForgetting({ memory, timers, nowMs, knowsAge, onAlarm }: ForgettingParts) {
  let said = false

  function run(): void {
    cancel = timers.after(FORGET_EVERY_MS, run)
    if (knowsAge()) memory.expire(nowMs(), FORGET_MAX)
    const low = memory.low()
    if (low.length > 0 !== said)
      onAlarm('MEMORY_LOW', !said, low.join(', ') || 'there is room again')
    said = low.length > 0
  }

  let cancel = timers.after(0, run)
  return { close: () => cancel() }
}
