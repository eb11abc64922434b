/**
 * The issuer's part of a verification: which keys may have signed a pass, and which of them did.
 * Imported keys live as long as the trust view holds their objects.
 */

import type { PassClaims } from './claims.ts'
import { sigStructure } from './cose.ts'
import { algorithmOfKey, type CoseKey, type SignatureVerifier } from './crypto.ts'
import type { PassEnvelope } from './envelope.ts'
import { PassError } from './errors.ts'
import type { IssuerKey, PassEnvironment } from './keys.ts'
import { KEYS_PER_KID_MAX } from './limits.ts'
import type { Purpose } from './purpose.ts'

/** What the reader believes of issuers. */
export interface IssuerTrust {
  /**
   * Issuer keys with this kid, at most `KEYS_PER_KID_MAX` of which are tried. Give the same objects
   * again as long as trust is unchanged: imported keys and cached halves hang on their identity.
   */
  issuerKeys(kid: Uint8Array): readonly IssuerKey[]
  /** Whether the manifest revokes this kid. */
  kidRevoked(kid: Uint8Array): boolean
  readonly environment: PassEnvironment
}

/**
 * The keys valid at `iat`, not revoked, of our environment, those that are good for `purpose` before
 * the others; or why there is none. The others stay: whose signature it is says whose scope counts.
 */
export function candidateKeys(
  kid: Uint8Array,
  claims: PassClaims,
  trust: IssuerTrust,
  purpose: Purpose,
): readonly IssuerKey[] | 'UNKNOWN_ISSUER' | 'TEST_KEY' {
  // rule V2a
  if (trust.kidRevoked(kid)) return 'UNKNOWN_ISSUER'
  const good: IssuerKey[] = []
  const others: IssuerKey[] = []
  let testKey = false
  for (const key of trust.issuerKeys(kid)) {
    if (key.from > claims.iat || claims.iat >= key.to) continue
    if (key.environment !== trust.environment) testKey ||= key.environment === 'test'
    else (key.purposes.includes(purpose) ? good : others).push(key)
  }
  const ours = good.concat(others)
  if (ours.length > 0) return ours.slice(0, KEYS_PER_KID_MAX)
  // rules V2b V2c
  return testKey ? 'TEST_KEY' : 'UNKNOWN_ISSUER'
}

/** Finds whose signature is on a pass; imports each issuer key once. */
export class IssuerKeyring<K> {
  private readonly imported = new WeakMap<IssuerKey, { readonly key: K | undefined }>()
  private readonly crypto: SignatureVerifier<K>

  constructor(crypto: SignatureVerifier<K>) {
    this.crypto = crypto
  }

  /**
   * The candidate whose signature this is; undefined when it is none's. The key knows its
   * algorithm, the header only has to agree.
   */
  signerOf(envelope: PassEnvelope, candidates: readonly IssuerKey[]): IssuerKey | undefined {
    const { alg, protectedBytes, payload, signature } = envelope
    if (alg === undefined) return undefined
    const message = sigStructure(protectedBytes, payload)
    return candidates.find(candidate => {
      if (candidate.alg !== alg || algorithmOfKey(candidate.key) !== alg) return false
      const key = this.keyOf(candidate)
      return key !== undefined && this.crypto.verify(key, alg, message, signature)
    })
  }

  private keyOf(issuerKey: IssuerKey): K | undefined {
    let held = this.imported.get(issuerKey)
    if (held === undefined) {
      held = { key: importOrUndefined(this.crypto, issuerKey.key) }
      this.imported.set(issuerKey, held)
    }
    return held.key
  }
}

/** An imported key; undefined for what is no point of its curve. */
export function importOrUndefined<K>(crypto: SignatureVerifier<K>, key: CoseKey): K | undefined {
  try {
    return crypto.importKey(key)
  } catch (error) {
    if (error instanceof PassError && error.code === 'BAD_KEY') return undefined
    throw error
  }
}
