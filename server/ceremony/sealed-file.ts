/**
 * Files under a passphrase: scrypt (RFC 7914) and AES-256-GCM. Root keys, and issuer keys that are
 * not yet released, are kept in such files on a machine without a network.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'

export const PASSPHRASE_CHARS_MIN = 12

/** Cost of guessing one passphrase: 2^17 · 8 · 128 bytes = 128 MiB and about a third of a second. */
const STRETCH = 2 ** 17
/** For a passphrase of so many random bytes that nobody guesses it, and for tests. */
export const NO_STRETCH = 2
const COST_MAX = 2 ** 20

const sealedSchema = z.strictObject({
  format: z.literal('wicketgate-sealed-1'),
  about: z.string().max(200),
  N: z.int().min(2).max(COST_MAX),
  r: z.int().min(1).max(32),
  p: z.int().min(1).max(16),
  salt: z.base64url().max(64),
  nonce: z.base64url().max(32),
  body: z.base64url().max(4_000_000),
  tag: z.base64url().max(32),
})

export class SealedFileError extends Error {
  override readonly name = 'SealedFileError'
  readonly code: 'PASSPHRASE' | 'FORMAT'
  constructor(code: SealedFileError['code'], message: string) {
    super(message)
    this.code = code
  }
}

const deriveKey = promisify(
  (
    passphrase: string,
    salt: Uint8Array,
    cost: { N: number; r: number; p: number },
    done: (error: Error | null, key: Buffer) => void,
  ) => scrypt(passphrase.normalize('NFKC'), salt, 32, { ...cost, maxmem: 2 ** 31 }, done),
)

/** Throws SealedFileError `PASSPHRASE` for one that is too short. */
export function checkPassphrase(passphrase: string): void {
  if (passphrase.length >= PASSPHRASE_CHARS_MIN) return
  const message = `a passphrase has ${PASSPHRASE_CHARS_MIN} characters or more`
  throw new SealedFileError('PASSPHRASE', message)
}

export interface Sealing {
  readonly passphrase: string
  /** scrypt's N: `STRETCH` unless given. */
  readonly stretch?: number | undefined
}

/** The file's text. `about` is in clear and can't be changed unnoticed. */
export async function sealText(
  plain: string,
  about: string,
  { passphrase, stretch = STRETCH }: Sealing,
): Promise<string> {
  checkPassphrase(passphrase)
  const salt = randomBytes(16)
  const nonce = randomBytes(12)
  const cost = { N: stretch, r: 8, p: 1 }
  const cipher = createCipheriv('aes-256-gcm', await deriveKey(passphrase, salt, cost), nonce)
  cipher.setAAD(Buffer.from(about))
  const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
  const file = {
    format: 'wicketgate-sealed-1',
    about,
    ...cost,
    salt: salt.toString('base64url'),
    nonce: nonce.toString('base64url'),
    body: body.toString('base64url'),
    tag: cipher.getAuthTag().toString('base64url'),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Opens it. Throws SealedFileError `PASSPHRASE` when wrong or the file was changed, or `FORMAT`. */
export async function openText(text: string, passphrase: string): Promise<string> {
  const file = parse(text)
  const bytes = (value: string) => Buffer.from(value, 'base64url')
  const { N, r, p } = file
  const key = await deriveKey(passphrase, bytes(file.salt), { N, r, p })
  const decipher = createDecipheriv('aes-256-gcm', key, bytes(file.nonce))
  decipher.setAAD(Buffer.from(file.about))
  decipher.setAuthTag(bytes(file.tag))
  try {
    return Buffer.concat([decipher.update(bytes(file.body)), decipher.final()]).toString('utf8')
  } catch {
    throw new SealedFileError('PASSPHRASE', 'wrong passphrase, or the file was changed')
  }
}

function parse(text: string) {
  try {
    return sealedSchema.parse(JSON.parse(text))
  } catch {
    throw new SealedFileError('FORMAT', 'not a sealed file')
  }
}
