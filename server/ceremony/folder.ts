/**
 * The ceremony's folder: trust documents, released keys in online/, sealed ones in offline/.
 */
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { generateSigningKey, signerOf } from '../../pass/cose-node.ts'
import type { SignatureAlgorithm } from '../../pass/crypto.ts'
import type { DocumentSigner, TrustKey, TrustRole } from '../../pass/documents/trust.ts'
import type { PassClass, PassEnvironment } from '../../pass/keys.ts'
import { PURPOSES, type Purpose } from '../../pass/purpose.ts'
import { makeFolder } from '../files/make-folder.ts'
import { encodeKeyFile, type OnlineRole } from '../publish/signer.ts'
import { openText, type Sealing, sealText } from './sealed-file.ts'

export const DAY_S = 24 * 3600
/** Roots there are, and how many must sign. */
export const ROOTS = 3
export const THRESHOLD = 2

export class CeremonyError extends Error {
  override readonly name = 'CeremonyError'
  readonly code: 'EXISTS' | 'MISSING' | 'RANGE' | 'ROOTS' | 'TRUST'
  constructor(code: CeremonyError['code'], message: string) {
    super(message)
    this.code = code
  }
}

/** A key pair with its entry in the trust document. */
export interface MadeKey {
  readonly entry: TrustKey
  readonly privateKey: KeyObject
}

export function makeKey(
  role: TrustRole,
  alg: SignatureAlgorithm,
  window: { readonly from: number; readonly to: number },
  issuer?: Required<Pick<TrustKey, 'passClass' | 'environment' | 'purposes'>>,
): MadeKey {
  const { privateKey, publicKey, kid } = generateSigningKey(alg)
  const { from, to } = window
  return { entry: { role, kid, alg, key: publicKey, from, to, ...issuer }, privateKey }
}

/** What the passes of each class are good for. */
export type Scopes = Readonly<Record<PassClass, readonly Purpose[]>>

export const SCOPES_DEFAULT: Scopes = { phone: PURPOSES, paper: PURPOSES }

/** One issuer key a day and class for `days` days from `from` (Unix seconds, midnight UTC). */
export function makeIssuers(
  { environment, scopes }: { readonly environment: PassEnvironment; readonly scopes: Scopes },
  from: number,
  days: number,
): MadeKey[] {
  return Array.from({ length: days }, (_, day) => {
    const window = { from: from + day * DAY_S, to: from + (day + 1) * DAY_S }
    return (['phone', 'paper'] as const).map(passClass =>
      makeKey('issuer', 'ES256', window, { passClass, environment, purposes: scopes[passClass] }),
    )
  }).flat()
}

/** The file of an online key: its name, and the text that publish/signer.ts reads. */
export interface KeyFileText {
  readonly name: string
  readonly text: string
  /** Unix seconds. */
  readonly from: number
}

export function keyFileOf({ entry, privateKey }: MadeKey): KeyFileText {
  const { role, from, to, passClass, environment } = entry
  const file = { role: role as OnlineRole, privateKey, from, to, passClass, environment }
  return { ...encodeKeyFile(file), from }
}

export function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 })
  chmodSync(file, 0o600)
}

export function makeFolders(dir: string): void {
  for (const name of ['online', 'offline']) {
    makeFolder(join(dir, name))
  }
}

export function writeOnline(dir: string, files: readonly KeyFileText[]): void {
  for (const { name, text } of files) writePrivate(join(dir, 'online', name), text)
}

const issuersSchema = z.array(z.strictObject({ name: z.string(), text: z.string(), from: z.int() }))

/** Issuer keys that are not released. */
export async function readIssuers(dir: string, passphrase: string): Promise<KeyFileText[]> {
  const sealed = readOptional(join(dir, 'offline/issuers.json'))
  if (sealed === undefined) return []
  return issuersSchema.parse(JSON.parse(await openText(sealed, passphrase)))
}

export async function writeIssuers(
  dir: string,
  files: readonly KeyFileText[],
  sealing: Sealing,
): Promise<void> {
  const text = await sealText(JSON.stringify(files), 'issuer keys', sealing)
  writePrivate(join(dir, 'offline/issuers.json'), text)
}

const rootFile = (dir: string, number: number) => join(dir, `offline/root-${number}.json`)

/** Writes root key `number` (1 to 3), sealed. */
export async function writeRoot(
  dir: string,
  number: number,
  { entry, privateKey }: MadeKey,
  sealing: Sealing,
): Promise<void> {
  const kid = Buffer.from(entry.kid).toString('hex')
  const plain = JSON.stringify(privateKey.export({ format: 'jwk' }))
  writePrivate(rootFile(dir, number), await sealText(plain, `root key ${number} ${kid}`, sealing))
}

/** Opens root key `number`. Throws CeremonyError `MISSING`, SealedFileError for the passphrase. */
export async function openRoot(
  dir: string,
  number: number,
  passphrase: string,
): Promise<DocumentSigner & { readonly publicKey: TrustKey['key'] }> {
  const sealed = readOptional(rootFile(dir, number))
  if (sealed === undefined) {
    throw new CeremonyError('MISSING', `${rootFile(dir, number)} is not here`)
  }
  const key = JSON.parse(await openText(sealed, passphrase)) as JsonWebKey
  return signerOf(createPrivateKey({ key, format: 'jwk' }))
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Versions of the signed trust documents in the folder, oldest first. */
export function trustVersions(dir: string): number[] {
  return readdirSync(dir)
    .flatMap(name => /^trust-(\d{1,15})\.cbor$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

export const trustFile = (dir: string, version: number): string =>
  join(dir, `trust-${version}.cbor`)
/** A document that has too few signatures yet. */
export const draftFile = (dir: string, version: number): string =>
  join(dir, `trust-${version}.draft.cbor`)
