/** The gate's network to its service, with faults that come and go. On virtual time. */
import type { Timers } from '../../hardware/ports.ts'

/**
 * `down`: no connection. `slow`: three seconds each way. `deaf`: requests arrive, answers are lost.
 * `twice`: each request arrives twice. `stalled`: nothing comes until the caller gives up. `portal`: a page
 * to log in, for everything. `redirects`: to somewhere else. `refuses`, `breaks`, `tooLarge`: 422, 500, 413.
 */
export const NETWORK_FAULTS = [
  ...(['down', 'slow', 'deaf', 'twice', 'stalled'] as const),
  ...(['portal', 'redirects', 'refuses', 'breaks', 'tooLarge'] as const),
] as const
export type NetworkFault = (typeof NETWORK_FAULTS)[number]

export interface FaultyNetwork {
  readonly fetch: typeof fetch
  begin(fault: NetworkFault): void
  end(fault: NetworkFault): void
  isClear(): boolean
  /** Requests that reached the service. */
  readonly count: number
}

const SLOW_MS = 3000
const PORTAL = '<!doctype html><title>Free WLAN</title><a href="/login">Log in</a>'

export function createFaultyNetwork(inner: typeof fetch, timers: Timers): FaultyNetwork {
  const faults = new Map<NetworkFault, number>()
  let count = 0
  const has = (fault: NetworkFault) => faults.has(fault)
  const pause = () => new Promise<void>(resolve => void timers.after(SLOW_MS, resolve))
  const reach: typeof fetch = (input, init) => {
    count += 1
    return inner(input, init)
  }

  function falseAnswer(): Response | undefined {
    if (has('portal')) return new Response(PORTAL, { headers: { 'content-type': 'text/html' } })
    if (has('redirects'))
      return new Response(null, { status: 302, headers: { location: 'http://elsewhere/' } })
    if (has('refuses')) return problem(422)
    if (has('tooLarge')) return problem(413)
    return has('breaks') ? problem(500) : undefined
  }

  return {
    async fetch(input, init) {
      if (has('down')) throw new TypeError('fetch failed')
      if (has('stalled')) return untilAborted(init?.signal ?? undefined)
      if (has('slow')) await inTime(pause(), init?.signal ?? undefined)
      const lie = falseAnswer()
      if (lie !== undefined) return lie
      if (has('twice')) await reach(input, init)
      const answer = await reach(input, init)
      if (has('slow')) await inTime(pause(), init?.signal ?? undefined)
      if (has('deaf')) throw new TypeError('terminated')
      return answer
    },
    begin(fault) {
      faults.set(fault, (faults.get(fault) ?? 0) + 1)
    },
    end(fault) {
      const left = (faults.get(fault) ?? 1) - 1
      if (left === 0) faults.delete(fault)
      else faults.set(fault, left)
    },
    isClear: () => faults.size === 0,
    get count() {
      return count
    },
  }
}

const problem = (status: number): Response =>
  new Response(JSON.stringify({ code: 'SIMULATED' }), {
    status,
    headers: { 'content-type': 'application/json' },
  })

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

const inTime = (work: Promise<void>, signal: AbortSignal | undefined): Promise<void> =>
  Promise.race([work, untilAborted(signal)])
