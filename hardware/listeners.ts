/** A small list of listeners; ending a subscription twice has no effect. */
import type { Unsubscribe } from './ports.ts'

export interface Listeners<Args extends unknown[]> {
  add(listener: (...args: Args) => void): Unsubscribe
  emit(...args: Args): void
  readonly size: number
}

export function createListeners<Args extends unknown[]>(): Listeners<Args> {
  const entries = new Set<{ readonly call: (...args: Args) => void }>()
  return {
    add(listener) {
      const entry = { call: listener }
      entries.add(entry)
      return () => {
        entries.delete(entry)
      }
    },
    emit(...args) {
      for (const entry of [...entries]) if (entries.has(entry)) entry.call(...args)
    },
    get size() {
      return entries.size
    },
  }
}
