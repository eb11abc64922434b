/**
 * The lane's machine: `transition(lane, input, settings) → { lane, effects }`, pure. Priority is
 * fire, then what puts the lane out of service, then the passage that runs.
 */
import { blocked, feedbackChanged, feedbackDue, guard, shut } from './barrier.ts'
import { alarm, relayOf, stay } from './effects.ts'
import { nobodyWalked, recorded, recordFailed, staffRelease, verdict } from './passage.ts'
import { changeModes, restSign, toRest } from './rest.ts'
import {
  askReset,
  fire,
  fireNormal,
  found,
  lost,
  resetUnanswered,
  startedWithout,
} from './service.ts'
import type { DeadlineName, Input, Lane, MachineContact, MachineSettings, Step } from './state.ts'
import { beam, beamFree, nobodyBetween, tamper, turned } from './watch.ts'
import { stuckRing } from './way.ts'

export function transition(lane: Lane, input: Input, settings: MachineSettings): Step {
  return guard(act(lane, input, settings), lane, settings)
}

function act(lane: Lane, input: Input, settings: MachineSettings): Step {
  switch (input.type) {
    case 'started':
      return stay(
        lane,
        { type: 'sign', sign: 'refuse', code: 'LANE_CLOSED' },
        { type: 'deadline', name: 'start', afterMs: settings.startMs },
      )
    case 'contact':
      return contact(lane, input.contact, input.active, settings)
    case 'lost':
      return lost(lane, input.reason, input.detail)
    case 'found':
      return found(lane, input.reason)
    case 'recorded':
      return recorded(lane, input.grant, input.ref, settings)
    case 'recordFailed':
      return recordFailed(lane, input.grant, settings)
    case 'verdict':
      return verdict(lane, input.verdict, settings)
    case 'deadline':
      return deadline(lane, input.name, settings)
    case 'mode':
      return changeModes(lane, input.change, input.by)
    default:
      return input satisfies never
  }
}

function contact(
  lane: Lane,
  which: MachineContact,
  active: boolean,
  settings: MachineSettings,
): Step {
  switch (which) {
    case 'fire':
      return active ? fire(lane) : fireNormal(lane)
    case 'stop':
      return active ? lost(lane, 'STOP', 'stop button pressed') : found(lane, 'STOP')
    case 'tamper':
      return tamper(lane, active, settings)
    case 'release':
      if (!active) return stay(lane)
      return lane.state.name === 'Emergency' ? askReset(lane) : staffRelease(lane, settings)
    case 'passA':
    case 'passB':
      return turned(lane, which, active, settings)
    case 'beamA':
    case 'beamB':
    case 'beamC':
    case 'beamD':
    case 'beamE':
    case 'beamF':
      return beam(lane, which, active, settings)
    case 'relayFeedback':
      return feedbackChanged(lane, active)
    default:
      return which satisfies never
  }
}

function deadline(lane: Lane, name: DeadlineName, settings: MachineSettings): Step {
  const { state } = lane
  switch (name) {
    case 'start':
      return state.name === 'Starting' ? startedWithout(lane) : stay(lane)
    case 'pulse':
      return state.name === 'Admitting'
        ? stay(lane, { type: 'release', relay: relayOf(state.grant) })
        : stay(lane)
    case 'wait':
      return state.name === 'Admitting' ? nobodyWalked(lane, state.grant, state.ref) : stay(lane)
    case 'held':
      return state.name === 'Passing'
        ? stay(lane, alarm('HELD', true, 'passage not completed'), {
            type: 'sign',
            sign: 'fraud',
            code: 'HELD',
          })
        : stay(lane)
    case 'reset':
      return resetUnanswered(lane)
    case 'refuse':
      return signOver(lane)
    case 'beamC':
    case 'beamD':
      return beamFree(lane, name, settings)
    case 'between':
      return nobodyBetween(lane, settings)
    case 'stuck': {
      const { way, effects } = stuckRing(lane.way, settings)
      return stay({ ...lane, way }, ...effects)
    }
    case 'closed':
      return shut(lane)
    case 'blocked':
      return blocked(lane, 'for too long')
    case 'feedback':
      return feedbackDue(lane, settings)
    default:
      return name satisfies never
  }
}

/** A refusal or an alarm was shown long enough. */
function signOver(lane: Lane): Step {
  const { name } = lane.state
  if (name === 'Refusing') return toRest(lane)
  const resting =
    name === 'Locked' || name === 'Open' || name === 'Maintenance' || name === 'OutOfService'
  return resting ? stay(lane, restSign(lane)) : stay(lane)
}
