/**
 * Who could pass at a gate before a change of its config, and whether they can again: what a trial is
 * judged by. Lanes are counted by direction, since a config may name them anew. Pure.
 */
import type { GateConfig } from '../contract/config.ts'
import type { Direction } from '../contract/events.ts'
import { directionsOf } from '../lane/lane-settings.ts'
import { traitsOf } from '../machine/state-traits.ts'
import type { RunningGate } from './running-gate.ts'

/** What must be in service again before another config is good. */
export interface Served {
  /** Lanes in service, by name. */
  readonly names: ReadonlySet<string>
  /** How many of them let people pass in each direction that their scanners look in. */
  readonly ways: Readonly<Record<Direction, number>>
}

export const NOTHING_SERVED: Served = { names: new Set(), ways: { entry: 0, exit: 0 } }

/** A direction that is closed, and a lane in maintenance, serve nobody. */
export function servedBy({ lanes }: RunningGate, config: GateConfig): Served {
  const there = lanes.filter(isThere).map(({ name, view }) => ({ name, ...view() }))
  const ways = (direction: Direction) =>
    there.filter(
      ({ name, modes }) =>
        looksIn(config, name, direction) && modes[direction] !== 'closed' && !modes.maintenance,
    ).length
  return {
    names: new Set(there.map(({ name }) => name)),
    ways: { entry: ways('entry'), exit: ways('exit') },
  }
}

/**
 * Whether the lanes that were in service are so again, and as many as before in each direction. A
 * lane that its config closes is there all the same: closing it is no fault of its devices.
 */
export function servesAgain(before: Served, { lanes }: RunningGate, config: GateConfig): boolean {
  const there = new Set(lanes.filter(isThere).map(({ name }) => name))
  const enough = (direction: Direction) =>
    [...there].filter(name => looksIn(config, name, direction)).length >= before.ways[direction]
  return (
    lanes.every(({ name }) => !before.names.has(name) || there.has(name)) &&
    enough('entry') &&
    enough('exit')
  )
}

/** All its devices are. An emergency opens a lane that lacks some. */
function isThere({ view }: RunningGate['lanes'][number]): boolean {
  const lane = view()
  return traitsOf(lane).inService && lane.out.length === 0
}

function looksIn({ lanes }: GateConfig, name: string, direction: Direction): boolean {
  const lane = lanes.find(one => one.name === name)
  return lane !== undefined && directionsOf(lane).includes(direction)
}
