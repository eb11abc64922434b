/**
 * An OpenID Connect provider for tests, as a process of its own on 127.0.0.1: oidc-provider with its
 * development login form. Prints one JSON line with its issuer. Whom it knows and how it lies is told
 * by `POST /told`: `{ groups: { LOGIN: [VALUE…] }, lie: NAME | null }`.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { decodeJwt, importJWK, SignJWT } from 'jose'
import Provider from 'oidc-provider'

interface Told {
  readonly groups?: Readonly<Record<string, unknown>>
  readonly lie?: string | null
}

const ELSEWHERE = 'http://127.0.0.1:9'
const [callback = '', where = 'token'] = process.argv.slice(2)
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }
let groups: Readonly<Record<string, unknown>> = {}
let lie: string | undefined
let asked = 0

const server = createServer(answer)
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const provider = new Provider(issuer, {
  clients: [
    { client_id: 'wicketgate', client_secret: 'a secret for tests', redirect_uris: [callback] },
  ],
  claims: { openid: ['sub'], profile: ['name', 'groups', 'email'] },
  // Where claims stand: in the id token too, or at the userinfo endpoint alone.
  conformIdTokenClaims: where === 'userinfo',
  pkce: { required: () => true },
  jwks: { keys: [key] },
  cookies: { keys: ['only for tests'] },
  findAccount: async (_context: unknown, id: string) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      name: `Name of ${id}`,
      email: 'a@desk.test',
      groups: groups[id],
    }),
  }),
})
const serve = provider.callback()
process.stdout.write(`${JSON.stringify({ issuer })}\n`)

function answer(request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/told') void listen(request, response)
  else if (request.url === '/token' && lie !== undefined) void answerFalsely(request, response)
  else if (request.url?.startsWith('/.well-known/') && isFalse()) {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(document(ELSEWHERE)))
  } else void serve(request, response)
}

/** Whether this answer about itself names another issuer: each, or each second one. */
function isFalse(): boolean {
  asked += 1
  return lie === 'discovery' || (lie === 'wavers' && asked % 2 === 0)
}

async function listen(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const told = (await json(request)) as Told
  groups = told.groups ?? groups
  lie = told.lie ?? undefined
  asked = 0
  response.end()
}

const document = (named: string) => ({
  issuer: named,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/jwks`,
  id_token_signing_alg_values_supported: ['RS256'],
})

/** Takes the provider's own answer and puts another id token in. */
async function answerFalsely(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (lie === 'silent') return
  const end = response.end.bind(response)
  const parts: Buffer[] = []
  response.write = (part: unknown) => parts.push(Buffer.from(part as Uint8Array)) > 0
  response.end = ((part?: unknown) => {
    if (part !== undefined) parts.push(Buffer.from(part as Uint8Array))
    void forge(JSON.parse(Buffer.concat(parts).toString())).then(forged => {
      response.removeHeader('content-length')
      end(JSON.stringify(forged))
    })
    return response
  }) as typeof response.end
  await serve(request, response)
}

async function forge(said: { id_token?: string }): Promise<object> {
  if (said.id_token === undefined) return said
  const claims = decodeJwt(said.id_token)
  const [header, payload, signature] = said.id_token.split('.')
  const now = Math.floor(Date.now() / 1000)
  const signed = async (changes: object, by = 'own') =>
    new SignJWT({ ...claims, ...changes })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(by === 'own' ? await importJWK(key) : stranger)
  const changed = { ...claims, groups: ['gate-operators'] }
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const tokens: Record<string, () => Promise<string> | string> = {
    claims: () => `${header}.${encode(changed)}.${signature}`,
    unsigned: () => `${encode({ alg: 'none' })}.${payload}.`,
    stranger: () => signed({}, 'stranger'),
    issuer: () => signed({ iss: ELSEWHERE }),
    wavers: () => signed({ iss: ELSEWHERE }),
    audience: () => signed({ aud: 'another client' }),
    party: () => signed({ azp: 'another client' }),
    expired: () => signed({ iat: now - 7200, exp: now - 3600 }),
    nonce: () => signed({ nonce: 'of another sign-in' }),
    honest: () => signed({}),
  }
  const { id_token: _, ...rest } = said
  const made = tokens[lie ?? '']
  return made === undefined ? rest : { ...rest, id_token: await made() }
}
