/**
 * The rules of a verdict beyond verification, each its own small function, in the order in which
 * they are applied. A rule returns pass, flag (admit, but alert staff), deny with a code, or skip (it
 * does not apply here), with the facts it used, for the trace.
 *
 * Exit is more permissive than entry: nobody is kept inside by trust, clock, tickets or anti-passback.
 */
import type { BoardingTrain } from '../../pass/documents/boarding.ts'
import type { VerifiedPass } from '../../pass/verify.ts'
import type { DenyCode } from '../contract/codes.ts'
import type { BoardingWindow, Direction, GrantBody, LaneModes } from '../contract/events.ts'
import type { FreshnessStage } from '../contract/freshness.ts'
import type { RuleName } from '../contract/sentences.ts'
import { type AreasView, judgePlace } from './areas.ts'
import { type BoardingView, judgeTicket } from './boarding.ts'
import { judgeRollback, type TrustRollback } from './rollback.ts'
import { goesOnWithout } from './stages.ts'

/** Refused once and then sent to staff; refused each time; let out and flagged. */
export type StaleExit = 'staff' | 'refuse' | 'flag'

/** What the lane and the gate are at the moment of the decision. */
export interface DecideContext {
  readonly lane: string
  readonly direction: Direction
  readonly area: string
  /** The area around it, which who enters must be inside of; undefined where there is none. */
  readonly within?: string | undefined
  /** How the lane is run now. */
  readonly modes: LaneModes
  readonly takesPaper: boolean
  /** The age of what is known of revocations from which paper is not taken, milliseconds. */
  readonly paperListMs: number
  /** How old that is now, milliseconds; Infinity where nothing is known. */
  readonly listAgeMs: number
  /** What becomes of a code that is too old, at an exit. */
  readonly staleExit: StaleExit
  readonly passback: 'hard' | 'soft' | 'off'
  readonly passbackMs: number
  readonly ticket: 'hard' | 'soft' | 'off'
  /** The station's boarding list; undefined when none is at hand. */
  readonly boarding: BoardingView | undefined
  readonly stage: FreshnessStage
  /** Whether trust is older than what the gate acted on before. */
  readonly rollback?: TrustRollback | undefined
  readonly clockUncertain: boolean
  /** Nothing has proved the clock since the start: it is believed, and told. */
  readonly clockUnproven?: boolean
  /** Whether the pass's status list was at hand. */
  readonly statusKnown: boolean
  /** Whether sibling gates can be heard; undefined where there is no station bus. */
  readonly bus?: 'up' | 'down' | undefined
  readonly nowMs: number
}

/** What is known of one presentation: (cti, presented at), never its bytes. */
export interface SeenPresentation {
  readonly lane: string
  readonly direction: Direction
  readonly outcome: 'reserved' | 'passed' | 'annulled' | 'interrupted'
  readonly atMs: number
  /** How often it was granted. */
  readonly grants: number
}

/** The gate's memory as `decide` may read it. */
export interface MemoryView extends AreasView {
  presentation(cti: string, presentedAt: number): SeenPresentation | undefined
  /** Whether another grant like this one could be remembered. */
  hasRoom(grant: Pick<GrantBody, 'cti' | 'presentedAt' | 'area' | 'direction' | 'paper'>): boolean
  /** When this certificate was last refused at an exit for a stale code, Unix milliseconds; 0: not. */
  staleRefusedMs(cti: string): number
}

export type RuleAnswer = {
  readonly saw: string
  /** The train that a ticket is for, and when it is boarded. */
  readonly boarding?: BoardingWindow
} & (
  | { readonly said: 'pass' | 'skip' }
  | { readonly said: 'flag'; readonly flag: string }
  | { readonly said: 'deny'; readonly code: DenyCode }
  /** The scanner repeats what it has just read: no verdict at all. */
  | { readonly said: 'repeat' }
)

export interface Rule {
  readonly name: RuleName
  readonly ask: (pass: VerifiedPass, context: DecideContext, memory: MemoryView) => RuleAnswer
}

/** A code read again on its own lane is a scanner repeating itself until so long after its passage. */
export const REPEAT_MS = 5000

/** Who was refused for a stale code has so long to come back with another before it counts anew. */
export const STALE_AGAIN_MS = 600_000

/**
 * A stale code at an exit: nobody is kept inside by a phone that can't refresh, so who comes again
 * is sent to staff, who release by hand. What the scanner repeats does not count.
 */
export function staleAtExit(
  cti: string | undefined,
  { direction, staleExit, nowMs }: DecideContext,
  memory: MemoryView,
): 'STALE_CODE' | 'STALE_AGAIN' {
  if (direction !== 'exit' || staleExit !== 'staff' || cti === undefined) return 'STALE_CODE'
  const agoMs = nowMs - memory.staleRefusedMs(cti)
  return agoMs >= REPEAT_MS && agoMs < STALE_AGAIN_MS ? 'STALE_AGAIN' : 'STALE_CODE'
}

/** Asked first of all, whatever was shown: is there a way here at all? */
export function laneRule({ modes, direction }: DecideContext): RuleAnswer {
  const other = direction === 'entry' ? 'exit' : 'entry'
  if (modes[direction] !== 'closed') return { said: 'pass', saw: modes[direction] }
  const code = modes[other] === 'closed' ? 'LANE_CLOSED' : 'WRONG_DIRECTION'
  return { said: 'deny', saw: `${direction} closed, ${other} ${modes[other]}`, code }
}

/** Refused at an entry by verification; who is inside gets out by any pass that is authentic. */
const scope: Rule = {
  name: 'scope',
  ask: ({ inScope }, { direction }) =>
    inScope
      ? { said: 'pass', saw: `good for ${direction}` }
      : { said: 'flag', saw: `not good for ${direction}`, flag: 'OUT_OF_SCOPE' },
}

const trust: Rule = {
  name: 'trust',
  ask: (_pass, { stage, direction, modes }) => {
    if ((stage === 'STAFF' || stage === 'CLOSED') && modes.trustDegraded) {
      return { said: 'flag', saw: `${stage}, degraded by command`, flag: 'TRUST_DEGRADED' }
    }
    if (stage === 'FRESH' || stage === 'STALE') return { said: 'pass', saw: stage }
    if (stage === 'CLOSED' && direction === 'entry') {
      return { said: 'deny', saw: stage, code: 'TRUST_STALE' }
    }
    return { said: 'flag', saw: stage, flag: `TRUST_${stage}` }
  },
}

const clock: Rule = {
  name: 'clock',
  ask: (_pass, { clockUncertain, clockUnproven, direction }) => {
    if (clockUnproven === true) return { said: 'flag', saw: 'unproven', flag: 'CLOCK_UNPROVEN' }
    if (!clockUncertain) return { said: 'pass', saw: 'trusted' }
    return direction === 'entry'
      ? { said: 'deny', saw: 'uncertain', code: 'CLOCK_UNCERTAIN' }
      : { said: 'flag', saw: 'uncertain', flag: 'CLOCK_UNCERTAIN' }
  },
}

const status: Rule = {
  name: 'status',
  ask: (_pass, context) => {
    if (context.statusKnown) return { said: 'pass', saw: 'list at hand' }
    return context.direction === 'entry' && !goesOnWithout(context)
      ? { said: 'deny', saw: 'no list', code: 'STATUS_UNKNOWN' }
      : { said: 'flag', saw: 'no list', flag: 'STATUS_UNKNOWN' }
  },
}

const late: Rule = {
  name: 'late',
  ask: pass => {
    if (pass.expiredByMs > 0) {
      return { said: 'flag', saw: `expired ${seconds(pass.expiredByMs)} ago`, flag: 'EXPIRED' }
    }
    if (pass.staleByMs > 0) {
      return { said: 'flag', saw: `${seconds(pass.staleByMs)} too old`, flag: 'STALE_CODE' }
    }
    return { said: 'pass', saw: 'in time' }
  },
}

/**
 * A phone's pass dies by itself within half an hour of its revocation. Paper lives for a day, so that
 * only the list can end it: it has a bound of its own for the list's age, whatever the stage of trust.
 */
const paper: Rule = {
  name: 'paper',
  ask: (pass, { takesPaper, paperListMs, listAgeMs, direction }) => {
    if (pass.passClass === 'phone') return { said: 'skip', saw: 'phone' }
    if (!takesPaper) return { said: 'deny', saw: 'paper', code: 'PAPER_NOT_HERE' }
    if (listAgeMs < paperListMs) return { said: 'pass', saw: 'paper taken here' }
    const saw = `revocations known up to ${seconds(listAgeMs)} ago`
    return direction === 'entry'
      ? { said: 'deny', saw, code: 'PAPER_LIST_OLD' }
      : { said: 'flag', saw, flag: 'PAPER_LIST_OLD' }
  },
}

/** Paper has no presentation: its `iat` stands for it, so it is good once a direction. */
export function presentationOf(pass: VerifiedPass, direction: Direction): number {
  if (pass.presentedAt !== undefined) return pass.presentedAt
  return direction === 'entry' ? pass.iat : -pass.iat
}

const replay: Rule = {
  name: 'replay',
  ask: (pass, context, memory) => {
    const seen = memory.presentation(pass.ctiHex, presentationOf(pass, context.direction))
    if (seen === undefined) return { said: 'pass', saw: 'first reading' }
    // A lane for both ways has a scanner at each end: what was read at the other is another try.
    const here = seen.lane === context.lane && seen.direction === context.direction
    const saw = `${seen.outcome} on lane ${seen.lane} ${seconds(context.nowMs - seen.atMs)} ago`
    if (here && seen.outcome === 'annulled' && seen.grants < 2) return { said: 'pass', saw }
    const justPassed = seen.outcome === 'passed' && context.nowMs - seen.atMs < REPEAT_MS
    if (here && (seen.outcome === 'reserved' || justPassed)) return { said: 'repeat', saw }
    return { said: 'deny', saw, code: 'ALREADY_USED' }
  },
}

const passback: Rule = {
  name: 'passback',
  ask: (pass, context, memory) => {
    const { passback: hardness, modes, bus } = context
    if (hardness === 'off') return { said: 'skip', saw: 'off' }
    const { fault, unsure, saw } = judgePlace(memory, pass.ctiHex, context)
    if (fault === undefined) return { said: 'pass', saw }
    if (modes.orderFree) return { said: 'flag', saw: `${saw}: ${fault}`, flag: 'ORDER_FREE' }
    // What siblings have let in can't be known without the bus.
    const unheard = bus === 'down' && fault === 'NOT_INSIDE' && context.direction === 'entry'
    return hardness === 'hard' && !unsure && !unheard
      ? { said: 'deny', saw, code: fault }
      : { said: 'flag', saw, flag: fault }
  },
}

/** What siblings have seen can't be known without the bus: staff are told, nobody is refused. */
const siblings: Rule = {
  name: 'siblings',
  ask: (_pass, { bus }) => {
    if (bus === undefined) return { said: 'skip', saw: 'no bus' }
    return bus === 'up'
      ? { said: 'pass', saw: 'heard' }
      : { said: 'flag', saw: 'out of reach', flag: 'BUS_DOWN' }
  },
}

/**
 * Hard only while the service is heard: a ticket sold since would be unknown here. At exit it asks
 * for any ticket of the day, whatever its train, and only flags. A pass younger than the list is
 * nobody's proof of a ticket: it waits for a list that knows it, which the refusal asks for.
 */
const ticket: Rule = {
  name: 'ticket',
  ask: (pass, { ticket: hardness, boarding: list, direction, modes, nowMs }) => {
    if (hardness === 'off') return { said: 'skip', saw: 'off' }
    // rule J1
    if (list === undefined) return { said: 'flag', saw: 'no boarding list', flag: 'TICKET_UNKNOWN' }
    const { fault, train, saw, young } = judgeTicket(list, pass, nowMs)
    const boarding = train && { boarding: boardingOf(train) }
    const leaving = direction === 'exit'
    if (fault === undefined || (leaving && fault !== 'NO_TICKET')) {
      return { said: 'pass', saw, ...boarding }
    }
    const late = modes.timeFree && train !== undefined
    if (leaving || late || hardness === 'soft' || !list.fresh) {
      const since = list.fresh ? '' : ', service not heard'
      return { said: 'flag', saw: `${saw}${since}`, flag: fault, ...boarding }
    }
    // rules J3 J4 J5 J6 J7
    return { said: 'deny', saw, code: young ? 'TICKET_PENDING' : fault, ...boarding }
  },
}

function boardingOf({ number, from, until }: BoardingTrain): BoardingWindow {
  return { train: number, from, until }
}

/** What can't be remembered could be used again: nobody enters on it. */
const memoryRoom: Rule = {
  name: 'memory',
  ask: (pass, { area, direction }, memory) => {
    const presentedAt = presentationOf(pass, direction)
    const paper = pass.passClass === 'paper' ? ({ paper: true } as const) : {}
    if (memory.hasRoom({ cti: pass.ctiHex, presentedAt, area, direction, ...paper })) {
      return { said: 'pass', saw: 'room' }
    }
    return direction === 'entry'
      ? { said: 'deny', saw: 'full', code: 'MEMORY_FULL' }
      : { said: 'flag', saw: 'full', flag: 'MEMORY_FULL' }
  },
}

/** Asked in this order; the first that denies names the verdict. */
export const RULES: readonly Rule[] = [
  ...[scope, trust],
  { name: 'rollback', ask: (_pass, { rollback, direction }) => judgeRollback(rollback, direction) },
  ...[clock, status, paper, late],
  ...[replay, passback, siblings, ticket, memoryRoom],
]

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
