/**
 * What a lane shows at rest of what the whole gate lacks: an amber lamp for staff beside its sign,
 * and a cross where no entry could be admitted. Pure.
 */
import type { Direction, LaneModes } from './contract/events.ts'
import type { FreshnessStage } from './decide/stages.ts'

/** `warns`: amber beside the sign. `closed`: amber, and a cross in place of no sign. */
export type Standing = 'good' | 'warns' | 'closed'

export interface GateStanding {
  readonly stage: FreshnessStage
  readonly clock: 'TRUSTED' | 'UNCERTAIN'
}

/** An exit is open whatever the gate lacks, so a lane with one never shows the cross for that. */
export function standingOf(
  { stage, clock }: GateStanding,
  modes: LaneModes,
  directions: readonly Direction[],
): Standing {
  const unsure = clock === 'UNCERTAIN'
  if (stage === 'FRESH' && !unsure) return 'good'
  const shut = unsure || (stage === 'CLOSED' && !modes.trustDegraded)
  const admitsNobody = shut && modes.entry === 'controlled' && !modes.fareFree
  return admitsNobody && !directions.includes('exit') ? 'closed' : 'warns'
}
