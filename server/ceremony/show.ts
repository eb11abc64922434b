/** A trust document for people: its content and whether it verifies, as plain data. */
import { toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { decodeTrust, verifyFirstTrust } from '../../pass/documents/trust.ts'
import { isScoped } from '../../pass/documents/trust-documents.ts'
import { OLD_SCOPE } from '../../pass/purpose.ts'

/**
 * Throws PassError `MALFORMED`. `verdict`: judged by its own roots alone. `purposes` of an issuer key: as
 * written, or as a document of the old shape is read.
 */
export function describeTrust(bytes: Uint8Array, now: number) {
  const trust = decodeTrust(bytes)
  const result = verifyFirstTrust(bytes, nodeVerifier, now)
  const time = (seconds: number) => new Date(seconds * 1000).toISOString()
  return {
    version: trust.version,
    verdict: result.ok ? (result.expired ? 'EXPIRED' : 'OK') : result.code,
    issued: time(trust.iat),
    expires: time(trust.exp),
    threshold: trust.threshold,
    scopes: isScoped(trust.keys)
      ? 'each issuer key says what it is good for'
      : 'no issuer key says what it is good for: an old document, read as all of rail travel',
    keys: trust.keys.map(key => ({
      role: key.role,
      ...(key.passClass === undefined ? {} : { class: key.passClass }),
      ...(key.environment === undefined ? {} : { environment: key.environment }),
      ...(key.role === 'issuer' && { purposes: key.purposes ?? OLD_SCOPE }),
      kid: toHex(key.kid),
      alg: key.alg,
      from: time(key.from),
      to: time(key.to),
    })),
  }
}
