/** The stages of old trust and of a doubtful clock, as the decision reads them. Pure. */
import type { ClockState, Direction, LaneModes } from '../contract/events.ts'
import type { FreshnessStage } from '../contract/freshness.ts'

/**
 * Past the end of its documents, by the station's choice or by command: the newest passes are on
 * lists that the gate never had, and that only flags.
 */
export function goesOnWithout({
  stage,
  modes,
}: {
  readonly stage: FreshnessStage
  readonly modes: Pick<LaneModes, 'trustDegraded'>
}): boolean {
  if (stage === 'OVERDUE' || stage === 'STAFF') return true
  return stage === 'CLOSED' && modes.trustDegraded
}

/**
 * Whether entry is staff's to decide. Asked after every rule, so that staff know that nothing else
 * was wrong.
 */
export function isForStaff({
  stage,
  direction,
  modes,
}: {
  readonly stage: FreshnessStage
  readonly direction: Direction
  readonly modes: Pick<LaneModes, 'trustDegraded'>
}): boolean {
  return stage === 'STAFF' && direction === 'entry' && !modes.trustDegraded
}

/** What is known of the gate's clock. */
export interface ClockView {
  readonly clock: ClockState
  /** Why, while nothing has proved the time since the start. */
  readonly doubt?: 'behind' | 'far' | 'unproven' | undefined
}

/**
 * Whether codes can't be judged fresh. A clock that only reads far past what is proved is an
 * operator's to vouch for, who says so by command; one that is certainly wrong is nobody's.
 */
export function isUncertain(
  { clock, doubt }: ClockView,
  { trustDegraded }: Pick<LaneModes, 'trustDegraded'>,
): boolean {
  return clock === 'UNCERTAIN' && !(doubt === 'far' && trustDegraded)
}
