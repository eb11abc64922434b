/** Trust older than what this gate acted on: it lacks later revocations, so entry is refused. */
import type { Direction } from '../contract/events.ts'

/** `accepted`: the operator said so. Undefined as `none`. */
export type TrustRollback = 'none' | 'closed' | 'accepted'

/** A rule's answer: an exit is only flagged, an entry refused until somebody accepts it. */
export function judgeRollback(rollback: TrustRollback = 'none', direction: Direction) {
  if (rollback === 'none') return { said: 'pass', saw: 'as new as before' } as const
  const saw = `older than before, ${rollback}`
  return rollback === 'closed' && direction === 'entry'
    ? ({ said: 'deny', saw, code: 'TRUST_ROLLED_BACK' } as const)
    : ({ said: 'flag', saw, flag: 'TRUST_ROLLED_BACK' } as const)
}
