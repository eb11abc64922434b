/** The `proof` command: what a phone puts into the `dpop` header, for curl. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type JWK, SignJWT } from 'jose'
import { OptionError, readOptions } from '../../gate/contract/options.ts'
import { bodyHash } from '../../server/auth/proof.ts'
import { positionalOf } from './usage.ts'

const OPTIONS = {
  key: { type: 'string' },
  method: { type: 'string', default: 'POST' },
  path: { type: 'string' },
  body: { type: 'string' },
  nonce: { type: 'string' },
  jti: { type: 'string' },
  help: { type: 'boolean' },
} as const

/** A P-256 private key in a new file, mode 0600; prints its public half as JWK. */
export function keyCommand(args: readonly string[], print: (value: string) => number): number {
  const file = positionalOf(args)
  if (file === undefined) throw new OptionError('key needs FILE; see --help')
  if (existsSync(file)) throw new OptionError(`${file}: is there already`)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return print(JSON.stringify(createPublicKey(privateKey).export({ format: 'jwk' })))
}

/** Throws OptionError. */
export async function proofCommand(
  args: readonly string[],
  print: (value: string) => number,
): Promise<number> {
  const { values } = readOptions(OPTIONS, () => parseArgs({ args: [...args], options: OPTIONS }))
  const { key, method, path, body, nonce, jti = randomUUID() } = values
  if (key === undefined || path === undefined) throw new OptionError('proof needs --key and --path')
  if (!path.startsWith('/') || /[?#]/.test(path)) {
    throw new OptionError('--path is the path of the address alone, from its first /')
  }
  const privateKey = readKey(key)
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
  const bytes = body === undefined ? new Uint8Array() : readFileSync(body)
  const claims = { htm: method.toUpperCase(), htu: path, jti, bh: bodyHash(bytes) }
  const token = await new SignJWT(nonce === undefined ? claims : { ...claims, nonce })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .sign(privateKey)
  return print(token)
}

function readKey(file: string) {
  try {
    const key = createPrivateKey(readFileSync(file))
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('not of P-256')
    return key
  } catch (error) {
    throw new OptionError(`${file}: ${(error as Error).message}`)
  }
}
