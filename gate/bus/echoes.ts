/** This gate's own hellos on their way through the broker and back. Pure; times are monotonic. */
import { ECHOES_MAX } from './limits.ts'
import type { Hello, Message } from './message.ts'

export interface Echoes {
  sent(hello: Hello, nowMs: number): void
  /** When `message` was sent; undefined unless it is a hello that has not come back yet. */
  heard(message: Message): number | undefined
  /** No hello sent so far counts any more. */
  forget(): void
}

export function createEchoes(): Echoes {
  const waiting = new Map<string, number>()
  const nameOf = ({ epoch, seq, at }: Message): string => `${epoch} ${seq} ${at}`

  return {
    sent(hello, nowMs) {
      waiting.set(nameOf(hello), nowMs)
      const [oldest] = waiting.keys()
      if (waiting.size > ECHOES_MAX && oldest !== undefined) waiting.delete(oldest)
    },
    heard(message) {
      if (message.kind !== 'hello') return undefined
      const name = nameOf(message)
      const sentMs = waiting.get(name)
      waiting.delete(name)
      return sentMs
    },
    forget: () => waiting.clear(),
  }
}
