/**
 * Strangers with sockets of their own: bodies without their last byte, event streams, and the keys of
 * gates that there are none of. Raw, so that who attacks costs little beside who is attacked.
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bodyHash } from '../../server/auth/proof.ts'
import { FACE_BODY_BYTES_MAX } from '../../server/limits.ts'
import { makeApplicant } from '../../server/testing/applicant.ts'
import { makeClient } from '../../server/testing/world.ts'
import { answerHead } from './poll-socket.ts'
import { clientsAt, count, type Tally } from './server-attack-clients.ts'
import type { Attack } from './server-attack-pictures.ts'

const WITHHOLDERS = 200
const WITHHOLDING_ADDRESSES = 4
const WITHHELD = Buffer.alloc(Math.floor(0.98 * FACE_BODY_BYTES_MAX), 'a')
const STREAMS = 400
const STREAMS_ADDRESS = '192.0.2.7'
/** A connection that was refused or ended comes again after so long. */
const AGAIN_MS = 4000
const GATE_SOCKETS = 8
const GATE_KEYS = 500
const GATE_ADDRESS = '192.0.2.8'

const open = new Set<Socket>()
let ended = false

/** At the end of an attack: whoever waits on a socket goes on, and none is opened any more. */
export function endSockets(): void {
  ended = true
  for (const socket of open) socket.destroy()
}

/** Resolves with the answer's status, or how the connection ended without one. */
function hold(url: string, parts: readonly (string | Buffer)[], keeps = false): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  open.add(socket)
  let status = ''
  return new Promise(resolve => {
    socket.on('error', () => {})
    socket.on('data', chunk => {
      const found = /^HTTP\/1\.1 (\d+)/.exec(chunk.toString('latin1'))?.[1]
      if (status === '') status = found ?? ''
      if (!(keeps && status === '200')) socket.destroy()
    })
    socket.on('close', () => {
      open.delete(socket)
      resolve(status || (ended ? 'open at the end' : 'closed'))
    })
    if (ended) socket.destroy()
    else for (const part of parts) socket.write(part)
  })
}

/** Each time a body of nearly all that one may be, less its end; again when it was answered. */
export async function withholding(attack: Attack, tally: Tally): Promise<void> {
  const unknown = `/v1/applications/${'a'.repeat(32)}/face`
  const one = async (n: number): Promise<void> => {
    const address = `192.0.2.${100 + (n % WITHHOLDING_ADDRESSES)}`
    const sends = await sender(attack.url, address, unknown, n % 3).catch(() => undefined)
    if (sends === undefined) {
      count(tally, 'no application')
      await sleep(AGAIN_MS)
      return attack.over() ? undefined : one(n)
    }
    const { path, proof, kind } = sends
    while (!attack.over()) {
      // Its address has its turn last: what it asks before may end unanswered, with 408 and no body.
      const asked = await proof().then(
        dpop => ({ dpop }),
        () => undefined,
      )
      if (asked === undefined) {
        count(tally, `${kind}: no challenge`)
        await sleep(AGAIN_MS)
        continue
      }
      const { dpop } = asked
      const head = [
        `POST ${path} HTTP/1.1`,
        `host: x\r\nx-forwarded-for: ${address}\r\ncontent-type: application/json`,
        `content-length: ${WITHHELD.length + 1}`,
        ...(dpop === undefined ? [] : [`dpop: ${dpop}`]),
      ]
      count(tally, `${kind}: ${await hold(attack.url, [`${head.join('\r\n')}\r\n\r\n`, WITHHELD])}`)
      if (!attack.over()) await sleep(AGAIN_MS)
    }
  }
  await Promise.all(Array.from({ length: WITHHOLDERS }, (_, n) => one(n)))
}

/** One without a key, one with an invented key, or one that has applied. */
async function sender(url: string, address: string, unknown: string, n: number) {
  const from = clientsAt(url, address)
  if (n === 0) return { kind: 'no key', path: unknown, proof: async () => undefined }
  if (n === 1) {
    const client = makeClient(from, 'ES256')
    const proof = async () => {
      await client.send(unknown, {})
      return client.proof(unknown, '')
    }
    return { kind: 'invented key', path: unknown, proof }
  }
  const applicant = await makeApplicant(from, 'E7100000')
  const path = `/v1/applications/${(await applicant.apply()).application?.id}`
  const proof = async () => {
    await applicant.post(`${path}/challenge`, {})
    return applicant.phone.proof(`${path}/face`, '')
  }
  return { kind: 'applied', path: `${path}/face`, proof }
}

/** Event streams of one address, kept as long as they are. */
export async function streaming(attack: Attack, tally: Tally): Promise<void> {
  const head = `GET /v1/trust/events HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${STREAMS_ADDRESS}\r\n\r\n`
  const one = async () => {
    while (!attack.over()) {
      count(tally, await hold(attack.url, [head], true))
      if (!attack.over()) await sleep(AGAIN_MS)
    }
  }
  await Promise.all(Array.from({ length: STREAMS }, one))
}

/** Well-formed proofs by keys of nobody, one after the other on each socket, as fast as they are answered. */
export async function gateKeys(attack: Attack, tally: Tally): Promise<void> {
  const path = '/v1/gates/north-1/station'
  const asked = Array.from({ length: GATE_KEYS }, () =>
    [
      `GET ${path} HTTP/1.1`,
      `host: x\r\nx-forwarded-for: ${GATE_ADDRESS}\r\ndpop: ${madeUpProof(path)}\r\n\r\n`,
    ].join('\r\n'),
  )
  let sent = 0
  const one = async () => {
    const { hostname, port } = new URL(attack.url)
    while (!attack.over()) {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true })
      open.add(socket)
      socket.on('error', () => {})
      while (!(socket.destroyed || attack.over())) {
        socket.write(asked[sent++ % asked.length] as string)
        const head = await answerHead(socket).catch(() => undefined)
        count(tally, head?.slice(9, 12) ?? (ended ? 'open at the end' : 'closed'))
      }
      open.delete(socket)
      socket.destroy()
    }
  }
  await Promise.all(Array.from({ length: GATE_SOCKETS }, one))
}

/** Signed as it should be, by a key that no gate has. */
function madeUpProof(path: string): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: publicKey.export({ format: 'jwk' }) }
  const jti = randomBytes(16).toString('base64url')
  const claims = { htm: 'GET', htu: path, nonce: 'none', jti, bh: bodyHash(new Uint8Array()) }
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
}
