/**
 * Typical people: the walks that scenarios, the simulation and the station's page use.
 */
import { type Body, createBody, type Direction, laneEnd } from './lane.ts'
import type { Turnstile } from './turnstile.ts'

export type PassengerKind =
  | 'normal'
  /** Stands before the lane and never walks. */
  | 'hesitating'
  /** A second person right behind the first, on one grant. */
  | 'tailgater'
  /** Walks against the direction asked for. */
  | 'wrongWay'
  | 'running'
  | 'luggage'
  | 'child'
  | 'wheelchair'
  /** Three people, each a step behind the other. */
  | 'group'
  /** Pushes through whatever the barrier says. */
  | 'forcing'
  /** Stops in the middle of the barrier for three seconds. */
  | 'lingering'

export interface WalkResult {
  /** For each person, in order: came out at the far side. Luggage counts with its owner. */
  readonly through: readonly boolean[]
}

type Walk = (direction: Direction) => Party

const person = (body: Body) => ({ body, person: true })
const thing = (body: Body) => ({ body, person: false })
const opposite = (direction: Direction): Direction => (direction === 'entry' ? 'exit' : 'entry')
const startBehind = (metres: number) => -laneEnd - metres

/** Speeds in m/s and half depths in m: walking 1.2, running 2.8, a wheelchair 0.7. */
const walks: Readonly<Record<PassengerKind, Walk>> = {
  normal: direction => [person(createBody({ direction }))],
  hesitating: () => [],
  tailgater: direction => [
    person(createBody({ direction })),
    person(createBody({ direction, progress: startBehind(0.65), patienceMs: 3000 })),
  ],
  wrongWay: direction => [person(createBody({ direction: opposite(direction), patienceMs: 3000 }))],
  running: direction => [person(createBody({ direction, speed: 2.8 }))],
  luggage: direction => [
    person(createBody({ direction, speed: 1 })),
    thing(createBody({ direction, speed: 1, low: true, progress: startBehind(0.45) })),
  ],
  child: direction => [person(createBody({ direction, halfDepth: 0.1, speed: 0.8 }))],
  wheelchair: direction => [
    person(createBody({ direction, halfDepth: 0.55, speed: 0.7, wide: true })),
  ],
  group: direction => [
    person(createBody({ direction })),
    person(createBody({ direction, progress: startBehind(0.8), patienceMs: 20_000 })),
    person(createBody({ direction, progress: startBehind(1.6), patienceMs: 30_000 })),
  ],
  forcing: direction => [person(createBody({ direction, forcing: true }))],
  lingering: direction => [person(createBody({ direction, pause: { at: 0, forMs: 3000 } }))],
}

/** In their order; `person`: false for a thing. */
export type Party = readonly { readonly body: Body; readonly person: boolean }[]

/** Passengers of a kind at the beginning of a lane, walking `direction`. */
export const partyOf = (kind: PassengerKind, direction: Direction): Party => walks[kind](direction)

/**
 * Sends passengers of a kind into the lane, walking `direction` (the wrong-way one turns that
 * round). Resolves when all have left it.
 */
export function walk(
  turnstile: Turnstile,
  kind: PassengerKind,
  direction: Direction = 'entry',
): Promise<WalkResult> {
  return walkAs(turnstile, partyOf(kind, direction))
}

/** Sends a party into the lane from where it stands. Resolves when all have left it. */
export async function walkAs(turnstile: Turnstile, party: Party): Promise<WalkResult> {
  const through = await turnstile.enter(party.map(member => member.body))
  return { through: through.filter((_, index) => party[index]?.person === true) }
}
