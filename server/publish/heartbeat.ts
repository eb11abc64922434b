/**
 * Whether this process ran without a break. One that was stopped for a while (SIGSTOP, a frozen
 * machine) wakes with what it knew before and must not answer from it: others have gone on. So what
 * it knows is read anew before the first answer after a break.
 */
import { type Clock, type Timers, within } from '../clock.ts'
import { Problem } from '../errors.ts'
import { AWAKE_MS_MAX, HEARTBEAT_MS, PAUSE_MS_MAX } from '../store/engine/limits.ts'

export interface Heartbeat {
  start(): void
  stop(): void
  /** How many breaks there were: to be taken before reading, and given to `known` after it. */
  breaks(): number
  known(breaks: number): void
  /**
   * Resolves when what is known was read after the last break; undefined when it was. Rejects with Problem
   * `NOT_READY`.
   */
  awake(): Promise<void> | undefined
}

/**
 * `refresh` reads anew and calls `known`. Both clocks are looked at: a machine that sleeps may hold
 * the one that only goes forward.
 */
export function createHeartbeat(
  refresh: () => Promise<void>,
  { timers, clock }: { readonly timers: Timers; readonly clock: Clock },
): Heartbeat {
  const now = () => [timers.monotonic(), clock.now()]
  let last = now()
  let breaks = 0
  let knownUntil = 0
  let waking: Promise<void> | undefined
  let cancel: (() => void) | undefined

  function look(): void {
    const current = now()
    if (current.some((time, i) => time - (last[i] as number) > PAUSE_MS_MAX)) breaks += 1
    last = current
  }

  function beat(): void {
    look()
    cancel = timers.after(HEARTBEAT_MS, beat, 'background')
  }

  async function awakened(): Promise<void> {
    waking ??= refresh()
      .catch(() => {})
      .finally(() => {
        waking = undefined
      })
    await within(timers, AWAKE_MS_MAX, waking, undefined)
    if (knownUntil !== breaks) throw new Problem('NOT_READY', {}, { 'retry-after': '1' })
  }

  return {
    start() {
      last = now()
      cancel = timers.after(HEARTBEAT_MS, beat, 'background')
    },
    stop() {
      cancel?.()
      cancel = undefined
    },
    breaks: () => breaks,
    known(until) {
      knownUntil = until
    },
    awake() {
      if (cancel !== undefined) look()
      return knownUntil === breaks ? undefined : awakened()
    },
  }
}
