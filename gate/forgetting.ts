/**
 * Beside the work: what can't be shown again goes from memory, a little at a time, so that no scan
 * pays for it; and staff are told when memory fills up.
 */
import type { Timers } from '../hardware/ports.ts'
import type { AlarmCode } from './contract/codes.ts'
import { FORGET_EVERY_MS, FORGET_MAX } from './limits.ts'
import type { Memory } from './store/memory.ts'

export interface ForgettingParts {
  readonly memory: Pick<Memory, 'expire' | 'low'>
  readonly timers: Timers
  /** The gate's own clock. While it is unsure nothing is old enough to go. */
  readonly now: () => { readonly nowMs: number; readonly state: 'TRUSTED' | 'UNCERTAIN' }
  readonly onAlarm: (code: AlarmCode, on: boolean, detail: string) => void
}

/** Begins at once. */
export function startForgetting({ memory, timers, now, onAlarm }: ForgettingParts) {
  let said = false

  function run(): void {
    cancel = timers.after(FORGET_EVERY_MS, run)
    const { nowMs, state } = now()
    if (state === 'TRUSTED') memory.expire(nowMs, FORGET_MAX)
    const low = memory.low()
    if (low.length > 0 !== said)
      onAlarm('MEMORY_LOW', !said, low.join(', ') || 'there is room again')
    said = low.length > 0
  }

  let cancel = timers.after(0, run)
  return { close: () => cancel() }
}
