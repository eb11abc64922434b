/**
 * Carries the journal to the service: contiguous rows in batches, in order, only while the service
 * answers. A request may be sent twice; the service stores each row once and says what is next.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { uploadAnswerSchema } from '../contract/events.ts'
import { UPLOAD_RETRY_MAX_MS, UPLOAD_RETRY_MIN_MS } from '../limits.ts'
import type { Journal } from '../store/journal.ts'
import type { ServiceAnswer, ServiceClient } from './client.ts'

export type UploadReport =
  | { readonly outcome: 'stored'; readonly rows: number }
  | { readonly outcome: 'unreachable' | 'refused'; readonly detail: string }
  | { readonly outcome: 'forked'; readonly epoch: string }

export interface UploaderParts {
  readonly gate: string
  readonly journal: Pick<Journal, 'pending' | 'acknowledge' | 'fork' | 'onAppended'>
  readonly client: Pick<ServiceClient, 'post' | 'close'>
  readonly timers: Timers
  readonly random: () => number
  readonly now: () => { nowMs: number; state: 'TRUSTED' | 'UNCERTAIN' }
  readonly onReport: (report: UploadReport) => void
}

export interface Uploader {
  /** Sends what there is now. Resolves when all is acknowledged or the first attempt failed. */
  flush(): Promise<boolean>
  close(): void
}

export function createUploader(parts: UploaderParts): Uploader {
  const { journal, timers } = parts
  let running: Promise<boolean> | undefined
  let again = false
  let retry: Unsubscribe | undefined
  let retryMs = UPLOAD_RETRY_MIN_MS
  let closed = false

  journal.onAppended(() => {
    // While it backs off the timer decides; rows collect meanwhile.
    if (retry === undefined) void flush()
  })

  function flush(): Promise<boolean> {
    if (closed) return Promise.resolve(false)
    if (running !== undefined) {
      again = true
      return running
    }
    running = drain().finally(() => {
      running = undefined
    })
    return running
  }

  async function drain(): Promise<boolean> {
    do {
      again = false
      for (let more = true; more && !closed; ) {
        const upload = await journal.pending()
        if (upload === undefined) break
        const answer = await parts.client.post(`/v1/gates/${parts.gate}/events`, upload)
        more = await settle(upload.epoch, upload.rows.length, answer)
        if (!more) return backOff()
      }
    } while (again && !closed)
    retryMs = UPLOAD_RETRY_MIN_MS
    return true
  }

  /** True when the next batch may follow at once. */
  async function settle(epoch: string, rows: number, answer: ServiceAnswer): Promise<boolean> {
    const next = uploadAnswerSchema.safeParse(answer.body)
    const code = (answer.body as { code?: unknown } | null | undefined)?.code
    if (answer.status === 200 && next.success) {
      await journal.acknowledge(epoch, next.data.next)
      parts.onReport({ outcome: 'stored', rows })
      return true
    }
    if (answer.status === 409 && code === 'CHAIN_GAP' && next.success) {
      await journal.acknowledge(epoch, next.data.next)
      return true
    }
    if (answer.status === 409 && code === 'CHAIN_FORK') {
      const { nowMs, state } = parts.now()
      await journal.fork(epoch, { at: nowMs, clock: state, lane: '' })
      parts.onReport({ outcome: 'forked', epoch })
      return true
    }
    if (answer.status === 0 || answer.status >= 500) {
      const detail = answer.failure ?? `status ${answer.status}`
      parts.onReport({ outcome: 'unreachable', detail })
    } else {
      const detail = `status ${answer.status}, ${typeof code === 'string' ? code : 'no code'}`
      parts.onReport({ outcome: 'refused', detail })
    }
    return false
  }

  function backOff(): boolean {
    if (closed) return false
    retry?.()
    retry = timers.after(retryMs * (0.5 + parts.random() / 2), () => {
      retry = undefined
      void flush()
    })
    retryMs = Math.min(retryMs * 2, UPLOAD_RETRY_MAX_MS)
    return false
  }

  return {
    flush() {
      retry?.()
      retry = undefined
      return flush()
    },
    close() {
      closed = true
      retry?.()
      parts.client.close()
    },
  }
}
