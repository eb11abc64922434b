/**
 * Which key signs what, today: a key at hand whose very material the trust document lists for the
 * role, within the window written there, and not denied by the manifest. The keyring knows the newest
 * trust document and what is denied.
 */
import { equalBytes, toHex } from '../../pass/bytes.ts'
import type { TrustDocument, TrustKey } from '../../pass/documents/trust.ts'
import type { PassClass, PassEnvironment } from '../../pass/keys.ts'
import type { Clock } from '../clock.ts'
import { Problem } from '../errors.ts'
import type { OnlineKey, OnlineRole, Signer } from './signer.ts'

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
    const found = keys.find(key => isOf(key, entry))
    if (found !== undefined) return found
  }
  return undefined
}

/** Its very material, not its id alone. */
const isOf = (key: OnlineKey, entry: TrustKey): boolean =>
  key.role === entry.role &&
  equalBytes(key.kid, entry.kid) &&
  equalBytes(key.publicKey.x, entry.key.x)

export interface Keyring {
  /** The newest trust document. Throws Problem `NOT_READY` before one was taken in. */
  trust(): TrustDocument
  isReady(): boolean
  /** A key to sign with now. Throws Problem `NOT_READY`, or `NO_KEY` when none is released. */
  key(wanted: Pick<Wanted, 'role' | 'passClass'>): OnlineKey
  /** Whether the private part of a key of the trust document is at hand. */
  holds(entry: TrustKey): boolean
  takeIn(trust: TrustDocument): void
  /** Kids, hex, that sign no more. */
  deny(kids: readonly string[]): void
}

/** `environment`: of the issuers' keys. */
export function createKeyring(signer: Signer, clock: Clock, environment: PassEnvironment): Keyring {
  let newest: TrustDocument | undefined
  let denied: ReadonlySet<string> = new Set()

  function trust(): TrustDocument {
    if (newest === undefined) throw new Problem('NOT_READY')
    return newest
  }

  return {
    trust,
    isReady: () => newest !== undefined,
    key(wanted) {
      const at = Math.floor(clock.now() / 1000)
      const issuer = wanted.role === 'issuer' ? { environment } : {}
      const found = pickKey(signer.keys(), trust(), denied, { ...wanted, ...issuer }, at)
      if (found === undefined) throw new Problem('NO_KEY')
      return found
    },
    holds: entry => signer.keys().some(key => isOf(key, entry)),
    takeIn(document) {
      newest = document
    },
    deny(kids) {
      denied = new Set(kids)
    },
  }
}
