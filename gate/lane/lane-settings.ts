/** What a lane's config means to its machine and to the decision. Pure. */
import type { LaneConfig } from '../contract/config.ts'
import type { Direction, LaneModes } from '../contract/events.ts'
import type { DecideContext } from '../decide/rules.ts'
import { COMMIT_WAIT_MS, DEVICE_START_MS } from '../limits.ts'
import { BEAM_ROW, type Beam } from '../machine/beam-layout.ts'
import { type MachineSettings, type ModesAsked, plainModes } from '../machine/state.ts'

/** A tripod has one on each side of its arm. */
const TRIPOD_BEAMS: ReadonlySet<Beam> = new Set(['beamA', 'beamB'])

/** How a lane is run, and who asked for that. */
export interface GivenModes extends ModesAsked {
  readonly modes: LaneModes
}

/** What the decision needs to know of a lane and one of its scanners. */
export type DecideSettings = Pick<
  DecideContext,
  | 'lane'
  | 'direction'
  | 'area'
  | 'within'
  | 'takesPaper'
  | 'paperListMs'
  | 'passback'
  | 'passbackMs'
  | 'ticket'
  | 'staleExit'
>

/** The directions that the lane's scanners look in; the first is the staff button's. */
export function directionsOf({ direction }: LaneConfig): readonly [Direction, ...Direction[]] {
  return direction === 'both' ? ['entry', 'exit'] : [direction]
}

/**
 * Closer than the beams between which a gap must show, or sooner behind, is one person: a case drawn
 * at arm's length, or a pram pulled, needs the wide profile, and a second person passes as easily.
 */
const JOINS = {
  standard: { gapBeams: 2, joinMs: 0 },
  wide: { gapBeams: 3, joinMs: 800 },
} as const

export function machineSettingsOf(config: LaneConfig): MachineSettings {
  const { profile, ...timing } = config.timing
  const times = profile === 'wide' ? 2 : 1
  const { profile: barrier, pins } = config.board
  return {
    ...timing,
    direction: directionsOf(config)[0],
    area: config.area,
    profile: barrier,
    relays: (['entry', 'exit'] as const).filter(relay => pins[relay] !== null),
    beams: BEAM_ROW.filter(
      beam => pins[beam] !== null && (barrier === 'flap' || TRIPOD_BEAMS.has(beam)),
    ),
    lowBeam: barrier === 'flap' && pins.beamLow != null,
    tailgate: config.policy.tailgate,
    startMs: DEVICE_START_MS,
    commitMs: COMMIT_WAIT_MS,
    waitMs: timing.waitMs * times,
    passageMs: timing.passageMs * times,
    ...JOINS[profile],
    feedback: pins.relayFeedback !== null,
  }
}

/** How a lane is run where nothing is said of it: it asks for passes where its scanners look. */
export function unsaidModes(config: LaneConfig): LaneModes {
  const both = config.direction === 'both' ? ({ exit: 'controlled' } as const) : {}
  return { ...plainModes(directionsOf(config)[0]), ...both }
}

/** How it is run as its config says. */
export function initialModes(config: LaneConfig): LaneModes {
  const { entry, exit, ...degrade } = config.modes
  return {
    ...unsaidModes(config),
    ...degrade,
    ...(entry === undefined ? {} : { entry }),
    ...(exit === undefined ? {} : { exit }),
  }
}

export function decideSettingsOf(
  { name, area, within, policy }: LaneConfig,
  direction: Direction,
): DecideSettings {
  const { takesPaper, paperListMs, passbackMs, ticket, staleExit } = policy
  const passback = policy.passback ?? (direction === 'entry' ? 'hard' : 'soft')
  const place = { lane: name, direction, area, within }
  return { ...place, takesPaper, paperListMs, passback, passbackMs, ticket, staleExit }
}
