/** What a lane shows at rest of what its gate lacks in trust and time. Pure. */
import type { DenyCode } from './contract/codes.ts'
import type { FreshnessStage } from './decide/stages.ts'

export interface GateStanding {
  readonly stage: FreshnessStage
  readonly clock: 'TRUSTED' | 'UNCERTAIN'
}

/** Whether the amber lamp is on beside the sign. */
export function warns({ stage, clock }: GateStanding): boolean {
  return stage !== 'FRESH' || clock === 'UNCERTAIN'
}

/** Why no entry is admitted; undefined: entries are served. */
export function shutByTrust({ stage, clock }: GateStanding): DenyCode | undefined {
  if (clock === 'UNCERTAIN') return 'CLOCK_UNCERTAIN'
  return stage === 'CLOSED' ? 'TRUST_STALE' : undefined
}
