/** What a lane tells while nobody moves anything: its devices, and contacts that should be at rest. */
import type { DeviceStatus, LaneStatus } from '../contract/control-status.ts'
import { actionOf, type Finding, type LaneTest, passed } from './finding.ts'

/** Somebody who stands in a beam has left it after this. Milliseconds. */
export const SETTLE_MS = 2000

interface ContactFault {
  readonly part: string
  readonly code?: string
  /** It may be right while somebody works here. */
  readonly unsure?: true
  readonly what: string
  readonly action: string
}

const wireOr = (what: string) => `${what}, or its wire is cut`

const CONTACTS: Readonly<Record<string, ContactFault>> = {
  fire: {
    part: 'fire input',
    code: 'FIRE',
    what: wireOr('the fire loop is open: the fire panel says so'),
    action:
      'See the fire panel; if it is quiet, measure the loop from the panel to the board’s terminal, ' +
      'close it, then press release',
  },
  stop: {
    part: 'stop button',
    code: 'STOP',
    what: wireOr('the stop button is pressed'),
    action: 'Pull the button out; else measure its loop',
  },
  tamper: {
    part: 'cabinet contact',
    code: 'TAMPER',
    unsure: true,
    what: wireOr('the cabinet is open'),
    action: 'Close the door and test again; else adjust its contact',
  },
  release: {
    part: 'release button',
    what: 'the attendant’s button is pressed, or its wires touch',
    action: 'Let it go; else part its two wires and test again',
  },
  passA: {
    part: 'passage contact A',
    what: 'the arm is not at home, or its contact hangs',
    action: 'Turn the arm home; else adjust its contact',
  },
  passB: {
    part: 'passage contact B',
    what: 'the arm is not at home, or its contact hangs',
    action: 'Turn the arm home; else adjust its contact',
  },
}

const QUIET = 'fire loop, buttons and cabinet contact are at rest'

/** A board is named for its lane; a reader after its kind. */
export const isBoard = ({ name, lane }: DeviceStatus): boolean => name === `${lane}.board`

/** How a device of the lane is. `name`: as its board is named. */
export function checkDevice({ control }: Pick<LaneTest, 'control'>, one: DeviceStatus): Finding {
  const { name: part, lane, state, fault } = one
  if (state === 'connecting') {
    const wait = { where: part, action: 'Wait some seconds, then test again' }
    return { part, lane, result: 'unsure', what: 'it is being looked for', ...wait }
  }
  if (state === 'ready' && !isWarned(one)) return passed(part, 'connected', lane)
  if (fault === null) return { part, lane, result: 'fail', what: 'lost', where: part, action: '' }
  const { code, message, remedy } = fault
  const more = actionOf(control, code) || remedy
  return { part, lane, result: 'fail', code, what: message, where: part, action: more }
}

/** The last fault of a device that is ready is over, unless it came with being ready: a warning. */
export function isWarned({ state, fault, sinceMs }: DeviceStatus): boolean {
  return state === 'ready' && fault !== null && fault.atMs === sinceMs
}

/** Contacts that are active in both looks; the second is taken `SETTLE_MS` after the first. */
export async function checkContacts(test: LaneTest): Promise<Finding[]> {
  const first = activeOf(test)
  if (first.length > 0) await test.wait(SETTLE_MS)
  const active = activeOf(test).filter(one => first.includes(one))
  const beams = active.filter(one => one.startsWith('beam')).map(one => beamFault(test, one))
  const others = active.flatMap(one => contactFault(test, one))
  if (!active.includes('fire')) others.push(...latched(test))
  if (beams.length === 0) beams.push(passed('beams', 'none is interrupted', test.lane))
  if (others.length === 0) others.push(passed('contacts', QUIET, test.lane))
  return [...beams, ...others]
}

/** Contacts of the lane that are active by their devices, not by pretence. */
export function activeOf({ control, lane }: Pick<LaneTest, 'control' | 'lane'>): string[] {
  const status = laneOf(control, lane)
  return status?.contacts.filter(one => !status.pretended.includes(one)) ?? []
}

export function laneOf(control: LaneTest['control'], name: string): LaneStatus | undefined {
  return control.lanes().find(one => one.name === name)
}

export function whereOf({ lane, pinOf }: LaneTest, name: string, what = name): string {
  const pin = pinOf?.(lane, name)
  return pin === undefined ? what : `${what}, pin ${pin}`
}

function beamFault(test: LaneTest, contact: string): Finding {
  const letter = contact.slice('beam'.length)
  const code = 'BEAM_STUCK'
  return {
    part: `beam ${letter}`,
    ...{ lane: test.lane, result: 'fail', code },
    what: wireOr('it is interrupted though nobody should stand there: dirty or out of line'),
    where: whereOf(test, contact),
    action: `Clear the lane. ${actionOf(test.control, code)}; else see its plug and wire`,
  }
}

function contactFault(test: LaneTest, contact: string): Finding[] {
  const known = CONTACTS[contact]
  if (known === undefined) return []
  const { part, code, what, action, unsure } = known
  const result = unsure ? 'unsure' : 'fail'
  const where = whereOf(test, contact)
  return [{ part, lane: test.lane, result, ...(code && { code }), what, where, action }]
}

/** A fire that is over and that nobody has reset: the barrier stands open still. */
function latched(test: LaneTest): Finding[] {
  if (laneOf(test.control, test.lane)?.latched !== true) return []
  const what = 'its loop is closed again, and the alarm is not reset: the barrier is open'
  const fire = { part: 'fire input', lane: test.lane, result: 'fail', code: 'FIRE' } as const
  return [{ ...fire, what, where: whereOf(test, 'release'), action: 'Press release at the lane' }]
}
