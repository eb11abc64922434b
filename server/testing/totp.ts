/** Codes of an authenticator (RFC 6238), computed from the secret of an `otpauth:` address. */
import { createHmac } from 'node:crypto'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const STEP_MS = 30_000

/** Base 32 of RFC 4648 §6, without padding. */
function fromBase32(text: string): Buffer {
  const bits = [...text].map(one => ALPHABET.indexOf(one).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map(byte => Number.parseInt(byte, 2)))
}

/** RFC 4226 §5.3 over the step of time; `steps` from now. */
export function totpCode(secret: Buffer, steps = 0): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS) + steps))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const at = (mac[19] as number) & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** The secret in an `otpauth:` address. */
export const secretIn = (uri: string): Buffer =>
  fromBase32(new URL(uri).searchParams.get('secret') ?? '')
