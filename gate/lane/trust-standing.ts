/** What a lane shows at rest of what its gate lacks in trust and time. Pure. */
import type { DenyCode } from '../contract/codes.ts'
import type { LaneModes } from '../contract/events.ts'
import type { FreshnessStage } from '../contract/freshness.ts'
import { type ClockView, isUncertain } from '../decide/stages.ts'

export interface GateStanding extends ClockView {
  readonly stage: FreshnessStage
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
