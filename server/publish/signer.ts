/**
 * The service's signing keys behind a port, so that files, the environment or a key service can
 * hold them. The file adapter reads a folder of JSON files, one private key each, readable by the
 * service alone (mode 0600). Root keys are never here.
 */
import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { signerOf } from '../../pass/cose-node.ts'
import type { CoseKey, Sign, SignatureAlgorithm } from '../../pass/crypto.ts'
import type { PassClass, PassEnvironment } from '../../pass/keys.ts'
import { StartError } from '../errors.ts'
import { readPrivate } from '../files/read-file.ts'
import { FILE_BYTES_MAX, ONLINE_KEYS_MAX } from '../limits.ts'

export const ONLINE_ROLES = ['issuer', 'status', 'time', 'config'] as const
export type OnlineRole = (typeof ONLINE_ROLES)[number]

/** A key the service may sign with. Windows and roles bind only as the trust document says them. */
export interface OnlineKey {
  readonly role: OnlineRole
  readonly kid: Uint8Array
  readonly alg: SignatureAlgorithm
  readonly publicKey: CoseKey
  readonly sign: Sign
}

export interface Signer {
  /** Keys at hand now. */
  keys(): readonly OnlineKey[]
  /** Looks for keys released or withdrawn since. Throws StartError `KEYS` for one that is unusable. */
  refresh(): void
}

const keyFileSchema = z.strictObject({
  format: z.literal('wicketgate-online-key-1'),
  role: z.enum(ONLINE_ROLES),
  kid: z.string().regex(/^[0-9a-f]{8}$/),
  passClass: z.enum(['phone', 'paper']).optional(),
  environment: z.enum(['production', 'test']).optional(),
  /** Unix seconds; for people who look at the file. */
  from: z.int().min(0),
  to: z.int().min(0),
  /** RFC 7517, private. */
  key: z.record(z.string(), z.string()),
})

export interface KeyFile {
  readonly role: OnlineRole
  readonly privateKey: KeyObject
  readonly from: number
  readonly to: number
  readonly passClass?: PassClass | undefined
  readonly environment?: PassEnvironment | undefined
}

/** The text of a key's file, and the name it goes under. */
export function encodeKeyFile(file: KeyFile): { name: string; text: string } {
  const { role, privateKey, from, to, passClass, environment } = file
  const kid = Buffer.from(signerOf(privateKey).kid).toString('hex')
  const day = new Date(from * 1000).toISOString().slice(0, 10)
  const name = passClass === undefined ? `${role}-${kid}` : `${role}-${passClass}-${day}-${kid}`
  const value = {
    format: 'wicketgate-online-key-1',
    role,
    kid,
    ...(passClass === undefined ? {} : { passClass }),
    ...(environment === undefined ? {} : { environment }),
    from,
    to,
    key: privateKey.export({ format: 'jwk' }),
  }
  return { name: `${name}.json`, text: `${JSON.stringify(value, null, 2)}\n` }
}

function decodeKeyFile(text: string): OnlineKey {
  const file = keyFileSchema.parse(JSON.parse(text), { reportInput: false })
  const privateKey = createPrivateKey({ key: file.key as JsonWebKey, format: 'jwk' })
  const { alg, publicKey, kid, sign } = signerOf(privateKey)
  if (Buffer.from(kid).toString('hex') !== file.kid) throw new Error('kid is not that of the key')
  return { role: file.role, kid, alg, publicKey, sign }
}

/** Keys of a folder. Throws StartError `KEYS` when it can't be read or others could read the keys. */
export function fileSigner(folder: string): Signer {
  let byName = new Map<string, OnlineKey>()
  const refresh = () => {
    const names = listFolder(folder)
    byName = new Map(names.map(name => [name, byName.get(name) ?? readKey(join(folder, name))]))
  }
  refresh()
  return { keys: () => [...byName.values()], refresh }
}

function listFolder(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder).filter(name => name.endsWith('.json'))
  } catch (error) {
    const why = `trust.keys: ${folder} cannot be read: ${(error as Error).message}`
    throw new StartError('KEYS', why, { cause: error })
  }
  if (names.length > ONLINE_KEYS_MAX)
    throw new StartError('KEYS', `trust.keys: too many keys in ${folder}`)
  return names.sort()
}

function readKey(file: string): OnlineKey {
  try {
    const bytes = readPrivate(file, FILE_BYTES_MAX)
    if (bytes instanceof Error) throw bytes
    return decodeKeyFile(Buffer.from(bytes).toString('utf8'))
  } catch (error) {
    // Parsers put pieces of their input into messages: only ours are passed on.
    const why =
      error instanceof SyntaxError || error instanceof z.ZodError
        ? 'not a key file'
        : (error as Error).message
    throw new StartError('KEYS', `trust.keys: ${file}: ${why}`)
  }
}
