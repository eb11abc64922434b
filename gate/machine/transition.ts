/**
 * The lane's machine: `transition(lane, input, settings, nowMs) → { lane, effects }`, pure. Priority
 * is fire, then what puts the lane out of service, then the passage that runs.
 */
import { blocked, feedbackChanged, feedbackDue, guard, shut } from './barrier.ts'
import { alarm, relayOf, stay } from './effects.ts'
import { commitLate, recorded, recordFailed, staffRelease, verdict } from './granting.ts'
import { startTest, testOver } from './part-test.ts'
import { waitOver } from './passage.ts'
import { beam, beamsRing, lowBeam, tamper, turned } from './passage-detection.ts'
import { changeModes, restSign, shutEntry, toRest } from './rest.ts'
import {
  askReset,
  fire,
  fireNormal,
  found,
  lost,
  resetUnanswered,
  startedWithout,
} from './service.ts'
import type {
  DeadlineName,
  Input,
  LaneState,
  MachineContact,
  MachineSettings,
  Step,
} from './state.ts'
import { traitsOf } from './state-traits.ts'

/** `nowMs`: monotonic milliseconds, never less than at the last call. */
export function transition(
  lane: LaneState,
  input: Input,
  settings: MachineSettings,
  nowMs: number,
): Step {
  const step = guard(act(lane, input, settings, nowMs), lane, settings)
  const takes = traitsOf(step.lane).next > traitsOf(lane).next
  return takes ? { ...step, effects: [...step.effects, { type: 'takeNext' }] } : step
}

function act(lane: LaneState, input: Input, settings: MachineSettings, nowMs: number): Step {
  switch (input.type) {
    case 'started':
      return stay(
        lane,
        { type: 'sign', sign: 'refuse', code: 'LANE_CLOSED' },
        { type: 'deadline', name: 'start', afterMs: settings.startMs },
      )
    case 'contact':
      return contact(lane, input.contact, input.active, settings, nowMs)
    case 'lost':
      return lost(lane, input.reason, input.detail)
    case 'found':
      return found(lane, input.reason)
    case 'recorded':
      return recorded(lane, input, settings, nowMs)
    case 'recordFailed':
      return recordFailed(lane, input.grant, input.code, settings)
    case 'verdict':
      return verdict(lane, input.verdict, settings)
    case 'deadline':
      return deadline(lane, input.name, settings, nowMs)
    case 'entry':
      return shutEntry(lane, input.shut)
    case 'mode':
      return changeModes(lane, input.change, input)
    case 'alarm':
      return stay(lane, alarm(input.code, input.on, input.detail))
    case 'note':
      return stay(lane, { type: 'record', kind: 'test', body: input.body })
    case 'test':
      return startTest(lane, input.test, input.by, settings)
    default:
      return input satisfies never
  }
}

function contact(
  lane: LaneState,
  which: MachineContact,
  active: boolean,
  settings: MachineSettings,
  nowMs: number,
): Step {
  switch (which) {
    case 'fire':
      return active ? fire(lane) : fireNormal(lane)
    case 'stop':
      return active ? lost(lane, 'STOP', 'stop button pressed') : found(lane, 'STOP')
    case 'tamper':
      return tamper(lane, active, settings)
    case 'release':
      return active ? releasePressed(lane, settings) : stay(lane)
    case 'passA':
    case 'passB':
      return turned(lane, which, active, settings)
    case 'beamA':
    case 'beamB':
    case 'beamC':
    case 'beamD':
    case 'beamE':
    case 'beamF':
      return beam(lane, which, active, settings, nowMs)
    case 'beamLow':
      return lowBeam(lane, active, nowMs)
    case 'relayFeedback':
      return feedbackChanged(lane, active)
    default:
      return which satisfies never
  }
}

/** The staff's button: resets a fire, ends the hold after a second person, or lets somebody through. */
function releasePressed(lane: LaneState, settings: MachineSettings): Step {
  if (lane.state.name === 'Emergency') return askReset(lane)
  return lane.out.includes('TAILGATE') ? found(lane, 'TAILGATE') : staffRelease(lane, settings)
}

function deadline(
  lane: LaneState,
  name: DeadlineName,
  settings: MachineSettings,
  nowMs: number,
): Step {
  const { state } = lane
  switch (name) {
    case 'start':
      return state.name === 'Starting' ? startedWithout(lane) : stay(lane)
    case 'commit':
      return commitLate(lane, settings)
    case 'pulse':
      return state.name === 'Admitting'
        ? stay(lane, { type: 'release', relay: relayOf(state.grant) })
        : stay(lane)
    case 'wait':
      return waitOver(lane, settings)
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
    case 'test':
      return testOver(lane)
    case 'beams':
      return beamsRing(lane, settings, nowMs)
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
function signOver(lane: LaneState): Step {
  if (lane.state.name === 'Refusing') return toRest(lane)
  return traitsOf(lane).resting ? stay(lane, restSign(lane)) : stay(lane)
}
