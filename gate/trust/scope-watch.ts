/**
 * Tells that trust does not say what its issuer keys are good for (a document of the old shape, as a
 * gate may have it on disk from before), or that none of the gate's own is good for `entry`: every
 * pass would be refused there, although nothing is wrong with it.
 */

import {
  type ScopeState,
  scopeState,
  type TrustDocument,
} from '../../pass/documents/trust-documents.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import type { TrustEvent } from './events.ts'

export interface ScopeWatch {
  /** To be called with the trust of a start, and with each newer one. */
  check(trust: TrustDocument): void
}

/** Tells each state once, and once more when all is well. */
export function createScopeWatch(
  ours: PassEnvironment,
  onEvent: (event: TrustEvent) => void,
): ScopeWatch {
  let told: ScopeState = 'good'
  return {
    check(trust) {
      const is = scopeState(trust.keys, ours)
      if (is === told) return
      told = is
      onEvent({ kind: 'scope', is, ours, trustVersion: trust.version })
    },
  }
}
