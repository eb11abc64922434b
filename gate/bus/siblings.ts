/**
 * What one gate has heard of each sibling, and what it has missed: numbers that jump, an epoch it
 * does not know, a time without a broker. Each is a gap, and a gap is asked for until a snapshot
 * has come whole. Pure but for its own tables; times are monotonic unless they are called Unix.
 */
import { ASK_FIRST_MS, ASK_RETRY_MS, ASK_SLACK_MS, EPOCHS_MAX, SILENT_MS } from './limits.ts'
import type { FactsMessage, Hello, SnapshotPage } from './message.ts'

export interface Ask {
  readonly gate: string
  readonly sinceMs: number
  readonly nonce: string
}

export interface Siblings {
  /** The gates of the manifest but this one. Who has left is forgotten, who is new is asked. */
  follow(names: readonly string[]): void
  /** `REPLAYED`: was heard before. `gap`: something was missed. */
  hear(message: FactsMessage | Hello, nowMs: number): 'heard' | 'gap' | 'REPLAYED'
  /** `UNASKED`: not an answer to our question, or not its next page. */
  page(message: SnapshotPage, nowMs: number): 'taken' | 'whole' | 'UNASKED'
  /** Something may have been missed of everyone, from their last messages on, or all. */
  missed(all: boolean): void
  /** What is to be asked now; each counts as asked. */
  asks(nowMs: number, nonce: () => string): Ask[]
  /** How soon somebody must be asked, or asked again, milliseconds; undefined for nobody. */
  askInMs(nowMs: number): number | undefined
  /** Heard within `SILENT_MS`. */
  awake(gate: string, nowMs: number): boolean
  /** How many siblings there are, and how many of them are awake. */
  count(nowMs: number): { all: number; awake: number }
}

interface Sibling {
  /** The highest seq heard, by epoch; the newest epoch last. */
  readonly epochs: Map<string, number>
  /** Unix, by the sibling's clock: when it sent the last message before any gap. */
  soundMs: number
  heardMs: number
  /** Unix, by the sibling's clock: what happened since is missing. */
  missingMs: number | undefined
  asked: Asked | undefined
}

interface Asked {
  readonly nonce: string
  readonly sinceMs: number
  /** The page that comes next. */
  page: number
  atMs: number
  /** It may not have heard the question: once more, and whichever answer comes is one. */
  again: boolean
}

export function createSiblings(): Siblings {
  const siblings = new Map<string, Sibling>()

  function miss(one: Sibling, sinceMs: number): void {
    // An answer of which nothing has come yet will hold all that was said before its first page.
    if (one.asked?.page === 0 && one.asked.sinceMs <= sinceMs) return
    one.missingMs = Math.min(one.missingMs ?? Number.POSITIVE_INFINITY, Math.max(0, sinceMs))
  }

  /** One that is awake and says nothing has not heard the question. */
  function retryMs(one: Sibling, nowMs: number): number {
    const awake = nowMs - one.heardMs < SILENT_MS
    return awake && one.asked?.page === 0 ? ASK_FIRST_MS : ASK_RETRY_MS
  }

  function remember(one: Sibling, epoch: string, seq: number): void {
    one.epochs.delete(epoch)
    one.epochs.set(epoch, seq)
    for (const old of one.epochs.keys()) {
      if (one.epochs.size <= EPOCHS_MAX) break
      one.epochs.delete(old)
    }
  }

  return {
    follow(names) {
      const wanted = new Set(names)
      for (const name of siblings.keys()) if (!wanted.has(name)) siblings.delete(name)
      for (const name of wanted) {
        if (siblings.has(name)) continue
        const never = Number.NEGATIVE_INFINITY
        const heard = { epochs: new Map(), soundMs: 0, heardMs: never }
        siblings.set(name, { ...heard, missingMs: 0, asked: undefined })
      }
    },
    hear({ kind, gate, epoch, seq, at }, nowMs) {
      const one = siblings.get(gate)
      if (one === undefined) return 'REPLAYED'
      const last = one.epochs.get(epoch)
      const next = (last ?? 0) + (kind === 'facts' ? 1 : 0)
      if (last !== undefined && seq < next) return 'REPLAYED'
      const slept = nowMs - one.heardMs >= SILENT_MS
      if (slept && one.asked?.page === 0) one.asked.again = true
      one.heardMs = nowMs
      remember(one, epoch, seq)
      const gap = last === undefined || seq > next
      // Nothing is known of a new epoch's clock, nor of the end of the one before.
      if (gap) miss(one, last === undefined ? 0 : one.soundMs - ASK_SLACK_MS)
      if (one.missingMs === undefined && one.asked === undefined) one.soundMs = at
      return gap ? 'gap' : 'heard'
    },
    page({ gate, nonce, page, last, at }, nowMs) {
      const one = siblings.get(gate)
      if (one?.asked === undefined || one.asked.nonce !== nonce) return 'UNASKED'
      if (one.asked.page !== page) return 'UNASKED'
      one.heardMs = nowMs
      Object.assign(one.asked, { page: page + 1, atMs: nowMs, again: false })
      if (!last) return 'taken'
      one.asked = undefined
      if (one.missingMs === undefined) one.soundMs = at
      return 'whole'
    },
    missed(all) {
      for (const one of siblings.values()) miss(one, all ? 0 : one.soundMs - ASK_SLACK_MS)
    },
    asks(nowMs, nonce) {
      const asks: Ask[] = []
      for (const [gate, one] of siblings) {
        if (one.asked !== undefined && nowMs - one.asked.atMs >= retryMs(one, nowMs)) {
          const { sinceMs } = one.asked
          one.asked = undefined
          miss(one, sinceMs)
        }
        const { asked, missingMs } = one
        if (asked === undefined && missingMs !== undefined) {
          const fresh = { nonce: nonce(), sinceMs: missingMs }
          one.asked = { ...fresh, page: 0, atMs: nowMs, again: false }
          one.missingMs = undefined
          asks.push({ gate, ...fresh })
        } else if (asked?.again === true) {
          Object.assign(asked, { atMs: nowMs, again: false })
          asks.push({ gate, sinceMs: asked.sinceMs, nonce: asked.nonce })
        }
      }
      return asks
    },
    askInMs(nowMs) {
      let soonest: number | undefined
      for (const one of siblings.values()) {
        const { asked, missingMs } = one
        if (asked === undefined && missingMs === undefined) continue
        const waits = asked !== undefined && !asked.again
        const inMs = waits ? Math.max(0, asked.atMs + retryMs(one, nowMs) - nowMs) : 0
        soonest = Math.min(soonest ?? inMs, inMs)
      }
      return soonest
    },
    awake(gate, nowMs) {
      const one = siblings.get(gate)
      return one !== undefined && nowMs - one.heardMs < SILENT_MS
    },
    count(nowMs) {
      const all = [...siblings.values()]
      const awake = all.filter(one => nowMs - one.heardMs < SILENT_MS).length
      return { all: all.length, awake }
    },
  }
}
