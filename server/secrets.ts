/**
 * The keys of the service's own data, all derived from one secret by HKDF (RFC 5869), one label
 * each; sealing of personal data at rest; one-time codes. Signing keys are not here: see
 * publish/signer.ts.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { type Random, systemRandom } from './clock.ts'
import { foldNumber } from './domain/fold.ts'

const LABELS = [
  'document-hash',
  'document-seal',
  'nonce',
  'code',
  'sessions',
  'challenge',
  'frame',
  'address',
  'high-water',
] as const
type Label = (typeof LABELS)[number]

export interface Secrets {
  /** HMAC-SHA-256 under the key of that label, 32 bytes. */
  mac(label: Label, text: string): Buffer
  /** AES-256-GCM: version byte, 12-byte nonce, ciphertext, 16-byte tag. `about` binds the row. */
  seal(plain: string, about: string): Uint8Array
  /** Opens what `seal` made for the same `about`. Throws when it was changed or is another row's. */
  open(sealed: Uint8Array, about: string): string
  /** As `seal` and `open`, for bytes. */
  sealBytes(plain: Uint8Array, about: string): Uint8Array
  openBytes(sealed: Uint8Array, about: string): Uint8Array
  /** Text of 256 bits for a library that wants a secret of its own. */
  derived(label: Label): string
}

const SEAL_VERSION = 1

/** `random`: of the nonces that things are sealed with; the system's by default. */
export function createSecrets(secret: Uint8Array, random: Random = systemRandom): Secrets {
  const keys = new Map<Label, KeyObject>()
  for (const label of LABELS) {
    const key = hkdfSync('sha256', secret, 'wicketgate-service', label, 32)
    keys.set(label, createSecretKey(Buffer.from(key)))
  }
  const keyOf = (label: Label) => keys.get(label) as KeyObject
  function sealBytes(plain: Uint8Array, about: string): Uint8Array {
    const nonce = random.bytes(12)
    const cipher = createCipheriv('aes-256-gcm', keyOf('document-seal'), nonce)
    cipher.setAAD(Buffer.from(about))
    const body = Buffer.concat([cipher.update(plain), cipher.final()])
    return Buffer.concat([Uint8Array.of(SEAL_VERSION), nonce, body, cipher.getAuthTag()])
  }

  function openBytes(sealed: Uint8Array, about: string): Buffer {
    if (sealed.length < 29 || sealed[0] !== SEAL_VERSION) throw new Error('not a sealed value')
    const cipher = createDecipheriv('aes-256-gcm', keyOf('document-seal'), sealed.subarray(1, 13))
    cipher.setAAD(Buffer.from(about))
    cipher.setAuthTag(sealed.subarray(-16))
    return Buffer.concat([cipher.update(sealed.subarray(13, -16)), cipher.final()])
  }

  return {
    mac: (label, text) => createHmac('sha256', keyOf(label)).update(text).digest(),
    derived: label => keyOf(label).export().toString('base64url'),
    seal: (plain, about) => sealBytes(Buffer.from(plain), about),
    open: (sealed, about) => openBytes(sealed, about).toString(),
    sealBytes,
    openBytes,
  }
}

/** Digits and letters that can't be taken for one another (Crockford's base 32). */
const CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A code that a person may type: 80 bits, as XXXX-XXXX-XXXX-XXXX. */
export function makeClaimCode(random: Random): string {
  const letters = Array.from({ length: 16 }, () => CODE_ALPHABET[random.integer(32)])
  return letters.join('').replaceAll(/(.{4})(?!$)/g, '$1-')
}

/** The canonical form of a typed code; '' when it can't be one. */
export function readClaimCode(typed: string): string {
  const code = foldNumber(typed).replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return /^[0-9A-HJKMNP-TV-Z]{16}$/.test(code) ? code : ''
}

const ENROLMENT_LETTERS = 26

/** A gate's code: 130 bits, letters and digits alone, so that no shell takes it for an option. */
export const makeEnrolmentCode = (random: Random): string =>
  Array.from({ length: ENROLMENT_LETTERS }, () => CODE_ALPHABET[random.integer(32)]).join('')
