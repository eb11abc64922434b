/** What a lane's config means to its machine and to the decision. Pure. */
import type { LaneConfig } from './contract/config.ts'
import type { Direction, LaneModes } from './contract/events.ts'
import type { DecideContext } from './decide/rules.ts'
import { DEVICE_START_MS } from './limits.ts'
import { type MachineSettings, plainModes } from './machine/state.ts'

/** What the decision needs to know of a lane and one of its scanners. */
export type DecideSettings = Pick<
  DecideContext,
  'lane' | 'direction' | 'area' | 'takesPaper' | 'passback' | 'passbackMs' | 'ticket' | 'staleExit'
>

/** The directions that the lane's scanners look in; the first is the staff button's. */
export function directionsOf({ direction }: LaneConfig): readonly [Direction, ...Direction[]] {
  return direction === 'both' ? ['entry', 'exit'] : [direction]
}

/** Closer than this is one person; a bag or a pram drawn behind needs the wide profile. */
const JOIN_MS = { standard: 60, wide: 800 } as const

export function machineSettingsOf(config: LaneConfig): MachineSettings {
  const { profile, ...timing } = config.timing
  const times = profile === 'wide' ? 2 : 1
  return {
    ...timing,
    direction: directionsOf(config)[0],
    area: config.area,
    profile: config.board.profile,
    relays: (['entry', 'exit'] as const).filter(relay => config.board.pins[relay] !== null),
    startMs: DEVICE_START_MS,
    waitMs: timing.waitMs * times,
    passageMs: timing.passageMs * times,
    joinMs: JOIN_MS[profile],
    feedback: config.board.pins.relayFeedback !== null,
  }
}

export function initialModes(config: LaneConfig): LaneModes {
  const { entry, exit, ...degrade } = config.modes
  const plain = plainModes(directionsOf(config)[0])
  const both = config.direction === 'both' ? ({ exit: 'controlled' } as const) : {}
  return {
    ...plain,
    ...both,
    ...degrade,
    ...(entry === undefined ? {} : { entry }),
    ...(exit === undefined ? {} : { exit }),
  }
}

export function decideSettingsOf(
  { name, area, policy }: LaneConfig,
  direction: Direction,
): DecideSettings {
  const { takesPaper, passbackMs, ticket, staleExit } = policy
  const passback = policy.passback ?? (direction === 'entry' ? 'hard' : 'soft')
  return { lane: name, direction, area, takesPaper, passback, passbackMs, ticket, staleExit }
}
