/** One passage: verdict, grant on disk, relay, someone walks or nobody does. Pure. */
import { VERDICTS } from '../contract/codes.ts'
import type { GrantBody, GrantRef } from '../contract/events.ts'
import { alarm, annulReasonOf, relayOf, restSign, stay } from './effects.ts'
import {
  annulled,
  atRest,
  type Effect,
  type Lane,
  type MachineSettings,
  type Step,
  type Verdict,
} from './state.ts'

export function verdict(lane: Lane, given: Verdict, settings: MachineSettings): Step {
  if (given.verdict === 'ignore') return stay(lane)
  switch (lane.state.name) {
    case 'Locked':
    case 'Refusing':
      return given.verdict === 'admit' ? admit(lane, given.grant) : deny(lane, given, settings)
    case 'Admitting':
    case 'Passing':
    case 'Emergency':
    case 'OutOfService':
    case 'Starting':
      // The pipeline holds scans back in these states; a denial that was under way is kept.
      return given.verdict === 'deny'
        ? stay(lane, { type: 'record', kind: 'scan', body: given.scan })
        : stay(lane)
    default:
      return lane.state satisfies never
  }
}

function admit(lane: Lane, grant: GrantBody): Step {
  return {
    lane: { ...lane, state: { name: 'Admitting', grant, ref: undefined } },
    effects: [
      { type: 'cancel', name: 'refuse' },
      { type: 'recordGrant', body: grant },
    ],
  }
}

function deny(
  lane: Lane,
  given: Extract<Verdict, { verdict: 'deny' }>,
  settings: MachineSettings,
): Step {
  return {
    lane: { ...lane, state: { name: 'Refusing', code: given.code } },
    effects: [
      { type: 'sign', sign: VERDICTS[given.code].sign, code: given.code },
      { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
      { type: 'record', kind: 'scan', body: given.scan },
    ],
  }
}

/** The attendant's button: one passage, no pass consumed. */
export function staffRelease(lane: Lane, settings: MachineSettings): Step {
  if (lane.state.name !== 'Locked' && lane.state.name !== 'Refusing') return stay(lane)
  return admit(lane, {
    code: 'STAFF_RELEASE',
    direction: settings.direction,
    area: settings.area,
    source: 'staff button',
    flags: [],
    trace: [],
  })
}

/** A grant's row reached the disk: only now may the relay move, and only if it still should. */
export function recorded(
  lane: Lane,
  grant: GrantBody,
  ref: GrantRef,
  settings: MachineSettings,
): Step {
  const { state } = lane
  if (state.name !== 'Admitting' || state.grant !== grant) {
    const first = lane.out[0]
    const because = first === undefined ? 'BOARD_LOST' : annulReasonOf(first)
    return stay(lane, annulled(grant, ref, state.name === 'Emergency' ? 'FIRE' : because))
  }
  const pulse: Effect[] =
    settings.drive === 'pulse'
      ? [{ type: 'deadline', name: 'pulse', afterMs: settings.pulseMs }]
      : []
  return {
    lane: { ...lane, state: { ...state, ref } },
    effects: [
      { type: 'energise', relay: relayOf(grant) },
      { type: 'sign', sign: 'pass', code: grant.code },
      { type: 'deadline', name: 'wait', afterMs: settings.waitMs },
      ...pulse,
    ],
  }
}

export function recordFailed(lane: Lane, grant: GrantBody, settings: MachineSettings): Step {
  if (lane.state.name !== 'Admitting' || lane.state.grant !== grant) return stay(lane)
  return {
    lane: { ...lane, state: { name: 'Refusing', code: 'JOURNAL_FULL' } },
    effects: [
      { type: 'sign', sign: VERDICTS.JOURNAL_FULL.sign, code: 'JOURNAL_FULL' },
      { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
    ],
  }
}

/** A tripod's PASS contact: active from the first degrees of a turn until the arm rests again. */
export function passageContact(
  lane: Lane,
  which: 'passA' | 'passB',
  active: boolean,
  settings: MachineSettings,
): Step {
  const { state } = lane
  const ours = which === (settings.direction === 'entry' ? 'passA' : 'passB')
  if (state.name === 'Admitting' && state.ref !== undefined && ours && active) {
    return {
      lane: { ...lane, state: { name: 'Passing', grant: state.grant, ref: state.ref } },
      effects: [
        { type: 'cancel', name: 'wait' },
        { type: 'cancel', name: 'pulse' },
        { type: 'release', relay: relayOf(state.grant) },
        { type: 'deadline', name: 'held', afterMs: settings.passageMs },
      ],
    }
  }
  if (state.name === 'Passing' && ours && !active) return passed(lane, state.grant, state.ref)
  const guarded = state.name === 'Locked' || state.name === 'Refusing' || state.name === 'Admitting'
  if (!active || !guarded) return stay(lane)
  const code = ours ? 'FORCED' : 'WRONG_WAY'
  return stay(
    lane,
    alarm(code, true, `${which} moved without a grant for it`),
    { type: 'sign', sign: 'intrusion', code },
    { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
  )
}

function passed(lane: Lane, grant: GrantBody, ref: GrantRef): Step {
  const cti = grant.cti === undefined ? {} : { cti: grant.cti }
  const body = { grant: ref, direction: grant.direction, area: grant.area, ...cti }
  const next = atRest(lane)
  return {
    lane: next,
    effects: [
      { type: 'cancel', name: 'held' },
      { type: 'record', kind: 'passage', body },
      restSign(next),
    ],
  }
}

export function nobodyWalked(lane: Lane, grant: GrantBody, ref: GrantRef | undefined): Step {
  const next = atRest(lane)
  return {
    lane: next,
    effects: [
      { type: 'release', relay: relayOf(grant) },
      { type: 'cancel', name: 'pulse' },
      ...(ref === undefined ? [] : [annulled(grant, ref, 'NO_TURN')]),
      restSign(next),
    ],
  }
}
