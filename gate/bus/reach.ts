/**
 * Whether this gate can be sure of what its siblings have seen. It can't while there is no broker,
 * while its own hellos don't come back, while a sibling is not heard, while something that was said
 * is missing, or when what comes is late. A connection alone proves nothing: time counts from the
 * last thing heard. Grants are flagged from the moment that something is not sure; the alarm waits
 * a little longer, so that a short break is none.
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
  NAMES_SHOWN_MAX,
} from './limits.ts'
import type { Reached } from './siblings.ts'

export interface ReachParts {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly timers: Timers
  /** What was heard of each sibling; undefined while the station's gates are not known. */
  readonly siblings: () => readonly Reached[] | undefined
  readonly count: () => { all: number; awake: number }
  /** Siblings are out of reach, since when they are not known in full, or in reach again. */
  readonly onDown: (down: boolean, detail: string) => void
  readonly onAwake: (count: { all: number; awake: number }) => void
}

export interface Reach {
  /** `down`: something is not sure at this moment. */
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

/** Something that is not sure, or will not be; times are monotonic, unless something changes. */
interface Reason {
  /** Grants are flagged from then on. */
  readonly atMs: number
  /** The alarm is raised then. */
  readonly alarmMs: number
  readonly why: string
}

const at = (atMs: number, why: string, alarmMs = atMs): Reason => ({ atMs, alarmMs, why })

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
    const why = connected ? silent : detail
    const found: Reason[] = []
    if (lostMs !== undefined) found.push(at(lostMs, why, lostMs + BUS_DOWN_MS))
    found.push(at(echoMs + DEAF_MS, why))
    if (nowMs < late.untilMs) found.push(at(nowMs, late.why))
    const broke = breaks.filter(atMs => nowMs - atMs < FLAP_WINDOW_MS).length
    if (broke >= FLAPS_MAX) found.push(at(nowMs, brokeOften(broke, detail)))
    const siblings = parts.siblings()
    if (siblings !== undefined) found.push(...ofSiblings(siblings, nowMs))
    else found.push(at(startMs, 'no station manifest yet', startMs + BUS_DOWN_MS))
    return found
  }

  function ofSiblings(siblings: readonly Reached[], nowMs: number): Reason[] {
    const deafMs = (one: Reached) => Math.max(one.heardMs, one.sinceMs) + DEAF_MS
    const unheard = siblings.filter(one => deafMs(one) <= nowMs).map(one => one.gate)
    const nobody = unheard.length === siblings.length
    const why = nobody ? 'no sibling is heard' : `not heard: ${listed(unheard)}`
    return siblings.flatMap(one => {
      const deaf = at(deafMs(one), why)
      const { gapMs, heardMs } = one
      if (gapMs === undefined) return [deaf]
      if (heardMs === Number.NEGATIVE_INFINITY) return [at(gapMs, why, deafMs(one)), deaf]
      const missing = `some of what ${one.gate} said is missing`
      return [deaf, at(gapMs, missing, gapMs + LATE_MS)]
    })
  }

  function look(): void {
    cancel()
    const nowMs = now()
    const count = parts.count()
    if (count.awake !== awakeBefore) parts.onAwake(count)
    awakeBefore = count.awake
    const all = reasons(nowMs)
    const over = all.find(one => one.alarmMs <= nowMs)
    // Down until nothing at all is unsure any more.
    const next = over !== undefined || (down && all.some(one => one.atMs <= nowMs))
    if (next !== down) {
      down = next
      parts.onDown(down, over === undefined ? '' : `${over.why}; ${sound(parts.siblings())}`)
    }
    const changes = [...all.flatMap(one => [one.atMs, one.alarmMs]), late.untilMs, nowMs + HELLO_MS]
    cancel = timers.after(Math.min(...changes.filter(ms => ms > nowMs)) - nowMs, look)
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
      if (!up) detail = why
      look()
    },
    echo(sentMs) {
      echoMs = Math.max(echoMs, sentMs)
      lostMs = undefined
      look()
    },
    lag(who, lagMs) {
      if (lagMs <= LATE_MS) return
      const by = `${(lagMs / 1000).toFixed(1)} s`
      const why = `what ${who} said came ${by} late, or a clock is ${by} off`
      late = { untilMs: now() + LATE_HOLD_MS, why }
      look()
    },
    close: () => cancel(),
  }
}

function brokeOften(times: number, last: string): string {
  const seconds = FLAP_WINDOW_MS / 1000
  return `the connection to the broker broke ${times} times in ${seconds} s, the last time: ${last}`
}

/** Until when all siblings are known in full: what was admitted since may have been used there. */
function sound(siblings: readonly Reached[] = []): string {
  const never = siblings.filter(one => one.soundMs === 0).map(one => one.gate)
  if (never.length > 0) return `nothing is known yet of ${listed(never)}`
  if (siblings.length === 0) return 'no sibling is known'
  const untilMs = Math.min(...siblings.map(one => one.soundMs))
  return `siblings are known in full until ${new Date(untilMs).toISOString()}`
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ')
  const more = names.length - NAMES_SHOWN_MAX
  return more > 0 ? `${shown} and ${more} more` : shown
}
