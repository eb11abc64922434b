/**
 * The verdict: pure, from the result of verification, the lane, the gate's memory and the time. Every
 * rule that is applied leaves a step in the trace, which is stored with the event. So the reason of a
 * refusal can be read weeks later, and a replay can show that the same input has the same result.
 */
import { toHex } from '../../pass/bytes.ts'
import type { VerifyCode, VerifyResult, VerifySeen } from '../../pass/verify.ts'
import type { DenyCode } from '../contract/codes.ts'
import type { BoardingWindow, TraceStep } from '../contract/events.ts'
import type { RuleName } from '../contract/sentences.ts'
import { FARE_FREE } from '../contract/visits.ts'
import type { Verdict } from '../machine/state.ts'
import {
  type DecideContext,
  laneRule,
  type MemoryView,
  presentationOf,
  RULES,
  staleAtExit,
} from './rules.ts'
import { isForStaff } from './stages.ts'

export function decide(
  found: VerifyResult,
  source: string,
  context: DecideContext,
  memory: MemoryView,
): Verdict {
  const trace: TraceStep[] = []
  const { direction, area, modes } = context
  let boarding: BoardingWindow | undefined
  const about = found.ok
    ? { cti: found.pass.ctiHex, presentedAt: presentationOf(found.pass, direction) }
    : ctiOf(found) === undefined
      ? {}
      : { cti: ctiOf(found) as string }
  const step = (rule: RuleName, saw: string, said: TraceStep['said']): void => {
    trace.push({ rule, saw, said })
  }
  const admit = (flags: readonly string[]): Verdict => {
    const code = flags.length > 0 ? ('ADMIT_FLAGGED' as const) : ('ADMIT' as const)
    const paper = found.ok && found.pass.passClass === 'paper' ? ({ paper: true } as const) : {}
    const way = { direction, area, ...about, ...paper, ...(boarding && { boarding }) }
    return { verdict: 'admit', grant: { code, ...way, source, flags: [...flags], trace } }
  }
  const refuse = (code: DenyCode): Verdict => ({
    verdict: 'deny',
    code,
    scan: { code, direction, source, ...about, ...(boarding && { boarding }), trace },
  })
  const deny = (code: DenyCode) => (modes.fareFree ? admit([FARE_FREE, code]) : refuse(code))

  const lane = laneRule(context)
  step('lane', lane.saw, lane.said === 'deny' ? 'deny' : 'pass')
  if (lane.said === 'deny') return refuse(lane.code)
  if (!found.ok) {
    step('verify', sawOf(found.code, found.seen), 'deny')
    if (!TIME_CODES.has(found.code)) return deny(found.code)
    const code = timeCode(found.code, context)
    return deny(code === 'STALE_CODE' ? staleAtExit(ctiOf(found), context, memory) : code)
  }
  const { pass } = found
  step('verify', `${pass.passClass}, authentic`, 'pass')
  const flags: string[] = []
  for (const rule of RULES) {
    const answer = rule.ask(pass, context, memory)
    if (answer.said === 'repeat') return { verdict: 'ignore' }
    step(rule.name, answer.saw.slice(0, 200), answer.said)
    boarding = answer.boarding ?? boarding
    if (answer.said === 'deny') return deny(answer.code)
    if (answer.said === 'flag') flags.push(answer.flag)
  }
  if (isForStaff(context)) {
    step('staff', 'all else was good', 'deny')
    return deny('TRUST_STAFF')
  }
  return admit(flags)
}

/** Known once the issuer's signature was found good. */
function ctiOf({ cti }: { readonly cti?: Uint8Array }): string | undefined {
  return cti === undefined ? undefined : toHex(cti)
}

/** What verification saw, in one line: the code, then its numbers and public names. */
function sawOf(code: VerifyCode, seen: VerifySeen = {}): string {
  const parts = Object.entries(seen).map(([name, value]) => `${name} ${value}`)
  return [code, ...parts].join(', ').slice(0, 200)
}

/** A code about time means nothing to the passenger when trust or clock of the gate is to blame. */
function timeCode(code: VerifyCode, { stage, direction, clockUncertain }: DecideContext): DenyCode {
  if (stage === 'CLOSED' && direction === 'entry') return 'TRUST_STALE'
  return clockUncertain ? 'CLOCK_UNCERTAIN' : code
}

const TIME_CODES: ReadonlySet<string> = new Set([
  'EXPIRED',
  'NOT_YET_VALID',
  'STALE_CODE',
  'CODE_FROM_FUTURE',
])
