/**
 * Whether this gate can be sure of what its siblings have seen. It can't while there is no broker,
 * while its own hellos don't come back, while a sibling is not heard, while something that was said
 * is missing, or when what comes is late. A connection alone proves nothing: time counts from the
 * last thing heard.
 */
import type { Clock, Timers, Unsubscribe } from '../../hardware/ports.ts'
import {
  BUS_DOWN_MS,
  DEAF_MS,
  FLAP_WINDOW_MS,
  FLAPS_MAX,
  HELLO_MS,
  LATE_HOLD_MS,
  LATE_MS,
} from './limits.ts'
import type { Reached } from './siblings.ts'

export interface ReachParts {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly timers: Timers
  /** What was heard of each sibling. */
  readonly siblings: () => readonly Reached[]
  readonly count: () => { all: number; awake: number }
  /** Siblings are out of reach, or in reach again. */
  readonly onDown: (down: boolean, detail: string) => void
  readonly onAwake: (count: { all: number; awake: number }) => void
}

export interface Reach {
  state(): 'up' | 'down'
  connected(): boolean
  /** A broker is there and all topics are subscribed, or not any more, and why. */
  link(up: boolean, detail: string): void
  /** This gate's own hello came back; `sentMs`: when it was sent, monotonic. */
  echo(sentMs: number): void
  /** Something of `who` came `lagMs` after it happened. */
  lag(who: string, lagMs: number): void
  /** Looks again: something was heard, or the siblings are others. */
  look(): void
  close(): void
}

interface Reason {
  /** From then on, monotonic, unless something changes. */
  readonly atMs: number
  readonly why: string
}

export function createReach(parts: ReachParts): Reach {
  const { timers } = parts
  const now = () => parts.clock.monotonicMs()
  const startMs = now()
  let connected = false
  let detail = 'no broker yet'
  /** Since then nothing proves that the broker delivers; undefined while it did since the last break. */
  let lostMs: number | undefined = startMs
  let echoMs = startMs
  let breaks: number[] = []
  let late = { untilMs: Number.NEGATIVE_INFINITY, why: '' }
  let down = false
  let awakeBefore = 0
  let cancel: Unsubscribe = () => {}

  function reasons(nowMs: number): Reason[] {
    const silent = 'connected to the broker, but what this gate says does not come back'
    const found: Reason[] = [{ atMs: echoMs + DEAF_MS, why: connected ? silent : detail }]
    if (lostMs !== undefined) {
      found.unshift({ atMs: lostMs + BUS_DOWN_MS, why: connected ? silent : detail })
    }
    if (nowMs < late.untilMs) found.push({ atMs: nowMs, why: late.why })
    if (flaps(nowMs) >= FLAPS_MAX) {
      const why = `the connection to the broker broke ${flaps(nowMs)} times in ${FLAP_WINDOW_MS / 1000} s`
      found.push({ atMs: nowMs, why })
    }
    found.push(...ofSiblings(nowMs))
    return found
  }

  /** Once it is down, nothing may be missing before it is up again. */
  function ofSiblings(nowMs: number): Reason[] {
    const all = parts.siblings().map(one => ({
      ...one,
      deafMs: Math.max(one.heardMs, one.sinceMs) + DEAF_MS,
    }))
    const unheard = all.filter(one => one.deafMs <= nowMs).map(one => one.gate)
    const why =
      unheard.length === all.length ? 'no sibling is heard' : `not heard: ${unheard.join(', ')}`
    return all.flatMap(({ gate, deafMs, gapMs }) => [
      { atMs: deafMs, why },
      ...(gapMs === undefined
        ? []
        : [{ atMs: down ? nowMs : gapMs + LATE_MS, why: `some of what ${gate} said is missing` }]),
    ])
  }

  const flaps = (nowMs: number): number =>
    breaks.filter(atMs => nowMs - atMs < FLAP_WINDOW_MS).length

  function look(): void {
    cancel()
    const nowMs = now()
    const count = parts.count()
    if (count.awake !== awakeBefore) parts.onAwake(count)
    awakeBefore = count.awake
    const all = reasons(nowMs)
    const over = all.find(one => one.atMs <= nowMs)
    if ((over !== undefined) !== down) {
      down = over !== undefined
      parts.onDown(down, over?.why ?? '')
    }
    const changes = [...all.map(one => one.atMs), late.untilMs, nowMs + HELLO_MS]
    cancel = timers.after(Math.min(...changes.filter(atMs => atMs > nowMs)) - nowMs, look)
  }

  look()
  return {
    look,
    connected: () => connected,
    state() {
      const nowMs = now()
      return reasons(nowMs).some(one => one.atMs <= nowMs) ? 'down' : 'up'
    },
    link(up, why) {
      if (connected && !up) {
        lostMs ??= now()
        breaks = [...breaks, now()].slice(-FLAPS_MAX)
      }
      connected = up
      detail = why
      look()
    },
    echo(sentMs) {
      echoMs = Math.max(echoMs, sentMs)
      lostMs = undefined
      look()
    },
    lag(who, lagMs) {
      if (lagMs <= LATE_MS) return
      const why = `what ${who} said came ${(lagMs / 1000).toFixed(1)} s late`
      late = { untilMs: now() + LATE_HOLD_MS, why }
      look()
    },
    close: () => cancel(),
  }
}
