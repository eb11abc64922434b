/** What a lane shows at rest of what its gate lacks in trust and time. Pure. */
import type { DenyCode } from './contract/codes.ts'
import type { LaneModes } from './contract/events.ts'
import type { FreshnessStage } from './decide/stages.ts'

export interface GateStanding {
  readonly stage: FreshnessStage
  readonly clock: 'TRUSTED' | 'UNCERTAIN'
  /** Why, while nothing has proved the time since the start. */
  readonly doubt?: 'behind' | 'far' | 'unproven' | undefined
}

/**
 * Whether codes can't be judged fresh. A clock that only reads far past what is proved is an
 * operator's to vouch for, who says so by command; one that is certainly wrong is nobody's.
 */
export function isUncertain(
  { clock, doubt }: Pick<GateStanding, 'clock' | 'doubt'>,
  { trustDegraded }: Pick<LaneModes, 'trustDegraded'>,
): boolean {
  return clock === 'UNCERTAIN' && !(doubt === 'far' && trustDegraded)
}

/** Whether the amber lamp is on beside the sign. */
export function warns({ stage, clock, doubt }: GateStanding): boolean {
  return stage !== 'FRESH' || clock === 'UNCERTAIN' || doubt !== undefined
}

/** Why no entry is admitted at a lane that is run so; undefined: entries are served. */
export function shutByTrust(standing: GateStanding, modes: LaneModes): DenyCode | undefined {
  if (isUncertain(standing, modes)) return 'CLOCK_UNCERTAIN'
  return standing.stage === 'CLOSED' && !modes.trustDegraded ? 'TRUST_STALE' : undefined
}
