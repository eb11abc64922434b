/**
 * How often a board with the gate firmware gets a heartbeat: quick while it may matter, slow at rest.
 * hardware/firmware/protocol.md says what each is for.
 */
import { restMs } from '../guarded-line.ts'
import type { Clock } from '../ports.ts'

/** A quarter of the dead-man's time, and no slower than this. */
const quickMsMax = 50
/** Two may be lost before the board, at rest, stops waiting for the next. */
const restBeatMs = (2 * restMs) / 5
/** So long it is quick after something happened. */
const hurryMs = 1000
/** Waits between heartbeats are spread from this part of the longest one to all of it. */
const partMin = 0.7
const goldenRatio = (Math.sqrt(5) - 1) / 2

export interface Pace {
  /** Something happened: quick from now on. True when the wait that runs was to be a slow one. */
  hurry(): boolean
  /** Until the next heartbeat. `energised`: a relay is asked for. */
  nextMs(energised: boolean): number
}

/** `knowsRest`: the board waits longer while no relay is asked for. */
export function createPace(clock: Clock, deadmanMs: number, knowsRest: boolean): Pace {
  const quickMs = Math.min(quickMsMax, deadmanMs / 4)
  let hurryUntilMs = clock.monotonicMs() + hurryMs
  let beats = 0
  let slow = false
  return {
    hurry() {
      hurryUntilMs = clock.monotonicMs() + hurryMs
      const wasSlow = slow
      slow = false
      return wasSlow
    },
    nextMs(energised) {
      slow = knowsRest && !energised && clock.monotonicMs() >= hurryUntilMs
      return (slow ? restBeatMs : quickMs) * partOf(beats++)
    },
  }
}

/**
 * Evenly spaced heartbeats could stay in step with noise that comes in time with the mains, each
 * 10 ms: then every one of their answers is hit. Multiples of the golden ratio repeat no distance.
 */
const partOf = (count: number) => partMin + (1 - partMin) * ((count * goldenRatio) % 1)
