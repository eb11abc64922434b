/**
 * Keys of a trust document at work: whose signatures count, which issuers share a kid, who still
 * holds a role. Distinct key material counts, never key ids.
 */

import { equalBytes } from '../bytes.ts'
import type { SignatureVerifier } from '../crypto.ts'
import { importOrUndefined } from '../verify-issuer.ts'
import { materialOf, type TrustDocument, type TrustKey, type TrustRole } from './trust-documents.ts'
import type { DocumentSignature } from './trust-envelope.ts'

/**
 * The keys of `role` that signed (TUF 5.3.4, 5.4.2), one for each distinct key material: repeated
 * signatures, several key ids for one key, or a key and its negative count once. Keys count within
 * their window alone.
 */
export function signersOf<K>(
  trust: TrustDocument,
  role: TrustRole,
  signatures: readonly DocumentSignature[],
  at: number,
  crypto: SignatureVerifier<K>,
): Map<string, TrustKey> {
  const signers = new Map<string, TrustKey>()
  for (const { kid, alg, message, signature } of signatures) {
    for (const entry of trust.keys) {
      if (entry.role !== role || entry.alg !== alg || !equalBytes(entry.kid, kid)) continue
      if (entry.from > at || at >= entry.to || signers.has(materialOf(entry.key))) continue
      const key = importOrUndefined(crypto, entry.key)
      if (key === undefined || !crypto.verify(key, entry.alg, message, signature)) continue
      signers.set(materialOf(entry.key), entry)
    }
  }
  return signers
}

/** Whether this very key (by its material) has the role in `trust`, whatever its window. */
export function holdsRole(trust: TrustDocument, role: TrustRole, { key }: TrustKey): boolean {
  const material = materialOf(key)
  return trust.keys.some(entry => entry.role === role && materialOf(entry.key) === material)
}
