/** Reports each change of the freshness stage when it happens, also when nothing else does. */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { type FreshnessStage, STAGE_CODE } from '../contract/freshness.ts'
import type { TrustEvent } from './events.ts'
import type { Freshness } from './freshness.ts'

export interface StageWatch {
  /** Call when trust or the clock has changed: reports a new stage and waits for the next. */
  check(): void
  stop(): void
}

export function createStageWatch(
  freshness: () => Freshness,
  timers: Timers,
  onEvent: (event: TrustEvent) => void,
): StageWatch {
  let stage: FreshnessStage | undefined
  let cancel: Unsubscribe = () => {}

  const check = (): void => {
    cancel()
    const { stage: next, manifestAgeMs, nextInMs } = freshness()
    if (nextInMs !== Infinity) cancel = timers.after(nextInMs, check)
    if (next === stage) return
    const code = STAGE_CODE[next]
    const from = stage
    stage = next
    onEvent({
      kind: 'stage',
      stage,
      ...(from && { from }),
      ...(code && { code }),
      manifestAgeMs: manifestAgeMs === Infinity ? null : Math.round(manifestAgeMs),
    })
  }
  return { check, stop: () => cancel() }
}
