/**
 * Requests to the service, each proved with the gate's key: a JWT after DPoP (RFC 9449) over
 * method, path, body hash and the service's last nonce, so nothing depends on the gate's clock.
 * The path is the service's own (`/v1/…`) without its query: a proxy takes off what stands before it.
 *
 * No redirect is followed: a proof and a body are for the configured service alone, and nobody else
 * may answer for it.
 */
import type { Timers } from '../../hardware/ports.ts'
import { serviceAddress } from '../contract/service-url.ts'
import { UUID_RANDOM_BYTES, uuidOf } from '../contract/uuid.ts'
import { ANSWER_BYTES_MAX, ORIGIN_CHARS_MAX } from '../limits.ts'
import { createDeadline } from '../timing/deadline.ts'
import { type Download, downloadOf } from './download.ts'
import type { Identity } from './identity.ts'
import { signProof } from './proof.ts'

/**
 * `status` 0: no answer (network or deadline). `body` is parsed JSON, or undefined; of a redirect,
 * which is never followed, it is undefined, and `failure` says where it pointed.
 */
export interface ServiceAnswer {
  readonly status: number
  readonly body: unknown
  readonly failure?: string
}

export interface ServiceClient {
  /** `path` begins with `/v1/`. Resolves always; a lost network is an answer of status 0. */
  post(path: string, body: unknown): Promise<ServiceAnswer>
  /** A file, as bytes up to `bytesMax`; `etag` may spare the body. Resolves always. */
  get(path: string, wanted: { bytesMax: number; etag?: string | undefined }): Promise<Download>
  close(): void
}

export interface ClientParts {
  readonly url: string
  readonly timeoutMs: number
  readonly timers: Timers
  /** Unpredictable: names each proof. */
  readonly randomBytes: (bytes: number) => Uint8Array
  /** Ed25519 for a gate; P-256 works as well. */
  readonly identity: Pick<Identity, 'privateKey' | 'publicJwk'>
  readonly fetch: typeof fetch
  /** Called for each redirect, with what `redirectOf` says. */
  readonly onRedirect?: (where: string) => void
  /** Called with each answer that tells: whether the service knows this key as this gate's. */
  readonly onKnown?: (is: boolean) => void
}

export function createServiceClient(parts: ClientParts): ServiceClient {
  const closing = new AbortController()
  let nonce: string | undefined

  async function post(path: string, body: unknown): Promise<ServiceAnswer> {
    const { signal, end } = bounded()
    try {
      const response = await ask('POST', path, JSON.stringify(body), {
        headers: { 'content-type': 'application/json' },
        signal,
      })
      const { status } = response
      const failure = redirectOf(response)
      return failure === undefined
        ? { status, body: await readJson(response) }
        : { status, body: undefined, failure }
    } catch (error) {
      return { status: 0, body: undefined, failure: causeOf(error) }
    } finally {
      end()
    }
  }

  async function get(
    path: string,
    wanted: { bytesMax: number; etag?: string | undefined },
  ): Promise<Download> {
    const { signal, end } = bounded()
    const { etag } = wanted
    try {
      const response = await ask('GET', path, '', {
        headers: etag === undefined ? {} : { 'if-none-match': etag },
        signal,
        cache: 'no-store',
      })
      return await downloadOf(response, wanted)
    } catch (error) {
      const late = (error as { name?: string }).name === 'TimeoutError'
      return late ? { code: 'TIMEOUT' } : { code: 'NETWORK', status: undefined }
    } finally {
      end()
    }
  }

  /** One exchange: over at its deadline, when the client is closed, or by `end`. */
  function bounded(): { signal: AbortSignal; end(): void } {
    const done = new AbortController()
    const late = createDeadline(parts.timers, parts.timeoutMs)
    return {
      signal: AbortSignal.any([done.signal, closing.signal, late.signal]),
      end() {
        late.cancel()
        // What was not read is not wanted.
        done.abort(OVER)
      },
    }
  }

  /** Once more when the service asks for its nonce. */
  async function ask(
    method: string,
    path: string,
    text: string,
    init: RequestInit,
  ): Promise<Response> {
    const first = await judged(await send(method, path, text, init))
    if (first.code !== 'USE_NONCE') return first.response
    return (await judged(await send(method, path, text, init))).response
  }

  /** An answer, and the code of one that refuses the proof. */
  async function judged(response: Response): Promise<{ response: Response; code?: unknown }> {
    if (response.status !== 401) {
      if (response.ok || response.status === 304) parts.onKnown?.(true)
      return { response }
    }
    const body = await readJson(response)
    const code = (body as { code?: unknown } | null)?.code
    if (code === 'GATE_UNKNOWN') parts.onKnown?.(false)
    return { response: Response.json(body ?? null, { status: 401 }), code }
  }

  async function send(
    method: string,
    path: string,
    text: string,
    init: RequestInit,
  ): Promise<Response> {
    const response = await parts.fetch(serviceAddress(parts.url, path), {
      ...init,
      method,
      redirect: 'manual',
      ...(method === 'GET' ? {} : { body: text }),
      headers: { ...init.headers, dpop: proof(method, path, text) },
    })
    const where = redirectOf(response)
    if (where !== undefined) parts.onRedirect?.(where)
    else nonce = response.headers.get('dpop-nonce') ?? nonce
    return response
  }

  /** `text` is the body, '' where there is none. */
  function proof(method: string, path: string, text: string): string {
    const id = uuidOf(parts.randomBytes(UUID_RANDOM_BYTES))
    const bare = path.split('?', 1)[0] as string
    return signProof(parts.identity, { method, path: bare, body: text, id, nonce })
  }

  return { post, get, close: () => closing.abort() }
}

/** Made once: an error of its own at each exchange costs more than it says, and nobody reads it. */
const OVER = new DOMException('the exchange is over', 'AbortError')

/**
 * Where a redirect points: its status and the origin of its `Location`, whose path and query may be
 * a secret of another. Undefined for what is none.
 */
function redirectOf({ status, headers, url }: Response): string | undefined {
  const location = headers.get('location')
  if (status < 300 || status > 399 || status === 304 || location === null) return undefined
  const to = URL.canParse(location, url)
    ? new URL(location, url).origin.slice(0, ORIGIN_CHARS_MAX)
    : 'no address'
  return `status ${status} points to ${to}: not followed`
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
