/**
 * Which key signs what, today: a key at hand whose very material the trust document lists for the
 * role, within the window written there, and not denied by the manifest.
 */
import { equalBytes, toHex } from '../../pass/bytes.ts'
import type { PassClass, PassEnvironment } from '../../pass/keys.ts'
import type { TrustDocument } from '../../pass/trust.ts'
import type { OnlineKey, OnlineRole } from './signer.ts'

export interface Wanted {
  readonly role: OnlineRole
  /** For issuers. */
  readonly passClass?: PassClass
  readonly environment?: PassEnvironment
}

/** The newest fitting key; undefined when none is released. `at`: Unix seconds. */
export function pickKey(
  keys: readonly OnlineKey[],
  trust: TrustDocument,
  deniedKids: ReadonlySet<string>,
  wanted: Wanted,
  at: number,
): OnlineKey | undefined {
  const listed = trust.keys
    .filter(
      entry =>
        entry.role === wanted.role &&
        entry.passClass === wanted.passClass &&
        entry.environment === wanted.environment &&
        entry.from <= at &&
        at < entry.to &&
        !deniedKids.has(toHex(entry.kid)),
    )
    .sort((a, b) => b.from - a.from)
  for (const entry of listed) {
    const found = keys.find(
      key =>
        key.role === wanted.role &&
        equalBytes(key.kid, entry.kid) &&
        equalBytes(key.publicKey.x, entry.key.x),
    )
    if (found !== undefined) return found
  }
  return undefined
}
