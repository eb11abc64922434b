/**
 * What one gate has heard of each sibling, and what it has missed: numbers that jump, an epoch it
 * does not know, a time without a broker. Each is a gap, and a gap is asked for until a snapshot
 * has come whole. Pure but for its own tables; times are monotonic unless they are called Unix.
 */
import {
  ASK_FIRST_MS,
  ASK_RETRY_MS,
  ASK_SLACK_MS,
  EPOCHS_MAX,
  HELLO_TOLERANCE_MS,
  SILENT_MS,
} from './limits.ts'
import type { FactsMessage, Hello, SnapshotPage } from './message.ts'

export interface Ask {
  readonly gate: string
  readonly sinceMs: number
  readonly nonce: string
}

/** How far one sibling is known; times are monotonic. */
export interface Reached {
  readonly gate: string
  /** When it was first followed. */
  readonly sinceMs: number
  /** When it was last heard; -Infinity for never. */
  readonly heardMs: number
  /** Since when something of it is known to be missing: all of it, at first. */
  readonly gapMs: number | undefined
  /** Unix, by its clock: all that it said until then is known; 0 for nothing. */
  readonly soundMs: number
}

export interface Siblings {
  /** The gates of the manifest but this one. Who has left is forgotten, who is new is asked. */
  follow(names: readonly string[], nowMs: number): void
  /**
   * `REPLAYED`: was heard before, or is a hello that does not move on. `OLD`, `AHEAD`: a hello too
   * far from `unixMs`, this gate's clock. `gap`: something was missed.
   */
  hear(
    message: FactsMessage | Hello,
    nowMs: number,
    unixMs: number,
  ): 'heard' | 'gap' | 'REPLAYED' | 'OLD' | 'AHEAD'
  /** `UNASKED`: not an answer to our question, or not its next page. */
  page(message: SnapshotPage, nowMs: number, unixMs: number): 'taken' | 'whole' | 'UNASKED'
  /** Something may have been missed of everyone, from their last messages on, or all. */
  missed(all: boolean, nowMs: number): void
  /** What is to be asked now; each counts as asked. */
  asks(nowMs: number, nonce: () => string): Ask[]
  /** How soon somebody must be asked, or asked again, milliseconds; undefined for nobody. */
  askInMs(nowMs: number): number | undefined
  /** Heard within `SILENT_MS`. */
  awake(gate: string, nowMs: number): boolean
  /** How many siblings there are, and how many of them are awake. */
  count(nowMs: number): { all: number; awake: number }
  reached(): Reached[]
}

interface Sibling {
  /** The highest seq heard, by epoch; the newest epoch last. */
  readonly epochs: Map<string, number>
  /** Unix, by the sibling's clock or ours, the earlier: its last message before any gap. */
  soundMs: number
  sinceMs: number
  heardMs: number
  /** Unix, by the sibling's clock: the latest time that it has named in a hello. */
  latestMs: number
  gapMs: number | undefined
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
  /** What was missed since it was asked: an answer begun before that number lacks it. */
  needs: { readonly epoch: string; readonly seq: number; readonly sinceMs: number } | undefined
}

export function createSiblings(): Siblings {
  const siblings = new Map<string, Sibling>()

  function miss(one: Sibling, sinceMs: number, nowMs: number): void {
    one.gapMs ??= nowMs
    // An answer of which nothing has come yet holds all that was said before its first page, which
    // may be on its way already.
    if (one.asked?.page === 0 && one.asked.sinceMs <= sinceMs) {
      const newest = [...one.epochs].at(-1)
      if (newest === undefined) return
      const from = Math.min(one.asked.needs?.sinceMs ?? sinceMs, sinceMs)
      one.asked.needs = { epoch: newest[0], seq: newest[1], sinceMs: from }
      return
    }
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
    follow(names, nowMs) {
      const wanted = new Set(names)
      for (const name of siblings.keys()) if (!wanted.has(name)) siblings.delete(name)
      for (const name of wanted) {
        if (siblings.has(name)) continue
        const never = Number.NEGATIVE_INFINITY
        const heard = { epochs: new Map(), soundMs: 0, heardMs: never, latestMs: never }
        const gap = { gapMs: nowMs, missingMs: 0, asked: undefined }
        siblings.set(name, { ...heard, ...gap, sinceMs: nowMs })
      }
    },
    hear({ kind, gate, epoch, seq, at }, nowMs, unixMs) {
      const one = siblings.get(gate)
      if (one === undefined) return 'REPLAYED'
      const last = one.epochs.get(epoch)
      const next = (last ?? 0) + (kind === 'facts' ? 1 : 0)
      if (last !== undefined && seq < next) return 'REPLAYED'
      if (kind === 'hello' && at <= one.latestMs) return 'REPLAYED'
      const inTime = Math.abs(at - unixMs) <= HELLO_TOLERANCE_MS
      if (kind === 'hello' && !inTime) return at < unixMs ? 'OLD' : 'AHEAD'
      const slept = nowMs - one.heardMs >= SILENT_MS
      if (slept && one.asked?.page === 0) one.asked.again = true
      // What is missing of one that was not heard at all is missed from now on.
      if (one.heardMs === Number.NEGATIVE_INFINITY && inTime) one.gapMs = nowMs
      if (inTime && at >= one.latestMs) one.heardMs = nowMs
      if (kind === 'hello') one.latestMs = at
      remember(one, epoch, seq)
      const gap = last === undefined || seq > next
      // Nothing is known of a new epoch's clock, nor of the end of the one before.
      if (gap) miss(one, last === undefined ? 0 : one.soundMs - ASK_SLACK_MS, nowMs)
      if (one.missingMs === undefined && one.asked === undefined) one.soundMs = Math.min(at, unixMs)
      return gap ? 'gap' : 'heard'
    },
    page({ gate, nonce, page, last, at, epoch, seq }, nowMs, unixMs) {
      const one = siblings.get(gate)
      if (one?.asked === undefined || one.asked.nonce !== nonce) return 'UNASKED'
      if (one.asked.page !== page) return 'UNASKED'
      one.heardMs = nowMs
      const { needs } = one.asked
      Object.assign(one.asked, { page: page + 1, atMs: nowMs, again: false, needs: undefined })
      if (needs !== undefined && (needs.epoch !== epoch || seq < needs.seq)) {
        miss(one, needs.sinceMs, nowMs)
      }
      if (!last) return 'taken'
      one.asked = undefined
      if (one.missingMs !== undefined) return 'taken'
      one.soundMs = Math.min(at, unixMs)
      one.gapMs = undefined
      return 'whole'
    },
    missed(all, nowMs) {
      for (const one of siblings.values()) miss(one, all ? 0 : one.soundMs - ASK_SLACK_MS, nowMs)
    },
    asks(nowMs, nonce) {
      const asks: Ask[] = []
      for (const [gate, one] of siblings) {
        if (one.asked !== undefined && nowMs - one.asked.atMs >= retryMs(one, nowMs)) {
          const { sinceMs } = one.asked
          one.asked = undefined
          miss(one, sinceMs, nowMs)
        }
        const { asked, missingMs } = one
        if (asked === undefined && missingMs !== undefined) {
          const fresh = { nonce: nonce(), sinceMs: missingMs }
          one.asked = { ...fresh, page: 0, atMs: nowMs, again: false, needs: undefined }
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
    reached: () =>
      [...siblings].map(([gate, { sinceMs, heardMs, gapMs, soundMs }]) => ({
        ...{ gate, sinceMs, heardMs, gapMs, soundMs },
      })),
  }
}
