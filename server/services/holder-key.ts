/** The key that a phone presents passes with: a P-256 JWK, checked to be on its curve. */
import { hash } from 'node:crypto'
import type { JWK } from 'jose'
import { nodeVerifier } from '../../pass/cose-node.ts'
import type { Ec2Key } from '../../pass/crypto.ts'
import { PassError } from '../../pass/errors.ts'
import { Problem } from '../errors.ts'

/** Throws Problem `INVALID` for a point off the curve. */
export function holderKeyOf(jwk: JWK): Ec2Key {
  const x = Buffer.from(jwk.x ?? '', 'base64url')
  const y = Buffer.from(jwk.y ?? '', 'base64url')
  const key: Ec2Key = {
    kty: 'EC2',
    crv: 'P-256',
    x: new Uint8Array(x),
    y: ((y.at(-1) ?? 0) & 1) === 1,
  }
  try {
    const point = nodeVerifier.importKey(key).export({ format: 'jwk' })
    if (point.y === jwk.y) return key
  } catch (error) {
    if (!(error instanceof PassError)) throw error
  }
  throw new Problem('INVALID', {
    fields: [{ path: 'holderKey', found: 'an object', message: 'no point of P-256' }],
  })
}

/** Its thumbprint (RFC 7638 §3: the required members alone, in this order), base64url. */
export const holderThumbprint = ({ crv, kty, x, y }: JWK): string =>
  hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url')
