/**
 * Whether this process ran without a break. One that was stopped for a while (SIGSTOP, a frozen
 * machine) wakes with what it knew before and must not answer from it: others have gone on. So what
 * it knows is read anew before the first answer after a break.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from './errors.ts'
import { AWAKE_MS_MAX, HEARTBEAT_MS, PAUSE_MS_MAX } from './store/limits.ts'

export interface Heartbeat {
  start(): void
  stop(): void
  /** How many breaks there were: to be taken before reading, and given to `known` after it. */
  breaks(): number
  known(breaks: number): void
  /** Resolves when what is known was read after the last break. Throws Problem `NOT_READY`. */
  awake(): Promise<void>
}

/** `refresh` reads anew and calls `known`. `now`: clocks that go on while the process stands. */
export function createHeartbeat(
  refresh: () => Promise<void>,
  now: () => readonly number[] = () => [performance.now(), Date.now()],
): Heartbeat {
  let last = now()
  let breaks = 0
  let knownUntil = 0
  let waking: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  function beat(): void {
    const current = now()
    if (current.some((time, i) => time - (last[i] as number) > PAUSE_MS_MAX)) breaks += 1
    last = current
  }

  return {
    start() {
      last = now()
      timer = setInterval(beat, HEARTBEAT_MS).unref()
    },
    stop: () => clearInterval(timer),
    breaks: () => breaks,
    known(until) {
      knownUntil = until
    },
    async awake() {
      if (timer !== undefined) beat()
      if (knownUntil === breaks) return
      waking ??= refresh()
        .catch(() => {})
        .finally(() => {
          waking = undefined
        })
      await Promise.race([waking, sleep(AWAKE_MS_MAX, undefined, { ref: false })])
      if (knownUntil !== breaks) throw new Problem('NOT_READY', {}, { 'retry-after': '1' })
    },
  }
}
