/**
 * Sends the health report: each minute, and soon after a lane comes in or out of service. Beside the
 * upload and never before it: one at a time, and one without an answer is dropped.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { Health } from '../contract/health.ts'
import { HEALTH_EVERY_MS, HEALTH_FLOOR_MS } from '../limits.ts'
import type { ServiceClient } from '../net/service-client.ts'

export interface HealthSenderParts {
  readonly gate: string
  readonly client: Pick<ServiceClient, 'post'>
  readonly timers: Timers
  readonly monotonicMs: () => number
  /** Never rejects. */
  readonly read: () => Promise<Health>
}

export interface HealthSender {
  /** Something changed that should be known before the minute is over. */
  changed(): void
  close(): void
}

/** Begins at once. */
export function createHealthSender(parts: HealthSenderParts): HealthSender {
  const { gate, client, timers, monotonicMs, read } = parts
  let sentMs = Number.NEGATIVE_INFINITY
  let sending = false
  let again = false
  let closed = false
  let waiting: Unsubscribe | undefined

  function soon(delayMs: number): void {
    waiting?.()
    waiting = timers.after(delayMs, () => void send())
  }

  async function send(): Promise<void> {
    waiting = undefined
    sending = true
    again = false
    sentMs = monotonicMs()
    const health = await read()
    if (!closed) await client.post(`/v1/gates/${gate}/health`, health)
    sending = false
    if (closed) return
    soon(again ? floorLeft() : Math.max(0, sentMs + HEALTH_EVERY_MS - monotonicMs()))
  }

  const floorLeft = () => Math.max(0, sentMs + HEALTH_FLOOR_MS - monotonicMs())

  soon(0)
  return {
    changed() {
      if (closed) return
      if (sending) again = true
      else soon(floorLeft())
    },
    close() {
      closed = true
      waiting?.()
    },
  }
}
