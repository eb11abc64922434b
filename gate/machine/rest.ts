/** What a lane is when nothing is going on, and how it is run: modes. Pure. */
import type { DenyCode } from '../contract/codes.ts'
import {
  CONFIG_REASON_CHARS_MAX,
  type Direction,
  type LaneModes,
  type ModeBody,
} from '../contract/events.ts'
import { CANCEL_ALL, endGrant, OPEN_ALL, outSign, stay } from './effects.ts'
import type { Effect, LaneState, ModesAsked, Step } from './state.ts'
import { traitsOf } from './state-traits.ts'

const DIRECTIONS: readonly Direction[] = ['entry', 'exit']

export function isFree(lane: LaneState, direction: Direction): boolean {
  return lane.state.name === 'Open' && lane.modes[direction] === 'free'
}

/** Where a lane rests: out of service, in maintenance, open, or locked. */
export function atRest(lane: LaneState): LaneState {
  return { ...lane, state: { name: restName(lane) } }
}

function restName({
  out,
  awaited,
  modes,
}: LaneState): 'OutOfService' | 'Maintenance' | 'Open' | 'Locked' {
  if (out.length > 0 || awaited.length > 0) return 'OutOfService'
  if (modes.maintenance) return 'Maintenance'
  return modes.entry === 'free' || modes.exit === 'free' ? 'Open' : 'Locked'
}

/** To rest, with what the lane shows there; a lane in free flow opens again. */
export function toRest(lane: LaneState, ...before: Effect[]): Step {
  const next = atRest(lane)
  return { lane: next, effects: [...before, ...opens(next), restSign(next)] }
}

function opens(lane: LaneState): Effect[] {
  return DIRECTIONS.filter(one => isFree(lane, one)).map(relay => ({ type: 'energise', relay }))
}

export function restSign(lane: LaneState): Effect {
  switch (lane.state.name) {
    case 'OutOfService':
      return outSign(lane)
    case 'Maintenance':
      return { type: 'sign', sign: 'service', code: '' }
    case 'Open':
      return { type: 'sign', sign: 'free', code: '' }
    default:
      return lockedSign(lane)
  }
}

/** What fare-free admits in spite of. */
const FORGIVEN: ReadonlySet<DenyCode> = new Set([
  'TRUST_STALE',
  'TRUST_ROLLED_BACK',
  'CLOCK_UNCERTAIN',
])

/** A lane that takes nobody shows a cross; one that still lets out shows the amber light for staff. */
function lockedSign({ modes, entryShut }: LaneState): Effect {
  const { entry, exit, fareFree } = modes
  if (entry === 'closed' && exit === 'closed') {
    return { type: 'sign', sign: 'closed', code: 'LANE_CLOSED' }
  }
  const forgiven = fareFree && entryShut !== undefined && FORGIVEN.has(entryShut)
  if (entryShut === undefined || forgiven || entry !== 'controlled') {
    return { type: 'sign', sign: 'idle', code: '' }
  }
  return { type: 'sign', sign: exit === 'closed' ? 'closed' : 'service', code: entryShut }
}

/** Whether entries would be served: what the lane shows at rest changes, and nothing else. */
export function shutEntry(lane: LaneState, entryShut: LaneState['entryShut']): Step {
  if (lane.entryShut === entryShut) return stay(lane)
  const next = { ...lane, entryShut }
  return traitsOf(lane).resting ? stay(next, restSign(next)) : stay(next)
}

/**
 * Another way of running the lane. An emergency release acts at once; all else waits for the
 * passage that runs, and for what keeps the lane out of service.
 */
export function changeModes(lane: LaneState, change: Partial<LaneModes>, asked: ModesAsked): Step {
  const modes = { ...lane.modes, ...change }
  const told: Effect = { type: 'record', kind: 'mode', body: modeBody(lane.modes, modes, asked) }
  const next = { ...lane, modes }
  if (modes.emergency) {
    if (lane.state.name === 'Emergency') return stay(next, ...OPEN_ALL, told)
    return {
      lane: { ...next, state: { name: 'Emergency', resetAsked: false } },
      effects: [...OPEN_ALL, ...CANCEL_ALL, ...endGrant(lane, 'EMERGENCY'), told],
    }
  }
  if (lane.state.name === 'Emergency') {
    return lane.latched ? stay(next, told) : leave(next, told)
  }
  return traitsOf(lane).takesModes ? leave(confirmed(lane, next), told) : stay(next, told)
}

function modeBody(
  before: LaneModes,
  modes: LaneModes,
  { by, revision, reason }: ModesAsked,
): ModeBody {
  return {
    ...modes,
    was: modesChanged(modes, before),
    by: by.slice(0, 80),
    ...(reason !== undefined && { reason: reason.slice(0, CONFIG_REASON_CHARS_MAX) }),
    ...(revision !== undefined && { revision }),
  }
}

/** What of `to` differs from `from`. */
export function modesChanged(from: LaneModes, to: LaneModes): Partial<LaneModes> {
  const keys = Object.keys(to) as (keyof LaneModes)[]
  return Object.fromEntries(keys.filter(key => from[key] !== to[key]).map(key => [key, to[key]]))
}

/** A technician who ends the maintenance vouches for the relay. */
function confirmed(before: LaneState, next: LaneState): LaneState {
  if (!before.modes.maintenance || next.modes.maintenance) return next
  return { ...next, out: next.out.filter(reason => reason !== 'RELAY_STUCK') }
}

function leave(lane: LaneState, told: Effect): Step {
  const next = atRest(lane)
  const shut = DIRECTIONS.filter(one => !isFree(next, one))
  const releases = shut.map(relay => ({ type: 'release', relay }) as const)
  return {
    lane: next,
    effects: [
      ...releases,
      { type: 'cancel', name: 'refuse' },
      { type: 'cancel', name: 'test' },
      ...opens(next),
      told,
      restSign(next),
    ],
  }
}
