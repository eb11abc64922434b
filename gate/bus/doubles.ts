/**
 * A code that this gate and a sibling have both admitted. No gate can know of it before the other's
 * word has come, so it is found afterwards: each of both compares what it hears with its own. Each
 * pair is told once in a life of the process; many at once are summed up, so that a sibling that lies
 * can't fill the journal.
 */
import type { Clock, Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { Fact, Use } from '../memory/facts.ts'
import { DOUBLES_KNOWN_MAX, DOUBLES_PER_MINUTE_MAX } from './limits.ts'

export interface DoublesParts {
  /** This gate's own use of a code. */
  readonly own: (cti: string, presentedAt: number) => Use | undefined
  readonly timers: Timers
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly tell: (detail: string) => void
}

export interface Doubles {
  /** To be asked of each fact whose time is in bounds, known or not, at `nowMs`, Unix. */
  look(fact: Fact, nowMs: number): void
  /** Tells what waits to be summed up. */
  close(): void
}

const MINUTE_MS = 60_000

export function createDoubles(parts: DoublesParts): Doubles {
  const known = new Set<string>()
  let fromMs = Number.NEGATIVE_INFINITY
  let told = 0
  let more: { codes: number; gates: Set<string> } | undefined
  let cancel: Unsubscribe = () => {}

  function isNew({ gate, cti, presentedAt }: Use): boolean {
    const name = `${gate} ${cti} ${presentedAt}`
    if (known.has(name)) return false
    known.add(name)
    const [oldest] = known
    if (known.size > DOUBLES_KNOWN_MAX && oldest !== undefined) known.delete(oldest)
    return true
  }

  function tell(ours: Use, theirs: Use, nowMs: number): void {
    const minuteMs = parts.clock.monotonicMs()
    if (minuteMs - fromMs >= MINUTE_MS) {
      fromMs = minuteMs
      told = 0
    }
    told += 1
    if (told <= DOUBLES_PER_MINUTE_MAX) {
      parts.tell(describe(ours, theirs, nowMs))
      return
    }
    if (more === undefined) cancel = parts.timers.after(fromMs + MINUTE_MS - minuteMs, sumUp)
    more ??= { codes: 0, gates: new Set() }
    more.codes += 1
    more.gates.add(theirs.gate)
  }

  function sumUp(): void {
    cancel()
    if (more === undefined) return
    const { codes, gates } = more
    more = undefined
    const by = [...gates].slice(0, 8).join(', ')
    parts.tell(`${codes} more codes were admitted here and by ${by}: compare the journals`)
  }

  return {
    look(fact, nowMs) {
      if (fact.kind !== 'use' || !mayHaveWalked(fact)) return
      const ours = parts.own(fact.cti, fact.presentedAt)
      if (ours === undefined || ours.gate === fact.gate || !mayHaveWalked(ours)) return
      if (isNew(fact)) tell(ours, fact, nowMs)
    },
    close: sumUp,
  }
}

/** What was annulled let nobody in. */
const mayHaveWalked = ({ outcome }: Use): boolean => outcome !== 'annulled'

function describe(ours: Use, theirs: Use, nowMs: number): string {
  const use = ({ lane, direction, outcome, at }: Use): string =>
    `${direction} on lane ${lane}, ${outcome} at ${new Date(at).toISOString()}`
  const lateMs = Math.max(0, nowMs - theirs.at)
  const code = `certificate ${ours.cti}, shown as ${ours.presentedAt}`
  return (
    `${code}: here ${use(ours)}; at gate ${theirs.gate} ${use(theirs)}, ` +
    `known here ${(lateMs / 1000).toFixed(3)} s later`
  )
}
