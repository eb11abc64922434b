/** A pass in words: every field, its sizes, times as ISO 8601. Nothing here is verified. */
import { decodeClaims } from '../../pass/claims.ts'
import { PassError } from '../../pass/errors.ts'
import { decodePassText } from '../../pass/text.ts'

export interface Description {
  readonly code?: string
  readonly [field: string]: unknown
}

/** `code` is there only when the text is no pass: `MALFORMED` or `UNSUPPORTED_VERSION`. */
export function describePass(text: string): Description {
  try {
    const pass = decodePassText(text)
    const claims = decodeClaims(pass.payload)
    const { holderKey, cti, iat, exp } = claims
    return {
      characters: text.length,
      verified: false,
      issuer: { kid: hex(pass.kid), alg: pass.alg },
      certificate: hex(cti),
      issuedAt: iso(iat),
      expiresAt: iso(exp),
      lifetimeSeconds: exp - iat,
      class: holderKey === undefined ? 'paper' : 'phone',
      holderKey: holderKey && { curve: holderKey.crv, x: hex(holderKey.x), ySign: holderKey.y },
      status: { list: claims.statusList, index: claims.statusIndex },
      presentedAt: pass.presentation ? iso(pass.presentation.presentedAt) : null,
    }
  } catch (error) {
    if (!(error instanceof PassError)) throw error
    return { code: error.code, reason: error.message }
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()
