/**
 * The gate's own identity: an Ed25519 key that is made here and never leaves, and the name under
 * which the service enrolled its public half. No shared secrets.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'
import { z } from 'zod'
import { name } from '../contract/config-fields.ts'
import type { KeptFile } from '../file-watch.ts'
import { makeFolder } from '../make-folder.ts'

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

/** Reads the identity from the gate's data folder, making a key on first use. */
export function loadIdentity(dataDir: string): Identity {
  const keyFile = join(dataDir, KEY_FILE)
  if (!existsSync(keyFile)) {
    const { privateKey } = generateKeyPairSync('ed25519')
    writeDurably(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  }
  const privateKey = createPrivateKey(readFileSync(keyFile))
  const publicJwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
  return { privateKey, publicJwk, enrolment: readEnrolment(dataDir) }
}

/**
 * The key's and the enrolment's files, written again from memory where they were deleted. One that
 * was replaced is left: the next start reads it, and whoever put it there may have meant that.
 */
export function identityFiles(dataDir: string, { privateKey, enrolment }: Identity): KeptFile[] {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const files = [
    { name: KEY_FILE, text: pem },
    ...(enrolment ? [{ name: ENROLMENT_FILE, text: JSON.stringify(enrolment) }] : []),
  ]
  return files.map(({ name, text }) => ({
    name,
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

function readEnrolment(dataDir: string): SavedEnrolment | undefined {
  const file = join(dataDir, ENROLMENT_FILE)
  return existsSync(file)
    ? enrolmentFileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    : undefined
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
    rmSync(partial, { force: true })
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
