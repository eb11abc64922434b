/** From a verdict to an open barrier: a grant, its row on disk, the relay; or a refusal. Pure. */
import { VERDICTS } from '../contract/codes.ts'
import type { Direction, GrantBody, ScanBody } from '../contract/events.ts'
import { settlesVisit } from '../contract/visits.ts'
import { standing } from './beam-tracker.ts'
import { annulled, endGrant, mayOpenUnwritten, RELEASE_ALL, relayOf, stay } from './effects.ts'
import { begin } from './passage.ts'
import { isFree } from './rest.ts'
import type { Effect, Input, LaneState, MachineSettings, Step, Verdict } from './state.ts'

export function verdict(lane: LaneState, given: Verdict, settings: MachineSettings): Step {
  if (given.verdict === 'ignore') return stay(lane)
  switch (lane.state.name) {
    case 'Locked':
    case 'Refusing':
      return given.verdict === 'admit'
        ? admit(lane, given.grant, settings)
        : deny(lane, given, settings)
    case 'Open':
      return verdictInFreeFlow(lane, given, settings)
    case 'Admitting':
    case 'Passing':
    case 'Blocked':
    case 'Emergency':
    case 'OutOfService':
    case 'Maintenance':
    case 'Starting':
      // The pipeline holds scans back in these states; a denial that was under way is kept.
      return given.verdict === 'deny'
        ? stay(lane, { type: 'record', kind: 'scan', body: given.scan })
        : stay(lane)
    default:
      return lane.state satisfies never
  }
}

/** Who may not go without a row on disk waits for it so long and no longer. */
function admit(lane: LaneState, grant: GrantBody, { commitMs }: MachineSettings): Step {
  const bound: Effect[] = mayOpenUnwritten(grant)
    ? []
    : [{ type: 'deadline', name: 'commit', afterMs: commitMs }]
  return {
    lane: { ...lane, state: { name: 'Admitting', grant, ref: undefined, over: false } },
    effects: [{ type: 'cancel', name: 'refuse' }, { type: 'recordGrant', body: grant }, ...bound],
  }
}

function deny(
  lane: LaneState,
  given: Extract<Verdict, { verdict: 'deny' }>,
  settings: MachineSettings,
): Step {
  return {
    lane: { ...lane, state: { name: 'Refusing', code: given.code } },
    effects: refusal(given, settings),
  }
}

function refusal(
  given: Extract<Verdict, { verdict: 'deny' }>,
  settings: MachineSettings,
): Effect[] {
  return [
    { type: 'sign', sign: VERDICTS[given.code].sign, code: given.code },
    { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
    { type: 'record', kind: 'scan', body: given.scan },
  ]
}

/** A free way needs no grant: what was scanned is recorded. The other way shuts for one passage. */
function verdictInFreeFlow(
  lane: LaneState,
  given: Exclude<Verdict, { verdict: 'ignore' }>,
  settings: MachineSettings,
): Step {
  const admits = given.verdict === 'admit'
  const free = isFree(lane, admits ? given.grant.direction : given.scan.direction)
  if (!free && admits) {
    const { lane: next, effects } = admit(lane, given.grant, settings)
    return { lane: next, effects: [...RELEASE_ALL, ...effects] }
  }
  if (!free && !admits) return stay(lane, ...refusal(given, settings))
  const body = admits ? scanOf(given.grant) : given.scan
  return stay(
    lane,
    { type: 'record', kind: 'scan', body },
    { type: 'sign', sign: 'pass', code: admits ? given.grant.code : '' },
    { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
  )
}

/** Nothing on a free way says whether they walk: the scan itself settles their visit. */
function scanOf(grant: GrantBody): ScanBody {
  const { area, flags, paper, ...scan } = grant
  return settlesVisit(grant) ? { ...scan, area, ...(paper && { paper }) } : scan
}

/** The attendant's button: one passage, no pass consumed. It does not wait for an entry's row. */
export function staffRelease(lane: LaneState, settings: MachineSettings): Step {
  const takesPlace = waitsForRow(lane)
  if (lane.state.name !== 'Locked' && lane.state.name !== 'Refusing' && !takesPlace) {
    return stay(lane)
  }
  const other: Direction = settings.direction === 'entry' ? 'exit' : 'entry'
  const turned = lane.modes[settings.direction] === 'closed' && lane.modes[other] !== 'closed'
  const grant: GrantBody = {
    code: 'STAFF_RELEASE',
    direction: turned ? other : settings.direction,
    area: settings.area,
    source: 'staff button',
    flags: [],
    trace: [],
  }
  const { lane: next, effects } = admit(lane, grant, settings)
  return { lane: next, effects: [...(takesPlace ? withdrawn(lane) : []), ...effects] }
}

/** Whether somebody stands before a shut barrier until a row is on disk. */
function waitsForRow({ state }: LaneState): boolean {
  return state.name === 'Admitting' && state.ref === undefined && !mayOpenUnwritten(state.grant)
}

function withdrawn(lane: LaneState): Effect[] {
  return [{ type: 'cancel', name: 'commit' }, ...endGrant(lane, 'JOURNAL_SLOW')]
}

/** The disk took too long: nobody knows any more who stands there. */
export function commitLate(lane: LaneState, settings: MachineSettings): Step {
  if (!waitsForRow(lane)) return stay(lane)
  const { lane: next, effects } = refuse(lane, 'JOURNAL_SLOW', settings)
  return { lane: next, effects: [...withdrawn(lane), ...effects] }
}

/** A grant's row reached the disk: only now may the relay move, and only if it still should. */
export function recorded(
  lane: LaneState,
  { grant, ref, withdrawn: late }: Extract<Input, { type: 'recorded' }>,
  settings: MachineSettings,
  nowMs: number,
): Step {
  const { state } = lane
  if (late !== undefined || state.name !== 'Admitting' || state.grant !== grant) {
    return stay(lane, annulled(grant, ref, late ?? 'JOURNAL_SLOW'))
  }
  const opened: Effect[] = [
    { type: 'energise', relay: relayOf(grant) },
    { type: 'sign', sign: 'pass', code: grant.code },
    { type: 'cancel', name: 'commit' },
  ]
  const { track, person } = standing(lane.track, grant.direction, settings, nowMs)
  if (settings.profile === 'flap' && person !== undefined) {
    const begun = begin({ ...lane, track }, grant, ref, settings, person)
    return { lane: begun.lane, effects: [...opened, ...begun.effects] }
  }
  const pulse: Effect[] =
    settings.drive === 'pulse'
      ? [{ type: 'deadline', name: 'pulse', afterMs: settings.pulseMs }]
      : []
  return {
    lane: { ...lane, state: { ...state, ref } },
    effects: [...opened, { type: 'deadline', name: 'wait', afterMs: settings.waitMs }, ...pulse],
  }
}

export function recordFailed(
  lane: LaneState,
  grant: GrantBody,
  code: JournalFault,
  settings: MachineSettings,
): Step {
  if (lane.state.name !== 'Admitting' || lane.state.grant !== grant) return stay(lane)
  const { lane: next, effects } = refuse(lane, code, settings)
  return { lane: next, effects: [{ type: 'cancel', name: 'commit' }, ...effects] }
}

type JournalFault = Extract<Input, { type: 'recordFailed' }>['code']

/** Without a row of its own: there is no disk to write it to. */
function refuse(lane: LaneState, code: JournalFault, settings: MachineSettings): Step {
  return {
    lane: { ...lane, state: { name: 'Refusing', code } },
    effects: [
      { type: 'sign', sign: VERDICTS[code].sign, code },
      { type: 'deadline', name: 'refuse', afterMs: settings.refuseMs },
    ],
  }
}
