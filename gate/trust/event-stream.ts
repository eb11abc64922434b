/**
 * "Poll now": server-sent events from `GET /v1/trust/events` (WHATWG HTML §9.2). The stream
 * carries no trust and is not needed: whatever it says, the gate only asks for the manifest a
 * little earlier. A service without it is left alone for ten minutes. It carries no proof; a
 * redirect is not followed, and counts as a stream that was lost.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { FetchPort } from '../net/download.ts'
import { BACKOFF_MAX_MS } from '../net/limits.ts'
import { type Backoff, pauseMs } from '../timing/backoff.ts'
import {
  EVENT_ABSENT_MS,
  EVENT_LINE_BYTES_MAX,
  EVENT_SILENCE_MS,
  EVENT_SPREAD_MS,
} from './limits.ts'

export interface EventStreamOptions {
  readonly url: string
  readonly fetch: FetchPort
  readonly timers: Timers
  /** A number from 0 up to 1. */
  readonly fraction: () => number
  /** First pause after a lost stream, milliseconds; doubled up to a minute. */
  readonly retryMs: number
  /** Called within half a second of an event; events meanwhile count as one. */
  readonly onPoll: () => void
}

const JITTER = 0.5
/** Of a service that has no stream; it may have one after an update. */
const ABSENT: Backoff = { minMs: EVENT_ABSENT_MS, maxMs: EVENT_ABSENT_MS, jitter: JITTER }

/** Opens the stream and keeps it open until the returned function is called. */
export function followEvents(options: EventStreamOptions): Unsubscribe {
  const { timers, fraction } = options
  const lost: Backoff = { minMs: options.retryMs, maxMs: BACKOFF_MAX_MS, jitter: JITTER }
  const pending = new Set<Unsubscribe>()
  let stopped = false
  let abort = new AbortController()
  let failures = 0
  let announced = false

  const after = (delayMs: number, run: () => void): Unsubscribe => {
    const cancel = timers.after(delayMs, () => {
      pending.delete(cancel)
      run()
    })
    pending.add(cancel)
    return () => {
      pending.delete(cancel)
      cancel()
    }
  }

  const announce = () => {
    if (announced || stopped) return
    announced = true
    after(Math.floor(fraction() * EVENT_SPREAD_MS), () => {
      announced = false
      options.onPoll()
    })
  }

  /** Never rejects. */
  const open = async () => {
    abort = new AbortController()
    const heard = await readEvents(options, abort, after, announce)
    if (stopped) return
    if (heard === 'events') failures = 0
    const pauses = heard === 'absent' ? ABSENT : lost
    after(pauseMs(pauses, failures, fraction()), () => void open())
    if (heard === 'failed') failures += 1
  }
  void open()

  return () => {
    stopped = true
    abort.abort()
    for (const cancel of [...pending]) cancel()
    pending.clear()
  }
}

/** `absent`: the service has no stream. `events`: at least one came. `failed`: none did. */
async function readEvents(
  options: EventStreamOptions,
  abort: AbortController,
  after: (delayMs: number, run: () => void) => Unsubscribe,
  announce: () => void,
): Promise<'absent' | 'events' | 'failed'> {
  let heard: 'events' | 'failed' = 'failed'
  const quiet = () => after(EVENT_SILENCE_MS, () => abort.abort())
  let cancelSilence = quiet()
  try {
    const response = await options.fetch(options.url, {
      headers: { accept: 'text/event-stream' },
      redirect: 'error',
      cache: 'no-store',
      signal: abort.signal,
    })
    const type = response.headers.get('content-type') ?? ''
    if (response.status >= 500 || response.status === 429) return heard
    if (response.status !== 200 || !type.startsWith('text/event-stream')) return 'absent'
    const isEvent = eventLines()
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      cancelSilence()
      cancelSilence = quiet()
      const events = isEvent(part)
      if (events === 'too long') return heard
      if (events) {
        heard = 'events'
        announce()
      }
    }
    return heard
  } catch {
    return heard
  } finally {
    cancelSilence()
    abort.abort()
  }
}

/** Tells for each part of the stream whether a `data` line ended in it. Comments don't count. */
export function eventLines(): (part: Uint8Array) => boolean | 'too long' {
  let line = ''
  let lineBytes = 0
  return part => {
    let event = false
    for (const byte of part) {
      if (byte === 0x0a || byte === 0x0d) {
        if (line === 'data' || line.startsWith('data:')) event = true
        line = ''
        lineBytes = 0
      } else {
        if (++lineBytes > EVENT_LINE_BYTES_MAX) return 'too long'
        if (line.length < 5) line += String.fromCharCode(byte)
      }
    }
    return event
  }
}
