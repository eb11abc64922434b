/**
 * Tells that trust has issuer keys, and none of the gate's own environment: every pass would be
 * refused, as `TEST_KEY` or `UNKNOWN_ISSUER`, although nothing is wrong with it.
 */

import type { TrustDocument } from '../../pass/documents/trust-documents.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import type { TrustEvent } from './events.ts'

export interface EnvironmentWatch {
  /** To be called with the trust of a start, and with each newer one. */
  check(trust: TrustDocument): void
}

/** Tells it once, and once more when it is over. */
export function createEnvironmentWatch(
  ours: PassEnvironment,
  onEvent: (event: TrustEvent) => void,
): EnvironmentWatch {
  let told = false
  return {
    check(trust) {
      const all = trust.keys.flatMap(({ role, environment }) =>
        role === 'issuer' && environment !== undefined ? [environment] : [],
      )
      const on = all.length > 0 && !all.includes(ours)
      if (on === told) return
      told = on
      const theirs = all.find(one => one !== ours) ?? ours
      onEvent({ kind: 'environment', on, ours, theirs: on ? theirs : ours })
    },
  }
}
