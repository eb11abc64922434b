/**
 * A whole service for tests: real trust made by the ceremony, a real database file, a clock that
 * the test moves, signed-in staff, and clients that prove their keys. Imported by tests alone.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { exportJWK } from 'jose'
import type { Test } from 'tap'
import { signCompact } from '../../gate/net/proof.ts'
import { type OpenService, openService, type ServiceOptions } from '../assembly/start.ts'
import type { Passwords } from '../auth/library.ts'
import type { Role } from '../auth/permissions.ts'
import { bodyHash } from '../auth/proof.ts'
import { initTrust } from '../ceremony/init.ts'
import { NO_STRETCH } from '../ceremony/sealed-file.ts'
import { type Random, systemRandom } from '../clock.ts'
import { configSchema } from '../config.ts'
import type { FaceCheck } from '../face/port.ts'
import { createLog } from '../ops/log.ts'
import { isPostgresUrl } from '../store/engine/engines.ts'
import { virtualFaces } from './faces.ts'

export const PASSWORD = 'correct horse battery staple'
/** The service's secret in tests. */
export const SECRET = new Uint8Array(32).fill(7)
/** Tests sign in hundreds of times, and keep no secret: scrypt would be most of it. */
const hashOf = (password: string) => createHash('sha256').update(password).digest('hex')
const QUICK_PASSWORDS: Passwords = {
  hash: async password => hashOf(password),
  verify: async ({ hash, password }) => hash === hashOf(password),
}
export const NOON = Date.UTC(2026, 4, 20, 4, 0, 0)

export interface World extends OpenService {
  /**
   * Serves the same application over HTTP on 127.0.0.1; gives its address. Ends with `close`. `port`: a
   * free one when left out.
   */
  listen(port?: number): Promise<string>
  readonly dir: string
  readonly clock: { time: number; now(): number }
  /** Every line logged so far. */
  readonly logged: () => string
  /** Sends a request through the whole application. */
  call(path: string, init?: RequestInit): Promise<Response>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** A new account of the role, signed in: the headers that carry its session. */
  signIn(role: Role): Promise<Record<string, string>>
}

/**
 * `dir`: an empty folder. Trust is made for `days` days from the clock's day on. `place`: a database
 * other than a file in `dir`. `faces`: a virtual face check when left out. `staff`: of the config.
 */
export async function openWorld(
  dir: string,
  days = 2,
  place?: string,
  faces?: FaceCheck,
  staff?: object,
): Promise<World> {
  const clock = { time: NOON, now: () => clock.time }
  await initTrust({
    dir: join(dir, 'trust'),
    environment: 'test',
    passphrase: 'a passphrase for tests',
    stretch: NO_STRETCH,
    days,
    releasedDays: days,
    now: clock.time,
  })
  return reopenWorld(dir, clock, place, faces, staff)
}

/** From here on the clock goes as real time does: what sorts by time comes in its order. */
export function letTimePass(clock: World['clock']): void {
  const from = clock.now() - performance.now()
  clock.now = () => Math.floor(from + performance.now())
}

/** One a database: tests open several over one trust. */
export const markFileOf = (dir: string, place: string): string =>
  join(dir, `${createHash('sha256').update(place).digest('hex').slice(0, 16)}.mark`)

/** A service at NOON on the trust of `dir`, over a database of its own; closed with the test. */
export async function worldAtNoon(t: Test, dir: string, place: string): Promise<World> {
  const clock = { time: NOON, now: () => clock.time }
  const world = await reopenWorld(dir, clock, place)
  t.teardown(() => world.close())
  return world
}

/**
 * The service again on the same files, as after a restart; on PostgreSQL also as one more replica.
 * `ports`: timers that the test moves, chance that it can draw again, instead of the system's; another
 * log than `logged`; pages; `isAtOwnAddress`: browsers know it by the address of `listen`.
 */
export async function reopenWorld(
  dir: string,
  clock: World['clock'],
  place = join(dir, 'service.db'),
  faces: FaceCheck = virtualFaces(),
  staff: object = {},
  {
    isAtOwnAddress = false,
    ...ports
  }: Partial<Pick<ServiceOptions, 'timers' | 'random' | 'log' | 'pages'>> & {
    readonly isAtOwnAddress?: boolean
  } = {},
): Promise<World> {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  const config = configSchema.parse({
    listen: { port: 0 },
    ...(!isAtOwnAddress && { publicUrl: 'http://desk.test' }),
    database: isPostgresUrl(place) ? { url: place } : { file: place },
    trust: { documents: join(dir, 'trust'), keys: join(dir, 'trust/online'), environment: 'test' },
    documents: ['resident-id', 'passport'],
    staff: { totpFor: [], ...staff },
  })
  const secret = SECRET
  const log = createLog('debug', sink)
  const oidcSecret = 'a secret for tests'
  const markFile = markFileOf(dir, place)
  const opened = await openService({
    config,
    secret,
    markFile,
    oidcSecret,
    clock,
    log,
    faces,
    passwords: QUICK_PASSWORDS,
    ...ports,
  })
  const call = async (path: string, init?: RequestInit) =>
    opened.app.request(`http://desk.test${path}`, init)
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    call(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  let people = 0
  const servers: Server[] = []
  return {
    ...opened,
    async listen(port = 0) {
      const server = createServer(getRequestListener(opened.app.fetch))
      servers.push(server)
      await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      opened.setAddress(url)
      return url
    },
    async close() {
      opened.endStreams()
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
      await opened.close()
    },
    dir,
    clock,
    logged: () => lines.join(''),
    call,
    post,
    async signIn(role) {
      const email = `${role}-${++people}-${randomBytes(3).toString('hex')}@desk.test`
      await opened.service.staff.add(email, PASSWORD, role)
      const answer = await post('/v1/auth/sign-in/email', { email, password: PASSWORD })
      if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}`)
      const cookies = answer.headers.getSetCookie().map(line => line.split(';')[0])
      return { cookie: cookies.join('; ') }
    },
  }
}

export interface ProofChanges {
  readonly nonce?: string
  readonly jti?: string
  readonly htm?: string
  readonly htu?: string
  readonly bh?: string
  readonly typ?: string
  readonly iat?: number
  /** Signs with this key instead, leaving the header's. */
  readonly signer?: KeyObject
}

export const newKeys = (algorithm: 'ES256' | 'EdDSA') =>
  algorithm === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('ed25519')

/** A phone (ES256) or gate (EdDSA) with its key; `random`: of what its proofs are known by. */
export function makeClient(
  world: World,
  algorithm: 'ES256' | 'EdDSA',
  { privateKey, publicKey } = newKeys(algorithm),
  random: Pick<Random, 'bytes'> = systemRandom,
) {
  const jwk = publicKey.export({ format: 'jwk' })
  let nonce = ''

  async function proof(
    path: string,
    body: string,
    changes: ProofChanges = {},
    method = 'POST',
  ): Promise<string> {
    const payload = {
      htm: changes.htm ?? method,
      htu: changes.htu ?? path,
      nonce: changes.nonce ?? nonce,
      jti: changes.jti ?? random.bytes(16).toString('base64url'),
      bh: changes.bh ?? bodyHash(Buffer.from(body)),
      ...(changes.iat === undefined ? {} : { iat: changes.iat }),
    }
    const header = { typ: changes.typ ?? 'dpop+jwt', alg: algorithm, jwk }
    return signCompact(header, payload, changes.signer ?? privateKey)
  }

  /** Posts with a proof; without changes it learns the server's nonce and repeats once. */
  async function send(
    path: string,
    value: unknown,
    changes?: ProofChanges,
    token?: string,
  ): Promise<Response> {
    const body = JSON.stringify(value)
    const dpop = token ?? (await proof(path, body, changes))
    const answer = await world.post(path, body, { dpop })
    nonce = answer.headers.get('dpop-nonce') ?? nonce
    if (changes !== undefined || token !== undefined || answer.status !== 401) return answer
    const problem = (await answer.clone().json()) as { code?: string }
    if (problem.code !== 'USE_NONCE') return answer
    return world.post(path, body, { dpop: await proof(path, body) })
  }

  /** As `send`, for a request without a body. */
  async function ask(method: 'GET' | 'DELETE', path: string): Promise<Response> {
    const call = async () => {
      const dpop = await proof(path.split('?', 1)[0] as string, '', {}, method)
      const answer = await world.call(path, { method, headers: { dpop } })
      nonce = answer.headers.get('dpop-nonce') ?? nonce
      return answer
    }
    const answer = await call()
    if (answer.status !== 401) return answer
    const problem = (await answer.clone().json()) as { code?: string }
    return problem.code === 'USE_NONCE' ? call() : answer
  }

  return { ask, privateKey, publicKey, publicJwk: () => exportJWK(publicKey), proof, send }
}
