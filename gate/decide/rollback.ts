/** Trust that is older than what this gate acted on: whoever was revoked since would be admitted by it. */
import type { DecideContext, RuleAnswer } from './rules.ts'

/** `accepted`: the operator said so. Undefined as `none`. */
export type TrustRollback = 'none' | 'closed' | 'accepted'

export function rollbackRule({ rollback = 'none', direction }: DecideContext): RuleAnswer {
  if (rollback === 'none') return { said: 'pass', saw: 'as new as before' }
  const saw = `older than before, ${rollback}`
  return rollback === 'closed' && direction === 'entry'
    ? { said: 'deny', saw, code: 'TRUST_ROLLED_BACK' }
    : { said: 'flag', saw, flag: 'TRUST_ROLLED_BACK' }
}
