/**
 * How a camera's login is answered: Digest (RFC 7616; MD5 and SHA-256, qop "auth", or none as older
 * cameras have it) where the camera knows it, else Basic (RFC 7617). The first request has no login,
 * so that no password goes over a line in clear text that a digest would have kept.
 */
import { createHash } from 'node:crypto'

export interface Credentials {
  readonly user: string
  readonly password: string
}

export interface DigestChallenge {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  /** As it was sent; undefined stands for MD5. */
  readonly algorithm: string | undefined
  readonly hash: 'md5' | 'sha256'
  readonly hasQop: boolean
  /** Only the nonce is too old; name and password were right. */
  readonly isStale: boolean
}

export interface HttpLogin {
  /** Value of the next request's Authorization; undefined while the camera asked for none. */
  answer(method: string, uri: string): string | undefined
  /** The login was taken. */
  accepted(): void
  /** A 401 came with these WWW-Authenticate fields. `ask`: a request with a login may help. */
  challenged(fields: readonly string[]): 'ask' | 'NO_CREDENTIALS' | 'UNKNOWN_METHOD' | 'REFUSED'
}

/** Requests in a row whose nonce was too old when it came back. */
const STALE_MAX = 3

/** `credentials` undefined: the config has none. `newCnonce`: unpredictable, another at each call. */
export function createHttpLogin(
  credentials: Credentials | undefined,
  newCnonce: () => string,
): HttpLogin {
  let kind: DigestChallenge | 'basic' | null = null
  let count = 0
  let refusals = 0

  return {
    answer(method, uri) {
      if (kind === null || credentials === undefined) return undefined
      if (kind === 'basic') return basicAuthorization(credentials)
      count += 1
      const asked = { method, uri, count, cnonce: newCnonce() }
      return digestAuthorization(kind, credentials, asked)
    },
    accepted() {
      refusals = 0
    },
    challenged(fields) {
      if (credentials === undefined) return 'NO_CREDENTIALS'
      const next = chosenOf(fields)
      if (next === null) return 'UNKNOWN_METHOD'
      const isStale = next !== 'basic' && next.isStale
      if (refusals >= (isStale ? STALE_MAX : 1)) return 'REFUSED'
      refusals += 1
      kind = next
      count = 0
      return 'ask'
    },
  }
}

/** Percent signs that encode nothing stand for themselves. Undefined where the URL has no name. */
export function credentialsOf({ username, password }: URL): Credentials | undefined {
  if (username === '' && password === '') return undefined
  return { user: decoded(username), password: decoded(password) }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export interface DigestRequest {
  readonly method: string
  /** As on the request line. */
  readonly uri: string
  /** Of this nonce, from 1. */
  readonly count: number
  readonly cnonce: string
}

/** Section 3.4. Texts are byte for byte as they stand in the header; name and password are UTF-8. */
export function digestAuthorization(
  challenge: DigestChallenge,
  credentials: Credentials,
  { method, uri, count, cnonce }: DigestRequest,
): string {
  const { realm, nonce, opaque, algorithm, hasQop } = challenge
  const [user, password] = [bytesOf(credentials.user), bytesOf(credentials.password)]
  const hash = (text: string) => createHash(challenge.hash).update(text, 'latin1').digest('hex')
  const nc = count.toString(16).padStart(8, '0')
  const middle = hasQop ? `${nonce}:${nc}:${cnonce}:auth` : nonce
  const response = hash(
    `${hash(`${user}:${realm}:${password}`)}:${middle}:${hash(`${method}:${uri}`)}`,
  )
  const fields = [
    `username=${quoted(user)}`,
    `realm=${quoted(realm)}`,
    `uri=${quoted(uri)}`,
    `nonce=${quoted(nonce)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(hasQop ? [`cnonce=${quoted(cnonce)}`, `nc=${nc}`, 'qop=auth'] : []),
  ]
  return `Digest ${fields.join(', ')}`
}

function basicAuthorization({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** The strongest that is known; Basic where a camera names no kind, against the standard. */
function chosenOf(fields: readonly string[]): DigestChallenge | 'basic' | null {
  if (fields.length === 0) return 'basic'
  const all = fields.flatMap(challengesIn)
  const digests = all.flatMap(one => digestOf(one) ?? [])
  const strongest = digests.find(({ hash }) => hash === 'sha256') ?? digests[0]
  return strongest ?? (all.some(({ scheme }) => scheme === 'basic') ? 'basic' : null)
}

interface Challenge {
  /** Lower case, as the names of its parameters. */
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

const HASHES: Readonly<Record<string, DigestChallenge['hash']>> = {
  md5: 'md5',
  'sha-256': 'sha256',
}

/** Null for a method that is not known: another algorithm, or a protected body alone. */
function digestOf({ scheme, parameters }: Challenge): DigestChallenge | null {
  const [realm, nonce, qop] = ['realm', 'nonce', 'qop'].map(name => parameters.get(name))
  const algorithm = parameters.get('algorithm')
  const hash = HASHES[(algorithm ?? 'MD5').toLowerCase()]
  const knowsQop = qop === undefined || /(^|,)\s*auth\s*(,|$)/i.test(qop)
  if (scheme !== 'digest' || hash === undefined || !knowsQop) return null
  if (realm === undefined || nonce === undefined) return null
  return {
    ...{ realm, nonce, opaque: parameters.get('opaque'), algorithm, hash },
    ...{ hasQop: qop !== undefined, isStale: /^true$/i.test(parameters.get('stale') ?? '') },
  }
}

/** Of one field (RFC 9110, section 11.6.1): a name with a value belongs to the scheme before it. */
export function challengesIn(field: string): Challenge[] {
  const token = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/y
  const challenges: { scheme: string; parameters: Map<string, string> }[] = []
  for (let found = token.exec(field); found !== null; found = token.exec(field)) {
    const [, name = '', quotedValue, plain] = found
    const value = quotedValue?.replace(/\\(.)/g, '$1') ?? plain
    if (value !== undefined) challenges.at(-1)?.parameters.set(name.toLowerCase(), value)
    else challenges.push({ scheme: name.toLowerCase(), parameters: new Map() })
  }
  return challenges
}

/** One character a byte. */
function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

/** Without control characters, which no header can hold. */
function quoted(text: string): string {
  const harmless = [...text].filter(one => one >= ' ' && one !== '\x7f').join('')
  return `"${harmless.replace(/["\\]/g, '\\$&')}"`
}
