/** How much one gate may say: a bucket of messages for each topic's gate, filled at a steady rate. */
import { SENDER_MESSAGES_BURST, SENDER_MESSAGES_PER_S } from './limits.ts'

const GATES_MAX = 512

/** Asked for each message by its topic, before any work is spent on it. */
export function createSenderLimit(
  monotonicMs: () => number,
): (topic: string) => 'FLOOD' | undefined {
  const buckets = new Map<string, { left: number; atMs: number }>()

  return topic => {
    const gate = topic.split('/', 3)[2] ?? ''
    const nowMs = monotonicMs()
    const old = buckets.get(gate) ?? { left: SENDER_MESSAGES_BURST, atMs: nowMs }
    const filled = old.left + ((nowMs - old.atMs) / 1000) * SENDER_MESSAGES_PER_S
    const left = Math.min(SENDER_MESSAGES_BURST, filled)
    buckets.delete(gate)
    buckets.set(gate, { left: Math.max(0, left - 1), atMs: nowMs })
    const [oldest] = buckets.keys()
    if (buckets.size > GATES_MAX && oldest !== undefined) buckets.delete(oldest)
    return left < 1 ? 'FLOOD' : undefined
  }
}
