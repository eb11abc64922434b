/**
 * Trust documents: made by the ceremony, put into a folder as trust-N.cbor, verified one after the
 * other and kept in the database, from where every replica serves them.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { nodeVerifier } from '../../pass/cose-node.ts'
import {
  decodeTrust,
  type TrustDocument,
  verifyFirstTrust,
  verifyTrustUpdate,
} from '../../pass/documents/trust.ts'
import { scopeState } from '../../pass/documents/trust-documents.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import { TRUST_BYTES_MAX } from '../../pass/limits.ts'
import { StartError } from '../errors.ts'
import { TRUST_DOCUMENTS_MAX } from '../limits.ts'
import {
  allTrustBytes,
  keepTrust,
  newestTrustVersion,
  trustBytes,
} from '../store/publish/trust-documents.ts'
import type { Database } from '../store/schema/schema.ts'

/** The newest trust document in the database; undefined in an empty one. `known` is not read again. */
export async function currentTrust(
  db: Database,
  known?: TrustDocument,
): Promise<TrustDocument | undefined> {
  const version = await newestTrustVersion(db)
  if (version === undefined) return undefined
  if (version === known?.version) return known
  const bytes = await trustBytes(db, version)
  return bytes && decodeTrust(bytes)
}

/** Every trust document that was taken in, oldest first: for what was signed a while ago. */
export async function trustDocuments(db: Database): Promise<TrustDocument[]> {
  return (await allTrustBytes(db)).map(bytes => decodeTrust(bytes))
}

/**
 * Takes in what is new in the folder, in order; the first one ever must be signed by its own roots.
 * Gives the newest. `from`: what `currentTrust` gives. Throws StartError `TRUST` naming
 * the file and the code why it is refused.
 */
export async function takeInTrust(
  db: Database,
  folder: string,
  now: number,
  from: TrustDocument | undefined,
): Promise<TrustDocument> {
  let current = from
  for (const { version, file } of trustFiles(folder)) {
    if (current !== undefined && version <= current.version) continue
    const bytes = readTrustFile(file)
    const result =
      current === undefined
        ? verifyFirstTrust(bytes, nodeVerifier, now)
        : verifyTrustUpdate(current, bytes, nodeVerifier, now)
    if (!result.ok)
      throw new StartError('TRUST', `trust.documents: ${file} is refused: ${result.code}`)
    if (result.trust.version !== version) {
      throw new StartError('TRUST', `trust.documents: ${file} holds another version`)
    }
    await keepTrust(db, { version, bytes }, now)
    current = result.trust
  }
  if (current === undefined)
    throw new StartError('TRUST', `trust.documents: no trust-N.cbor in ${folder}`)
  return current
}

/**
 * What to tell where trust has issuer keys and none of the service's environment: no pass can be
 * signed. Undefined when all is well.
 */
export function environmentFault(
  trust: TrustDocument | undefined,
  ours: PassEnvironment,
): string | undefined {
  const theirs = trust?.keys.flatMap(key => key.environment ?? []) ?? []
  const [other] = theirs
  if (other === undefined || theirs.includes(ours)) return undefined
  return (
    `trust.environment of this service is "${ours}", the issuer keys in trust.documents are of ` +
    `"${other}": no pass can be signed; set "trust": { "environment": "${other}" } if they are meant`
  )
}

/**
 * What to tell where trust doesn't say what its issuer keys are good for, or says of none of the
 * service's environment that it is good for `entry`. Undefined when all is well.
 */
export function scopeFault(
  trust: TrustDocument | undefined,
  ours: PassEnvironment,
): string | undefined {
  if (trust === undefined) return undefined
  const { keys, version } = trust
  const state = scopeState(keys, ours)
  switch (state) {
    case 'good':
      return undefined
    case 'unsaid':
      return (
        `trust.documents: trust ${version} does not say what its issuer keys are good for; they are ` +
        'taken for rail travel: sign the next one with npm run trust -- rotate'
      )
    case 'no entry':
      return (
        `trust.documents: no issuer key of "${ours}" in trust ${version} is good for entry: its passes ` +
        'open no entry; sign the next one with npm run trust -- rotate --phone entry,exit,…'
      )
    default:
      return state satisfies never
  }
}

function trustFiles(folder: string): { version: number; file: string }[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    const why = `trust.documents: ${folder} cannot be read: ${(error as Error).message}`
    throw new StartError('TRUST', why, { cause: error })
  }
  return names
    .flatMap(name => {
      const version = /^trust-([1-9]\d{0,14})\.cbor$/.exec(name)?.[1]
      return version === undefined ? [] : [{ version: Number(version), file: join(folder, name) }]
    })
    .sort((a, b) => a.version - b.version)
    .slice(0, TRUST_DOCUMENTS_MAX)
}

function readTrustFile(file: string): Uint8Array {
  if (statSync(file).size > TRUST_BYTES_MAX) {
    throw new StartError('TRUST', `trust.documents: ${file} is refused: LENGTH`)
  }
  return new Uint8Array(readFileSync(file))
}
