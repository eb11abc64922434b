/**
 * The first ceremony: three root keys under a passphrase, the first trust document signed by two of
 * them, daily issuer keys for the days ahead, and the online keys. The service never imports this;
 * the command line and demos do.
 *
 * DIR/trust-1.cbor          shipped as a gate's factory trust, and served
 * DIR/online/*.json         keys the service signs with (mode 0600): status, time, config, and the
 *                           issuer keys of the days that are released
 * DIR/offline/root-N.json   root keys, sealed
 * DIR/offline/issuers.json  issuer keys of the later days, sealed
 */
import type { KeyObject } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateSigningKey } from '../../pass/cose-node.ts'
import type { SignatureAlgorithm } from '../../pass/crypto.ts'
import type { PassClass, PassEnvironment } from '../../pass/keys.ts'
import { signTrust, type TrustKey, type TrustRole } from '../../pass/trust.ts'
import { encodeKeyFile, type KeyFile, type OnlineRole } from '../publish/signer.ts'
import { sealText } from './sealed-file.ts'

export const ROOTS = 3
export const THRESHOLD = 2
/** Issuer keys signed ahead, and of them released to the service, in days. */
export const DAYS_DEFAULT = 45
export const RELEASED_DAYS_DEFAULT = 2
export const DAYS_MAX = 90
const DAY_S = 24 * 3600
const TRUST_LIFE_S = 90 * DAY_S

export interface InitOptions {
  readonly dir: string
  readonly environment: PassEnvironment
  readonly passphrase: string
  /** 1 to 90; 45 by default. */
  readonly days?: number | undefined
  /** Of them released at once; 2 by default. */
  readonly releasedDays?: number | undefined
  /** Unix milliseconds. */
  readonly now: number
}

export interface InitResult {
  readonly trustFile: string
  readonly keysFolder: string
  /** Unix seconds: until then the released issuer keys sign. */
  readonly issuersUntil: number
}

export class CeremonyError extends Error {
  override readonly name = 'CeremonyError'
  readonly code: 'EXISTS' | 'RANGE'
  constructor(code: CeremonyError['code'], message: string) {
    super(message)
    this.code = code
  }
}

interface MadeKey {
  readonly entry: TrustKey
  readonly privateKey: KeyObject
}

/** Makes and writes everything. Throws CeremonyError `EXISTS` when DIR holds trust already. */
export async function initTrust(options: InitOptions): Promise<InitResult> {
  const { dir, environment, passphrase, now } = options
  const days = options.days ?? DAYS_DEFAULT
  const releasedDays = Math.min(options.releasedDays ?? RELEASED_DAYS_DEFAULT, days)
  if (!Number.isInteger(days) || days < 1 || days > DAYS_MAX) {
    throw new CeremonyError('RANGE', `days must be 1 to ${DAYS_MAX}`)
  }
  const trustFile = join(dir, 'trust-1.cbor')
  if (existsSync(trustFile)) throw new CeremonyError('EXISTS', `${trustFile} is there already`)
  const iat = Math.floor(now / 1000)
  const today = iat - (iat % DAY_S)
  const window = { from: today, to: iat + TRUST_LIFE_S }
  const roots = Array.from({ length: ROOTS }, () => makeKey('root', 'EdDSA', window))
  const online = (['status', 'time', 'config'] as const).map(role => makeKey(role, 'EdDSA', window))
  const issuers = makeIssuers(environment, today, days)
  const document = {
    version: 1,
    iat,
    exp: iat + TRUST_LIFE_S,
    threshold: THRESHOLD,
    keys: [...roots, ...online, ...issuers].map(key => key.entry),
  }
  const signers = roots.slice(0, THRESHOLD).map(signerOfKey)
  const bytes = await signTrust(document, signers)

  const keysFolder = join(dir, 'online')
  const offline = join(dir, 'offline')
  for (const folder of [keysFolder, offline]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const releasedUntil = today + releasedDays * DAY_S
  const released = issuers.filter(key => key.entry.from < releasedUntil)
  const kept = issuers.filter(key => key.entry.from >= releasedUntil)
  for (const key of [...online, ...released]) writeKeyFile(keysFolder, key)
  await writeRoots(offline, roots, passphrase)
  if (kept.length > 0) {
    const files = kept.map(key => encodeKeyFile(keyFileOf(key)))
    const text = await sealText(JSON.stringify(files), 'issuer keys', passphrase)
    writePrivate(join(offline, 'issuers.json'), text)
  }
  writeFileSync(trustFile, bytes)
  return { trustFile, keysFolder, issuersUntil: releasedUntil }
}

function makeKey(
  role: TrustRole,
  alg: SignatureAlgorithm,
  window: { from: number; to: number },
  issuer?: { passClass: PassClass; environment: PassEnvironment },
): MadeKey & { readonly sign: (message: Uint8Array) => Uint8Array } {
  const { privateKey, publicKey, kid, sign } = generateSigningKey(alg)
  return { entry: { role, kid, alg, key: publicKey, ...window, ...issuer }, privateKey, sign }
}

const signerOfKey = (key: ReturnType<typeof makeKey>) => ({
  kid: key.entry.kid,
  alg: key.entry.alg,
  sign: key.sign,
})

/** One key a day and class. */
function makeIssuers(environment: PassEnvironment, today: number, days: number): MadeKey[] {
  const keys: MadeKey[] = []
  for (let day = 0; day < days; day++) {
    const from = today + day * DAY_S
    for (const passClass of ['phone', 'paper'] as const) {
      const window = { from, to: from + DAY_S }
      keys.push(makeKey('issuer', 'ES256', window, { passClass, environment }))
    }
  }
  return keys
}

function keyFileOf({ entry, privateKey }: MadeKey): KeyFile {
  const { role, from, to, passClass, environment } = entry
  return { role: role as OnlineRole, privateKey, from, to, passClass, environment }
}

function writeKeyFile(folder: string, key: MadeKey): void {
  const { name, text } = encodeKeyFile(keyFileOf(key))
  writePrivate(join(folder, name), text)
}

function writePrivate(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 })
  chmodSync(file, 0o600)
}

async function writeRoots(
  folder: string,
  roots: readonly MadeKey[],
  passphrase: string,
): Promise<void> {
  await Promise.all(
    roots.map(async ({ entry, privateKey }, i) => {
      const kid = Buffer.from(entry.kid).toString('hex')
      const plain = JSON.stringify(privateKey.export({ format: 'jwk' }))
      const text = await sealText(plain, `root key ${i + 1} ${kid}`, passphrase)
      writePrivate(join(folder, `root-${i + 1}.json`), text)
    }),
  )
}
