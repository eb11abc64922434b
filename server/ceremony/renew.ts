/**
 * Later ceremonies: release issuer keys for the days at hand, make the next trust document with
 * more days or a key replaced, and sign it root by root when the roots are in different hands.
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { equalBytes, toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import {
  addTrustSignature,
  decodeTrust,
  signTrust,
  type TrustDocument,
  type TrustKey,
  verifyTrustUpdate,
} from '../../pass/documents/trust.ts'
import type { PassClass } from '../../pass/keys.ts'
import { OLD_SCOPE, type Purpose } from '../../pass/purpose.ts'
import {
  CeremonyError,
  DAY_S,
  draftFile,
  keyFileOf,
  type MadeKey,
  makeIssuers,
  makeKey,
  openRoot,
  ROOTS,
  readIssuers,
  type Scopes,
  THRESHOLD,
  trustFile,
  trustVersions,
  writeIssuers,
  writeOnline,
  writeRoot,
} from './folder.ts'
import { checkDays, RELEASED_DAYS_DEFAULT, TRUST_LIFE_S } from './init.ts'

interface Ceremony {
  readonly dir: string
  readonly passphrase: string
  /** Unix milliseconds. */
  readonly now: number
}

const midnight = (now: number) => Math.floor(now / 1000 / DAY_S) * DAY_S

/** The newest signed document. Throws CeremonyError `MISSING`. */
export function newestTrust(dir: string): TrustDocument {
  const version = trustVersions(dir).at(-1)
  if (version === undefined) throw new CeremonyError('MISSING', `no trust document in ${dir}`)
  return decodeTrust(readBytes(trustFile(dir, version)))
}

const readBytes = (file: string) => new Uint8Array(readFileSync(file))

/**
 * Gives the service the issuer keys of today and the days after, 2 in all by default, and takes
 * away those of days gone by. Gives the names of the files released.
 */
export async function releaseIssuers(
  options: Ceremony & { readonly days?: number | undefined },
): Promise<string[]> {
  const { dir, passphrase, now } = options
  const days = checkDays(options.days ?? RELEASED_DAYS_DEFAULT)
  const until = midnight(now) + days * DAY_S
  const kept = await readIssuers(dir, passphrase)
  const due = kept.filter(file => file.from < until)
  const released = due.filter(file => file.from >= midnight(now))
  writeOnline(dir, released)
  if (due.length > 0) {
    await writeIssuers(
      dir,
      kept.filter(file => file.from >= until),
      { passphrase },
    )
  }
  dropPast(dir, now)
  return released.map(file => file.name)
}

/** Private keys of days that are over are of no use to the service, and of some to a thief. */
function dropPast(dir: string, now: number): void {
  const online = join(dir, 'online')
  for (const name of readdirSync(online)) {
    const day = /^issuer-(?:phone|paper)-(\d{4}-\d{2}-\d{2})-/.exec(name)?.[1]
    if (day !== undefined && Date.parse(day) + DAY_S * 1000 <= now) rmSync(join(online, name))
  }
}

export const REPLACEABLE = ['status', 'time', 'config', 'root-1', 'root-2', 'root-3'] as const
export type Replaceable = (typeof REPLACEABLE)[number]

export interface RotateOptions extends Ceremony {
  /** Days of issuer keys from today on that the document must hold; 45 by default. */
  readonly days: number
  /** Keys that leave trust for new ones. What a stolen key has signed is worth nothing then. */
  readonly replace: readonly Replaceable[]
  /**
   * What the passes of a class are good for from now on: of new keys, and of those that have signed
   * nothing yet. As the newest key of the class when left out. Passes that are out keep their scope.
   */
  readonly scopes?: Partial<Scopes> | undefined
  /** Roots that sign now; those of the others are added by `signDraft`. */
  readonly roots: readonly number[]
}

export interface SignedDraft {
  readonly version: number
  readonly file: string
  /** Whether enough roots have signed: only then is it a trust document. */
  readonly complete: boolean
}

/** Makes version N + 1. Throws CeremonyError `EXISTS` when a draft of it waits, `ROOTS`, `MISSING`. */
export async function rotateTrust(options: RotateOptions): Promise<SignedDraft> {
  const { dir, passphrase, now, replace } = options
  const days = checkDays(options.days)
  const current = newestTrust(dir)
  const version = current.version + 1
  const draft = draftFile(dir, version)
  if (existsSync(draft)) throw new CeremonyError('EXISTS', `${draft} waits for signatures`)
  checkRoots(options.roots, replace)
  const signers = await Promise.all(options.roots.map(root => openRoot(dir, root, passphrase)))
  const iat = Math.max(Math.floor(now / 1000), current.iat)
  const window = { from: midnight(now), to: iat + TRUST_LIFE_S }
  const replaced = await replaceKeys(options, current, window)
  const issuers = issuersAhead(current, scopesAhead(current, options.scopes), midnight(now), days)
  const keys = [
    ...current.keys
      .filter(key => !replaced.gone.has(toHex(key.key.x)))
      .filter(key => key.role !== 'issuer' || key.to > iat - DAY_S)
      .map(key =>
        key.role === 'issuer' ? scoped(key, iat, options.scopes) : { ...key, to: window.to },
      ),
    ...[...replaced.made.values(), ...issuers].map(key => key.entry),
  ]
  const document = { ...current, version, iat, exp: iat + TRUST_LIFE_S, keys }
  const bytes = await signTrust(document, signers)

  const files = [...(await readIssuers(dir, passphrase)), ...issuers.map(keyFileOf)]
  await writeIssuers(dir, files, { passphrase })
  for (const [name, key] of replaced.made) {
    const root = /^root-(\d)$/.exec(name)?.[1]
    if (root !== undefined) await writeRoot(dir, Number(root), key, { passphrase })
    else writeOnline(dir, [keyFileOf(key)])
  }
  writeFileSync(draft, bytes)
  return finish(dir, current, version, now)
}

function checkRoots(roots: readonly number[], replace: readonly Replaceable[]): void {
  const wrong = roots.some(root => !Number.isInteger(root) || root < 1 || root > ROOTS)
  if (wrong || roots.length === 0 || new Set(roots).size !== roots.length) {
    throw new CeremonyError('ROOTS', `roots are some of 1 to ${ROOTS}, each once`)
  }
  const leaving = replace.filter(name => name.startsWith('root-'))
  if (leaving.length > ROOTS - THRESHOLD) {
    throw new CeremonyError('ROOTS', 'replace one root at a time: the others must sign')
  }
  if (roots.some(root => leaving.includes(`root-${root}` as Replaceable))) {
    throw new CeremonyError('ROOTS', 'a root that is replaced does not sign')
  }
}

/** New keys for those that leave, and the material of the ones that leave. */
async function replaceKeys(
  options: RotateOptions,
  current: TrustDocument,
  window: { readonly from: number; readonly to: number },
) {
  const gone = new Set<string>()
  const made = new Map<Replaceable, MadeKey>()
  for (const name of options.replace) {
    const root = /^root-(\d)$/.exec(name)?.[1]
    if (root === undefined) {
      const role = name as 'status' | 'time' | 'config'
      for (const key of current.keys) if (key.role === role) gone.add(toHex(key.key.x))
      made.set(name, makeKey(role, 'EdDSA', window))
    } else {
      const leaving = await openRoot(options.dir, Number(root), options.passphrase)
      gone.add(toHex(leaving.publicKey.x))
      made.set(name, makeKey('root', 'EdDSA', window))
    }
  }
  return { gone, made }
}

/** A listed issuer key: another scope only before its window begins. */
function scoped(key: TrustKey, at: number, scopes: Partial<Scopes> = {}): TrustKey {
  const wanted = key.from > at && key.passClass ? scopes[key.passClass] : undefined
  return { ...key, purposes: wanted ?? key.purposes ?? OLD_SCOPE }
}

/** What new keys are good for: what is asked for, else as the newest of their class. */
function scopesAhead(current: TrustDocument, wanted: Partial<Scopes> = {}): Scopes {
  const newest = (passClass: PassClass): readonly Purpose[] =>
    current.keys
      .filter(key => key.passClass === passClass)
      .reduce<TrustKey | undefined>(
        (last, key) => (last && last.from > key.from ? last : key),
        undefined,
      )?.purposes ?? OLD_SCOPE
  return { phone: wanted.phone ?? newest('phone'), paper: wanted.paper ?? newest('paper') }
}

/** Issuer keys for the days that the document doesn't cover yet. */
function issuersAhead(
  current: TrustDocument,
  scopes: Scopes,
  today: number,
  days: number,
): MadeKey[] {
  const covered = current.keys.filter(key => key.role === 'issuer').map(key => key.to)
  const from = Math.max(today, ...covered)
  const missing = Math.max(0, Math.round((today + days * DAY_S - from) / DAY_S))
  const environment = current.keys.find(key => key.environment)?.environment ?? 'production'
  return makeIssuers({ environment, scopes }, from, missing)
}

/** Adds one root's signature to the waiting draft. Throws CeremonyError `MISSING` or `ROOTS`. */
export async function signDraft(
  options: Ceremony & { readonly root: number },
): Promise<SignedDraft> {
  const { dir, passphrase, now, root } = options
  const current = newestTrust(dir)
  const version = current.version + 1
  const draft = draftFile(dir, version)
  if (!existsSync(draft)) throw new CeremonyError('MISSING', `no draft ${draft}`)
  checkRoots([root], [])
  const signer = await openRoot(dir, root, passphrase)
  writeFileSync(draft, await addTrustSignature(readBytes(draft), signer))
  return finish(dir, current, version, now)
}

/** Turns a draft with enough signatures into the document, and withdraws replaced online keys. */
function finish(dir: string, current: TrustDocument, version: number, now: number): SignedDraft {
  const draft = draftFile(dir, version)
  const result = verifyTrustUpdate(current, readBytes(draft), nodeVerifier, now)
  if (!result.ok && result.code !== 'UNSIGNED') throw new CeremonyError('TRUST', result.code)
  if (!result.ok) return { version, file: draft, complete: false }
  const file = trustFile(dir, version)
  renameSync(draft, file)
  const online = join(dir, 'online')
  for (const name of readdirSync(online)) {
    const [, role, kid] = /^(status|time|config)-([0-9a-f]{8})\.json$/.exec(name) ?? []
    if (role === undefined || kid === undefined) continue
    const listed = result.trust.keys.some(
      key => key.role === role && equalBytes(key.kid, Buffer.from(kid, 'hex')),
    )
    if (!listed) rmSync(join(online, name))
  }
  return { version, file, complete: true }
}
