/**
 * Requests of a page to its service, typed by the API's document. A phone's requests carry a proof; an
 * answer that got lost is asked for again under the same number, so nothing is done twice. What has no
 * such number and changes something is sent once: whether it was done must then be looked at.
 */
import type { Api, Problem } from './api.d.ts'
import { toBase64Url } from './bytes.ts'
import { AGAIN_AFTER_MS, REQUEST_MS_MAX } from './limits.ts'
import type { Clock, RandomBytes, Timers } from './ports.ts'
import { proofOf } from './proof.ts'
import type { ServiceClock } from './service-clock.ts'

export type Route = keyof Api
type Part<R extends Route, N extends string> =
  Api[R] extends Readonly<Record<N, infer T>> ? T : never

/** What a route takes: as much of `params`, `query` and `body` as it has. */
export type Given<R extends Route> = {
  readonly [N in keyof Api[R] & ('params' | 'query' | 'body')]: Part<R, N>
}

/** Members of a problem that only some codes have. */
export interface Refusal extends Problem {
  readonly triesLeft?: number
  readonly window?: string
  readonly dayEndsAt?: string
  readonly nextMonthAt?: string
}

export type Answer<R extends Route> =
  | { readonly ok: true; readonly body: Api[R]['answer'] }
  | { readonly ok: false; readonly why: 'refused'; readonly problem: Refusal }
  /** No answer came, however often it was asked for. What was sent may have been done all the same. */
  | { readonly ok: false; readonly why: 'unreachable' }

export interface ServiceClient {
  /** Never rejects. `keys`: of the phone, for routes that want its proof. */
  call<R extends Route>(route: R, given: Given<R>, keys?: CryptoKeyPair): Promise<Answer<R>>
}

export interface ServiceClientPorts {
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly timers: Timers
  readonly random: RandomBytes
  readonly serviceClock: ServiceClock
  /** Whether the phone has any network: without one nothing is waited for. */
  readonly isOnline: () => boolean
}

interface Sent {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: string | undefined
  readonly keys: CryptoKeyPair | undefined
  /** Number of the request, the same for each try. */
  readonly jti: string
}

const TIME = '/v1/time'

export function createServiceClient(ports: ServiceClientPorts): ServiceClient {
  const { clock, timers, serviceClock } = ports
  let nonce = ''

  /** One try. Rejects where no answer came in time. */
  async function once({ method, path, query, body, keys, jti }: Sent): Promise<Response> {
    const headers: Record<string, string> = {}
    if (body !== undefined) headers['content-type'] = 'application/json'
    if (keys !== undefined) {
      const iat = serviceClock.now() / 1000
      headers.dpop = await proofOf(keys, { method, path, body: body ?? '', nonce, jti, iat })
    }
    const end = new AbortController()
    const cancel = timers.after(REQUEST_MS_MAX, () => end.abort())
    const sentAt = clock.monotonic()
    try {
      const init = { method, headers, body: body ?? null, signal: end.signal }
      const answer = await ports.fetch(path + query, { ...init, cache: 'no-store' })
      nonce = answer.headers.get('dpop-nonce') ?? nonce
      if (path === TIME && answer.ok) await learn(answer.clone(), sentAt)
      return answer
    } finally {
      cancel()
    }
  }

  async function learn(answer: Response, sentAt: number): Promise<void> {
    const gotAt = clock.monotonic()
    const { now } = (await answer.json()) as Api['GET /v1/time']['answer']
    serviceClock.learn(now, sentAt, gotAt)
  }

  /** The first proof needs a nonce; one that is too old is refused with the next. */
  async function withNonce(sent: Sent): Promise<Response> {
    if (sent.keys !== undefined && nonce === '') {
      await once({ ...asked('GET /v1/time', {}), keys: undefined, jti: '' })
    }
    const answer = await once(sent)
    if (sent.keys === undefined || answer.status !== 401) return answer
    const { code } = (await answer.clone().json()) as Problem
    return code === 'USE_NONCE' ? once(sent) : answer
  }

  return {
    async call(route, given, keys) {
      const jti = toBase64Url(ports.random(24))
      const sent = { ...asked(route, given), keys, jti }
      const triesMore = keys !== undefined || sent.method === 'GET' ? AGAIN_AFTER_MS.length : 0
      for (let tries = 0; ; tries++) {
        try {
          const answer = await withNonce(sent)
          if (answer.ok) return { ok: true, body: await answer.json() }
          const problem = await problemOf(answer)
          const isUnderWay = problem.code === 'IN_PROGRESS' && tries < triesMore
          if (!isUnderWay) return { ok: false, why: 'refused', problem }
        } catch {
          if (tries >= triesMore || !ports.isOnline()) {
            return { ok: false, why: 'unreachable' }
          }
        }
        const waitMs = AGAIN_AFTER_MS[tries] as number
        await new Promise<void>(resolve => timers.after(waitMs, resolve))
      }
    },
  }
}

/** Something between the phone and the service may answer without a problem document: that is no answer. */
async function problemOf(answer: Response): Promise<Refusal> {
  const problem = (await answer.json()) as Refusal
  if (typeof problem.code !== 'string') throw new Error('not an answer of the service')
  return problem
}

function asked<R extends Route>(
  route: R,
  given: Given<R>,
): Pick<Sent, 'method' | 'path' | 'query' | 'body'> {
  const { params, query, body } = given as {
    readonly params?: Readonly<Record<string, string>>
    readonly query?: Readonly<Record<string, string>>
    readonly body?: unknown
  }
  const [method = '', template = ''] = route.split(' ')
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name) =>
    encodeURIComponent(params?.[name] ?? ''),
  )
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
  return {
    method,
    path,
    query: search,
    body: body === undefined ? undefined : JSON.stringify(body),
  }
}
