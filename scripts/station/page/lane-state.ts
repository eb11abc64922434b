/** A lane as the page draws it: from the pins of its board, its barrier and the bodies before it. */
import type { LogLine } from '../../../fixtures/child.ts'
import type { SimLane } from '../../../fixtures/sim-lane.ts'
import { type PinConfig, resolvePins } from '../../../hardware/drivers/pins.ts'
import type { Contact } from '../../../hardware/ports.ts'
import type { SimBoard } from '../../../hardware/sim/firmata-board.ts'
import { type Body, position } from '../../../hardware/sim/lane.ts'
import { beamPositions } from '../../../hardware/sim/turnstile.ts'
import type {
  BodyState,
  LanePlan,
  LaneState,
  PinPlan,
  SignState,
} from '../../../server/web/station/protocol.ts'
import { isShowing, READER_AT, whoIs } from '../coming.ts'
import { signSaid } from '../narrate.ts'

/** A millimetre: no one sees less. */
const STEP = 1000
const round = (metres: number) => Math.round(metres * STEP) / STEP

/** What is drawn of a lane: a station's, or one on the stage of a scenario. */
export type DrawnLane = Pick<SimLane, 'name' | 'direction' | 'pins' | 'turnstile'> & {
  readonly board: SimBoard
}

export function planOf({
  name,
  direction,
  pins: wiring,
}: Pick<DrawnLane, 'name' | 'direction' | 'pins'>): LanePlan {
  const { profile } = wiring
  const pins = pinsOf(wiring)
  const at = direction === 'entry' ? READER_AT : -READER_AT
  return {
    ...{ name, direction, profile, readerAt: at, pins },
    beams: Object.entries(beamPositions[profile])
      .filter(([beam]) => pins.some(pin => pin.name === beam))
      .map(([beam, at]) => ({ name: beam, at })),
  }
}

function pinsOf(wiring: PinConfig): PinPlan[] {
  const { relays, lamps, buzzer, contacts } = resolvePins('page', wiring)
  const outputs = [...relays, ...lamps, ...(buzzer === null ? [] : [['buzzer', buzzer] as const])]
  const pins: PinPlan[] = [
    ...outputs.map(([name, pin]) => ({ name, pin, wiring: 'output' as const })),
    ...[...contacts].map(([name, { pin, wiring }]) => ({ name, pin, wiring })),
  ]
  return pins.sort((a, b) => a.pin - b.pin)
}

/** The level of a pin: an output's by the board, an input's by the contact that is wired to it. */
export function levelOf({ board, turnstile }: DrawnLane, { name, pin, wiring }: PinPlan): 0 | 1 {
  if (wiring === 'output') return board.level(pin)
  return turnstile.contact(name as Contact) === (wiring === 'opens') ? 1 : 0
}

const ids = new WeakMap<Body, number>()
let lastId = 0

function idOf(body: Body): number {
  const id = ids.get(body) ?? ++lastId
  ids.set(body, id)
  return id
}

function bodyState(body: Body): BodyState {
  return {
    id: idOf(body),
    at: round(position(body)),
    halfDepth: body.halfDepth,
    kind: body.wide ? 'wheels' : body.low ? 'case' : 'person',
    way: body.direction,
    isBack: body.turnedBack,
    isShowing: isShowing(body),
    who: whoIs(body),
  }
}

export const AT_REST: SignState = { sign: 'idle', code: '', says: { zh: '', en: '' } }

/** What a line of the gate's log says of its lane's sign; undefined where it says nothing. */
export function signOf(line: LogLine): SignState | undefined {
  if (line.event !== 'sign') return undefined
  return signState(String(line.sign), String(line.code))
}

export const signState = (sign: string, code: string): SignState =>
  code === '' ? AT_REST : { sign, code, says: signSaid(code) }

export function stateOf(lane: DrawnLane, plan: LanePlan, sign: SignState): LaneState {
  return {
    levels: plan.pins.map(pin => levelOf(lane, pin)).join(''),
    position: round(lane.turnstile.position),
    bodies: lane.turnstile.bodies.map(bodyState),
    sign,
  }
}
