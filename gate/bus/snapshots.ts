/**
 * Answers to siblings that have missed something: what this gate remembers, its last facts first,
 * in pages with a pause between, one sibling after the other. It speaks for itself and for gates
 * that are silent; those that are awake speak for themselves.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { Fact } from '../memory/facts.ts'
import {
  FACTS_MAX,
  SNAPSHOT_EVERY_MS,
  SNAPSHOT_HORIZON_MS,
  SNAPSHOT_LOOK_MAX,
  SNAPSHOT_PAGE_MS,
  SNAPSHOT_PAGES_MAX,
} from './limits.ts'
import type { Ask } from './siblings.ts'

/** Where this gate's numbering and clock stood. */
export interface Head {
  readonly epoch: string
  readonly seq: number
  /** Unix milliseconds. */
  readonly at: number
}

/** Its head is of when its facts were looked up, not of when it is sent: what came since is not in it. */
export interface Page extends Head {
  readonly to: string
  readonly nonce: string
  readonly page: number
  readonly last: boolean
  readonly facts: Fact[]
}

export interface SnapshotsParts {
  /** What matters least first. */
  readonly facts: () => Iterable<Fact>
  /** Whether this gate answers for `gate`. */
  readonly speaksFor: (gate: string) => boolean
  readonly head: () => Head
  readonly monotonicMs: () => number
  readonly timers: Timers
  /** False when it can't go now: it is tried again. */
  readonly send: (page: Page) => boolean
}

export interface Snapshots {
  /** A sibling asks this gate. One that asks again before its answer is whole begins anew. */
  answer(asker: string, ask: Pick<Ask, 'sinceMs' | 'nonce'>): void
  close(): void
}

interface Question extends Pick<Ask, 'sinceMs' | 'nonce'> {
  /** Not before, monotonic. */
  readonly dueMs: number
}

export function createSnapshots(parts: SnapshotsParts): Snapshots {
  const waiting = new Map<string, Question>()
  const answeredMs = new Map<string, number>()
  let current: { readonly to: string; readonly steps: Iterator<Page | undefined> } | undefined
  let unsent: Page | undefined
  let cancel: Unsubscribe | undefined

  function step(): void {
    cancel = undefined
    current ??= next()
    if (current !== undefined && unsent === undefined) {
      const { value, done } = current.steps.next()
      if (done === true) current = undefined
      else unsent = value
    }
    if (unsent !== undefined && parts.send(unsent)) unsent = undefined
    schedule()
  }

  function schedule(delayMs = SNAPSHOT_PAGE_MS): void {
    if (current === undefined && waiting.size === 0) return
    cancel ??= parts.timers.after(delayMs, step)
  }

  function next(): typeof current {
    for (const [to, ask] of waiting) {
      if (ask.dueMs > parts.monotonicMs()) continue
      waiting.delete(to)
      answeredMs.set(to, parts.monotonicMs())
      return { to, steps: pagesOf(to, ask) }
    }
    return undefined
  }

  /** A page, or undefined where it has only looked; each costs a bounded time. */
  function* pagesOf(to: string, { sinceMs, nonce }: Question) {
    const { epoch, seq, at } = parts.head()
    const fromMs = Math.max(sinceMs, at - SNAPSHOT_HORIZON_MS)
    const max = SNAPSHOT_PAGES_MAX * FACTS_MAX
    const found: Fact[] = []
    let looked = 0
    let count = 0
    for (const fact of parts.facts()) {
      if (++looked % SNAPSHOT_LOOK_MAX === 0) yield undefined
      if (fact.at < fromMs || fact.gate === to || !parts.speaksFor(fact.gate)) continue
      // Past the most, the last take the places of the first.
      found[count % max] = fact
      count += 1
    }
    let left = Math.min(count, max)
    for (let page = 0; page === 0 || left > 0; page++) {
      const facts: Fact[] = []
      while (left > 0 && facts.length < FACTS_MAX) {
        left -= 1
        count -= 1
        facts.push(found[count % max] as Fact)
      }
      yield { epoch, seq, at, to, nonce, page, last: left === 0, facts }
    }
  }

  return {
    answer(asker, ask) {
      const lastMs = answeredMs.get(asker) ?? Number.NEGATIVE_INFINITY
      if (current?.to === asker) {
        current = undefined
        unsent = undefined
      }
      waiting.set(asker, { ...ask, dueMs: lastMs + SNAPSHOT_EVERY_MS })
      schedule(0)
    },
    close() {
      cancel?.()
      waiting.clear()
    },
  }
}
