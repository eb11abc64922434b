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
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signerOf } from '../../pass/cose-node.ts'
import { signTrust } from '../../pass/documents/trust.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import {
  CeremonyError,
  DAY_S,
  keyFileOf,
  makeFolders,
  makeIssuers,
  makeKey,
  ROOTS,
  SCOPES_DEFAULT,
  type Scopes,
  THRESHOLD,
  trustFile,
  writeIssuers,
  writeOnline,
  writeRoot,
} from './folder.ts'
import { checkPassphrase, type Sealing } from './sealed-file.ts'

/** Issuer keys signed ahead, and of them released to the service, in days. */
export const DAYS_DEFAULT = 45
export const RELEASED_DAYS_DEFAULT = 2
export const DAYS_MAX = 90
export const TRUST_LIFE_S = 90 * DAY_S

export interface InitOptions extends Sealing {
  readonly dir: string
  readonly environment: PassEnvironment
  /** What the passes of each class are good for; all of rail travel by default. */
  readonly scopes?: Scopes | undefined
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

/** Makes and writes everything. Throws CeremonyError `EXISTS` when DIR holds trust already. */
export async function initTrust(options: InitOptions): Promise<InitResult> {
  const { dir, environment, passphrase, stretch, now, scopes = SCOPES_DEFAULT } = options
  const sealing = { passphrase, stretch }
  const days = checkDays(options.days ?? DAYS_DEFAULT)
  const releasedDays = Math.min(options.releasedDays ?? RELEASED_DAYS_DEFAULT, days)
  checkPassphrase(passphrase)
  const file = trustFile(dir, 1)
  if (existsSync(file)) throw new CeremonyError('EXISTS', `${file} is there already`)
  const iat = Math.floor(now / 1000)
  const today = iat - (iat % DAY_S)
  const window = { from: today, to: iat + TRUST_LIFE_S }
  const roots = Array.from({ length: ROOTS }, () => makeKey('root', 'EdDSA', window))
  const online = (['status', 'time', 'config'] as const).map(role => makeKey(role, 'EdDSA', window))
  const issuers = makeIssuers({ environment, scopes }, today, days)
  const document = {
    version: 1,
    iat,
    exp: iat + TRUST_LIFE_S,
    threshold: THRESHOLD,
    keys: [...roots, ...online, ...issuers].map(key => key.entry),
  }
  const signers = roots.slice(0, THRESHOLD).map(root => signerOf(root.privateKey))
  const bytes = await signTrust(document, signers)

  makeFolders(dir)
  const releasedUntil = today + releasedDays * DAY_S
  const files = issuers.map(keyFileOf)
  writeOnline(dir, online.map(keyFileOf))
  writeOnline(
    dir,
    files.filter(one => one.from < releasedUntil),
  )
  const kept = files.filter(one => one.from >= releasedUntil)
  if (kept.length > 0) await writeIssuers(dir, kept, sealing)
  await Promise.all(roots.map((root, i) => writeRoot(dir, i + 1, root, sealing)))
  writeFileSync(file, bytes)
  return { trustFile: file, keysFolder: join(dir, 'online'), issuersUntil: releasedUntil }
}

/** Throws CeremonyError `RANGE`. */
export function checkDays(days: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= DAYS_MAX) return days
  throw new CeremonyError('RANGE', `days must be 1 to ${DAYS_MAX}`)
}
