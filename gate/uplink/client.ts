/**
 * Requests to the service, each proved with the gate's key: a JWT after DPoP (RFC 9449) over
 * method, path, body hash and the service's last nonce, so nothing depends on the gate's clock.
 */
import { createHash, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { ANSWER_BYTES_MAX } from '../limits.ts'
import type { Identity } from './identity.ts'

/** `status` 0: no answer (network or deadline). `body` is parsed JSON, or undefined. */
export interface ServiceAnswer {
  readonly status: number
  readonly body: unknown
  readonly failure?: string
}

export interface ServiceClient {
  /** `path` begins with `/v1/`. Resolves always; a lost network is an answer of status 0. */
  post(path: string, body: unknown): Promise<ServiceAnswer>
  close(): void
}

export interface ClientParts {
  readonly url: string
  readonly timeoutMs: number
  /** Ed25519 for a gate; P-256 works as well. */
  readonly identity: Pick<Identity, 'privateKey' | 'publicJwk'>
  readonly fetch: typeof fetch
}

export function createServiceClient(parts: ClientParts): ServiceClient {
  const closing = new AbortController()
  let nonce: string | undefined

  async function post(path: string, body: unknown): Promise<ServiceAnswer> {
    const text = JSON.stringify(body)
    const first = await send(path, text)
    return isNonceDemand(first) ? send(path, text) : first
  }

  async function send(path: string, text: string): Promise<ServiceAnswer> {
    try {
      const response = await parts.fetch(new URL(path, parts.url), {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/json', dpop: await proof(path, text) },
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(parts.timeoutMs)]),
      })
      nonce = response.headers.get('dpop-nonce') ?? nonce
      return { status: response.status, body: await readJson(response) }
    } catch (error) {
      return { status: 0, body: undefined, failure: causeOf(error) }
    }
  }

  function proof(path: string, text: string): Promise<string> {
    const bh = createHash('sha256').update(text, 'utf8').digest('base64url')
    const claims = { htm: 'POST', htu: path, jti: randomUUID(), bh }
    const { privateKey, publicJwk: jwk } = parts.identity
    return new SignJWT(nonce === undefined ? claims : { ...claims, nonce })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: jwk.kty === 'OKP' ? 'EdDSA' : 'ES256', jwk })
      .sign(privateKey)
  }

  return { post, close: () => closing.abort() }
}

function isNonceDemand(answer: ServiceAnswer): boolean {
  return answer.status === 401 && (answer.body as { code?: unknown } | null)?.code === 'USE_NONCE'
}

async function readJson(response: Response): Promise<unknown> {
  if (response.body === null) return undefined
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error('answer too long')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}

function causeOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string } }
  return cause?.code ?? message ?? String(error)
}
