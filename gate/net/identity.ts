/**
 * The gate's own identity: an Ed25519 key that is made here and never leaves, and the name under
 * which the service enrolled its public half. No shared secrets.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, KeyObject } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { z } from 'zod'
import { name } from '../contract/config-fields.ts'
import { readJsonText } from '../contract/json-text.ts'
import type { KeptFile } from '../files/file-watch.ts'
import { makeFolder } from '../files/make-folder.ts'
import { readWhole } from '../files/read-file.ts'
import { isSetAsideOf, setAside } from '../files/set-aside.ts'
import { IDENTITY_BYTES_MAX } from '../limits.ts'

const KEY_FILE = 'gate-key.pem'
const ENROLMENT_FILE = 'enrolment.json'

/** Names that stand in addresses and topics: the service’s word for them is not taken as it comes. */
export const enrolmentSchema = z.object({ gate: name, station: name })
/** SHA-256 of the code that was used, hex: so that it is known when it is given once more. */
const usedCode = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .optional()
const enrolmentFileSchema = enrolmentSchema.extend({ usedCode })
export type Enrolment = z.infer<typeof enrolmentSchema>
export type SavedEnrolment = z.infer<typeof enrolmentFileSchema>

export interface Identity {
  readonly privateKey: KeyObject
  /** RFC 8037, public half only. */
  readonly publicJwk: JWK
  /** Undefined until the service took the key. */
  readonly enrolment: SavedEnrolment | undefined
}

/** What a gate has of its identity, and what is wrong with it: file, fault, remedy. */
export type FoundIdentity =
  | { readonly identity: Identity; readonly fault?: undefined }
  | { readonly identity: undefined; readonly fault: string }

const REMEDY = 'enrol the gate again with a new code (--enrol CODE)'

/**
 * Reads the identity from the gate's data folder, making a key for a gate that was never enrolled.
 * What is damaged stays where it is, and is found again by each start, until the gate is enrolled
 * anew. Throws with the file's name where a first key can't be written.
 */
export function findIdentity(dataDir: string): FoundIdentity {
  const [key, enrolled] = [readKey(dataDir), readEnrolment(dataDir)]
  if (key instanceof Error || enrolled instanceof Error) {
    const faults = [key, enrolled].filter(one => one instanceof Error).map(one => one.message)
    return { identity: undefined, fault: `${faults.join('; ')}: ${REMEDY}` }
  }
  if (key === undefined && enrolled !== undefined) {
    const what = `${join(dataDir, KEY_FILE)} is missing, and the gate is enrolled`
    return { identity: undefined, fault: `${what}: ${REMEDY}` }
  }
  const aside = enrolled === undefined ? asideIn(dataDir) : undefined
  if (aside !== undefined) {
    return { identity: undefined, fault: `${aside} was set aside as damaged: ${REMEDY}` }
  }
  return { identity: identityOf(key ?? makeKey(dataDir), enrolled) }
}

/** What an enrolment set aside that did not come to its end. */
function asideIn(dataDir: string): string | undefined {
  const names = existsSync(dataDir) ? readdirSync(dataDir) : []
  return names.find(name => [KEY_FILE, ENROLMENT_FILE].some(file => isSetAsideOf(name, file)))
}

/**
 * As `findIdentity`, to enrol the gate: what is damaged is set aside, and a key that is missing is
 * made anew. `nowMs` (Unix) names what is set aside.
 */
export function loadIdentity(dataDir: string, nowMs: number): Identity {
  const [key, enrolled] = [readKey(dataDir), readEnrolment(dataDir)]
  const sound = key instanceof KeyObject
  if (key instanceof Error) setAside(dataDir, KEY_FILE, nowMs)
  if (enrolled instanceof Error || (!sound && enrolled !== undefined)) {
    setAside(dataDir, ENROLMENT_FILE, nowMs)
  }
  // An enrolment goes with its key.
  const known = sound && !(enrolled instanceof Error) ? enrolled : undefined
  return identityOf(sound ? key : makeKey(dataDir), known)
}

function identityOf(privateKey: KeyObject, enrolment: SavedEnrolment | undefined): Identity {
  const publicJwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
  return { privateKey, publicJwk, enrolment }
}

function makeKey(dataDir: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  writeDurably(join(dataDir, KEY_FILE), pem)
  return privateKey
}

/** Undefined where there is none. The error's message is the file and what is wrong, never a byte of it. */
function readKey(dataDir: string): KeyObject | Error | undefined {
  const file = join(dataDir, KEY_FILE)
  const bytes = readThere(file)
  if (bytes === undefined || bytes instanceof Error) return bytes
  try {
    const key = createPrivateKey(Buffer.from(bytes))
    if (key.asymmetricKeyType === 'ed25519') return key
    return new Error(`${file} holds a key of another kind, ${key.asymmetricKeyType}`)
  } catch {
    return new Error(`${file} holds no key${bytes.length === 0 ? ': it is empty' : ''}`)
  }
}

function readThere(file: string): Uint8Array | Error | undefined {
  if (!existsSync(file)) return undefined
  const read = readWhole(file, IDENTITY_BYTES_MAX)
  return read instanceof Error ? new Error(`${file} can't be read: ${read.message}`) : read
}

/**
 * The key's and the enrolment's files, written again from memory where they were deleted. One that
 * was replaced is left: the next start reads it, and whoever put it there may have meant that.
 */
export function identityFiles(dataDir: string, identity: Identity | undefined): KeptFile[] {
  if (identity === undefined) return []
  const { privateKey, enrolment } = identity
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const files = [
    { name: KEY_FILE, text: pem },
    ...(enrolment ? [{ name: ENROLMENT_FILE, text: JSON.stringify(enrolment) }] : []),
  ]
  return files.map(({ name, text }) => ({
    name,
    async holds() {
      const found = await readFile(join(dataDir, name), 'utf8').catch(() => undefined)
      return found === text
    },
    mend(how) {
      const file = join(dataDir, name)
      if (how === 'replaced') {
        if (readFileSync(file, 'utf8') === text) return undefined
        return 'the gate goes on with its own until it is started again'
      }
      makeFolder(dataDir)
      writeDurably(file, text)
      return 'it was written again from memory'
    },
  }))
}

export function saveEnrolment(dataDir: string, enrolment: SavedEnrolment): void {
  writeDurably(join(dataDir, ENROLMENT_FILE), JSON.stringify(enrolment))
}

/**
 * The gate is as one that was never enrolled: what proved it to the service is gone, and the next
 * start makes another key. Throws with the file's name.
 */
export function removeEnrolment(dataDir: string): void {
  // An enrolment without its key would be a damaged one.
  for (const name of [ENROLMENT_FILE, KEY_FILE]) rmSync(join(dataDir, name), { force: true })
}

function readEnrolment(dataDir: string): SavedEnrolment | Error | undefined {
  const file = join(dataDir, ENROLMENT_FILE)
  const bytes = readThere(file)
  if (bytes === undefined || bytes instanceof Error) return bytes
  const json = readJsonText(bytes)
  if (!json.ok) return new Error(`${file}: ${json.problem}`)
  const enrolment = enrolmentFileSchema.safeParse(json.value)
  return enrolment.success ? enrolment.data : new Error(`${file} names no gate and station`)
}

/**
 * Whole or not at all, also across a power cut; readable by the gate's user alone. Throws with the
 * file's name.
 */
function writeDurably(file: string, text: string): void {
  const partial = `${file}.partial`
  try {
    writeAndSync(partial, text)
    renameSync(partial, file)
  } catch (error) {
    rmSync(partial, { force: true, recursive: true })
    throw new Error(`${file} can't be written: ${(error as Error).message}`)
  }
}

function writeAndSync(file: string, text: string): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
