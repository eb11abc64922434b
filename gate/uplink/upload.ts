/**
 * Sends the journal to the service: contiguous rows in batches, in order, only while the service
 * answers. A request may be sent twice; the service stores each row once and answers with the next.
 *
 * A row after a quiet while goes at once; those that come soon after it are gathered, so that a busy
 * station sends a batch each two seconds and not a request for each row.
 *
 * Of what is there, the next request follows at once where rows were accepted. After any other answer it
 * waits, longer each time: an answer without progress must not become a loop.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { AlarmCode } from '../contract/codes.ts'
import type { ClockState, Upload } from '../contract/events.ts'
import {
  BELIEVE_EVERY_MS,
  UPLOAD_GATHER_MS,
  UPLOAD_RETRY_MAX_MS,
  UPLOAD_RETRY_MIN_MS,
} from '../limits.ts'
import type { ServiceClient } from '../net/service-client.ts'
import type { Journal } from '../store/journal.ts'
import { pauseMs } from '../timing/backoff.ts'
import { type Heard, hear } from './answer.ts'
import { createPace } from './pace.ts'
import { createSeldom } from './seldom.ts'

/** `failed`: the journal itself could not be asked. */
export type UploadReport =
  | { readonly outcome: 'stored'; readonly rows: number }
  | { readonly outcome: 'forked' | 'behind'; readonly epoch: string }
  | {
      readonly outcome: Exclude<Heard['is'], 'stored' | 'forked' | 'lacking'> | 'aside' | 'failed'
      readonly detail: string
    }

export interface UploaderParts {
  readonly gate: string
  readonly journal: Pick<
    Journal,
    'pending' | 'acknowledge' | 'refuse' | 'fork' | 'behind' | 'onAppended'
  >
  readonly client: Pick<ServiceClient, 'post' | 'close'>
  readonly timers: Timers
  readonly monotonicMs: () => number
  readonly random: () => number
  readonly now: () => { nowMs: number; state: ClockState }
  readonly onReport: (report: UploadReport) => void
  readonly onAlarm: (code: AlarmCode, detail: string) => void
}

export interface Uploader {
  /** Sends what there is now. Resolves when all is acknowledged or the first attempt failed. */
  flush(): Promise<boolean>
  /** The service has answered elsewhere: rows that wait for it to be reached go now. */
  reachable(): void
  close(): void
}

/** What a fork and a restored service ask for, whatever the epoch. */
const NEW_EPOCH = 'new epoch'
const RETRY = { minMs: UPLOAD_RETRY_MIN_MS, maxMs: UPLOAD_RETRY_MAX_MS, jitter: 0.5 }

export function createUploader(parts: UploaderParts): Uploader {
  const { journal, timers, onReport } = parts
  const pace = createPace()
  const believed = createSeldom(parts.monotonicMs, BELIEVE_EVERY_MS)
  /** How far each epoch has been acknowledged since the start: only past that is news. */
  const reached = new Map<string, number>()
  let running: Promise<boolean> | undefined
  let again = false
  let retry: Unsubscribe | undefined
  let gathering: Unsubscribe | undefined
  let sentMs = Number.NEGATIVE_INFINITY
  let failures = 0
  /** The service could not be reached, and no retry was brought forward since it last could. */
  let unreached = false
  let closed = false

  journal.onAppended(() => {
    // While it backs off the timer decides; rows collect meanwhile.
    if (retry === undefined) gather()
  })

  function gather(): void {
    if (closed || gathering !== undefined) return
    const waitMs = sentMs + UPLOAD_GATHER_MS - parts.monotonicMs()
    if (waitMs > 0) gathering = timers.after(waitMs, () => void flush())
    else void flush()
  }

  function flush(): Promise<boolean> {
    gathering?.()
    gathering = undefined
    if (closed) return Promise.resolve(false)
    if (running !== undefined) {
      again = true
      return running
    }
    running = drain()
      .catch(error => {
        onReport({ outcome: 'failed', detail: error instanceof Error ? error.message : 'unknown' })
        return backOff()
      })
      .finally(() => {
        running = undefined
      })
    return running
  }

  async function drain(): Promise<boolean> {
    do {
      again = false
      while (!closed) {
        const ask = pace.ask()
        const upload = await journal.pending(ask)
        if (upload === undefined && ask.part !== 'stored') break
        if (upload === undefined) pace.noWitness()
        else if (!(await send(upload))) return backOff()
      }
    } while (again && !closed)
    return true
  }

  /** True when the next batch may follow at once. */
  async function send(upload: Upload): Promise<boolean> {
    sentMs = parts.monotonicMs()
    const answer = await parts.client.post(`/v1/gates/${parts.gate}/events`, upload)
    const heard = hear(upload, answer)
    if (heard.is !== 'stored' && heard.is !== 'refused') pace.other()
    switch (heard.is) {
      case 'stored':
        return store(upload, heard.next)
      case 'lacking':
        return lack(upload.epoch, heard.next)
      case 'forked':
        return fork(upload.epoch)
      case 'refused':
        return refuse(upload, heard.detail)
      case 'implausible':
        parts.onAlarm('ACK_IMPLAUSIBLE', `epoch ${upload.epoch}: ${heard.detail}`)
        break
      case 'unreachable':
        unreached ||= failures === 0
        break
      case 'denied':
      case 'redirected':
        break
      default:
        return heard satisfies never
    }
    onReport({ outcome: heard.is, detail: heard.detail })
    return false
  }

  async function store(upload: Upload, next: number): Promise<boolean> {
    const { epoch, rows } = upload
    const first = rows[0]?.seq ?? 0
    if (next === first) {
      pace.other()
      onReport({ outcome: 'refused', detail: `none of the rows from ${first} on was taken` })
      return false
    }
    const { bare, witness } = pace.stored(upload)
    if (witness) return false
    if (bare !== undefined) await aside(epoch, bare, false, 'taken without it')
    if (!(await journal.acknowledge(epoch, next))) {
      parts.onAlarm('ACK_IMPLAUSIBLE', `epoch ${epoch}: next ${next} is not here`)
      return false
    }
    if (next > (reached.get(epoch) ?? first)) {
      reached.set(epoch, next)
      failures = 0
      unreached = false
    }
    onReport({ outcome: 'stored', rows: next - first })
    return true
  }

  async function lack(epoch: string, next: number): Promise<boolean> {
    if (!believed.may(epoch)) {
      onReport({ outcome: 'denied', detail: `epoch ${epoch} is asked for again, from ${next} on` })
      return false
    }
    const lack = await journal.behind(epoch, next, here(), believed.may(NEW_EPOCH))
    if (lack.code === 'IMPLAUSIBLE') {
      parts.onAlarm('ACK_IMPLAUSIBLE', `epoch ${epoch}: CHAIN_GAP from ${next}`)
      return false
    }
    believed.used(epoch)
    if (lack.opened) believed.used(NEW_EPOCH)
    onReport({ outcome: 'behind', epoch })
    return false
  }

  async function fork(epoch: string): Promise<boolean> {
    const ref = await journal.fork(epoch, here(), believed.may(NEW_EPOCH))
    if (ref === undefined) {
      onReport({ outcome: 'denied', detail: `CHAIN_FORK of epoch ${epoch}, not believed again` })
      return false
    }
    if (ref.seq === 1) believed.used(NEW_EPOCH)
    onReport({ outcome: 'forked', epoch })
    return false
  }

  async function refuse(upload: Upload, detail: string): Promise<boolean> {
    const { whole } = pace.refused(upload)
    if (whole === undefined) onReport({ outcome: 'refused', detail })
    else await aside(upload.epoch, whole, true, detail)
    return false
  }

  async function aside(epoch: string, seq: number, whole: boolean, why: string): Promise<void> {
    const kept = await journal.refuse({ epoch, seq, why, at: parts.now().nowMs, whole })
    const part = whole ? 'row' : 'body of row'
    const detail = `epoch ${epoch}, ${part} ${seq}: ${why}${kept ? '' : '; no more can be kept aside'}`
    parts.onAlarm('ROW_REFUSED', detail)
    onReport({ outcome: 'aside', detail })
  }

  function here() {
    const { nowMs, state } = parts.now()
    return { at: nowMs, clock: state, lane: '' }
  }

  function backOff(): boolean {
    if (closed) return false
    gathering?.()
    gathering = undefined
    retry?.()
    retry = timers.after(pauseMs(RETRY, failures, parts.random()), () => {
      retry = undefined
      void flush()
    })
    failures += 1
    return false
  }

  return {
    flush() {
      retry?.()
      retry = undefined
      return flush()
    },
    reachable() {
      if (!unreached || retry === undefined) return
      unreached = false
      retry()
      retry = undefined
      void flush()
    },
    close() {
      closed = true
      gathering?.()
      retry?.()
      parts.client.close()
    },
  }
}
