/**
 * People as bodies, drawn at random from a seed: how deep, how fast, what they draw or push, where
 * they stop and turn. A party is whoever walks on one grant, or tries to.
 *
 * Ranges: bodies 0.2 to 0.5 m deep at 0.5 to 2 m/s, children 0.2 to 0.28 m, wheelchairs 0.9 to
 * 1.2 m at 0.5 to 1.2 m/s, cases 0.2 to 0.35 m, umbrellas 0.04 to 0.1 m. A step is 0.35 m and a
 * quarter of a second's way.
 */
import { type Body, createBody, type Direction, front, laneEnd, rear } from './lane.ts'

export type PartyKind =
  | 'adult'
  | 'child'
  | 'wheelchair'
  /** A case drawn, or a pram or case pushed, closer than `things.gapMax`. */
  | 'caseBehind'
  | 'caseBefore'
  | 'umbrella'
  /** A case drawn at 0.3 to 0.6 m. */
  | 'caseAtArm'
  /** A second person, 0.3 to 1.5 m behind, who never comes closer. */
  | 'follower'
  /** A second person 0.3 m behind. */
  | 'closeFollower'
  /** A second person with a case between the two. */
  | 'followerWithCase'
  | 'twoAbreast'
  | 'turnsBack'
  /** Comes from the other side. */
  | 'wrongWay'
  /** Turns back before the panels, and somebody comes through from the other side. */
  | 'changesPlaces'
  /** Stays outside. */
  | 'nobody'

export interface Party {
  readonly kind: PartyKind
  /** In walking order, people and things. */
  readonly bodies: readonly Body[]
  /** Those of `bodies` who are people. */
  readonly people: readonly Body[]
}

type Random = () => number

const between = (random: Random, low: number, high: number) => low + random() * (high - low)

/** `gapMax`: how far away a case is at most that still belongs to its owner, metres. */
export function createParty(
  kind: PartyKind,
  random: Random,
  gapMax: number,
  direction: Direction = 'entry',
): Party {
  const make = parties[kind]
  const people = make.people(random, direction)
  const bodies = people.flatMap(body => [body, ...(make.things?.(body, random, gapMax) ?? [])])
  const order = bodies.sort((a, b) => b.progress - a.progress)
  return { kind, bodies: order, people }
}

interface Maker {
  readonly people: (random: Random, direction: Direction) => Body[]
  /** What one of them draws or pushes. */
  readonly things?: (owner: Body, random: Random, gapMax: number) => Body[]
}

const opposite = (direction: Direction): Direction => (direction === 'entry' ? 'exit' : 'entry')

function walker(random: Random, direction: Direction, shape: Partial<Body> = {}): Body {
  const speed = shape.speed ?? between(random, 0.5, 2)
  const stops = random() < 0.2
  const at = between(random, -1, 1)
  const forMs = between(random, 300, 4000)
  return createBody({
    direction,
    speed,
    halfDepth: between(random, 0.1, 0.25),
    patienceMs: 20_000,
    pause: stops ? { at, forMs } : null,
    legs: { step: 0.35 + 0.25 * speed, phase: random(), halfDepth: 0.06 },
    progress: -laneEnd - 0.2,
    ...shape,
  })
}

function thing(owner: Body, gap: number, halfDepth: number, before: boolean): Body {
  const away = owner.halfDepth + gap + halfDepth
  const ahead = before ? away : -away
  return createBody({
    direction: owner.direction,
    speed: owner.speed,
    halfDepth,
    low: true,
    patienceMs: Number.POSITIVE_INFINITY,
    progress: owner.progress + ahead,
    with: { body: owner, ahead },
  })
}

/** Half the depth of the case between two people. */
const BETWEEN_HALF = 0.14
const caseDepth = (random: Random) => between(random, 0.1, 0.175)

function followers(random: Random, direction: Direction, gap: number): Body[] {
  const first = walker(random, direction)
  return [first, follower(random, first, rear(first), gap)]
}

function follower(random: Random, first: Body, behind: number, gap: number): Body {
  const shape = walker(random, first.direction, { speed: first.speed * between(random, 0.9, 1.3) })
  return { ...shape, behind: { body: first, gap }, progress: behind - gap - shape.halfDepth }
}

const parties: Readonly<Record<PartyKind, Maker>> = {
  adult: { people: (random, direction) => [walker(random, direction)] },
  child: {
    people: (random, direction) => [
      walker(random, direction, { halfDepth: between(random, 0.1, 0.14) }),
    ],
  },
  wheelchair: {
    people: (random, direction) => [
      walker(random, direction, {
        halfDepth: between(random, 0.45, 0.6),
        speed: between(random, 0.5, 1.2),
        wide: true,
        legs: null,
        progress: -laneEnd - 0.6,
      }),
    ],
  },
  caseBehind: {
    people: (random, direction) => [walker(random, direction)],
    things: (owner, random, gapMax) => [
      thing(owner, between(random, 0.02, gapMax), caseDepth(random), false),
    ],
  },
  caseBefore: {
    people: (random, direction) => [walker(random, direction, { progress: -laneEnd - 0.8 })],
    things: (owner, random, gapMax) => [
      thing(owner, between(random, 0.02, gapMax), caseDepth(random), true),
    ],
  },
  umbrella: {
    people: (random, direction) => [walker(random, direction, { progress: -laneEnd - 0.6 })],
    things: (owner, random, gapMax) => [
      thing(owner, between(random, 0.02, gapMax), between(random, 0.02, 0.05), random() < 0.5),
    ],
  },
  caseAtArm: {
    people: (random, direction) => [walker(random, direction)],
    things: (owner, random) => [thing(owner, between(random, 0.3, 0.6), caseDepth(random), false)],
  },
  follower: {
    people: (random, direction) => followers(random, direction, between(random, 0.3, 1.5)),
  },
  closeFollower: { people: (random, direction) => followers(random, direction, 0.3) },
  followerWithCase: {
    people(random, direction) {
      const first = walker(random, direction)
      const gap = between(random, 0.3, 0.8)
      return [first, follower(random, first, rear(first) - 0.1 - 2 * BETWEEN_HALF, gap)]
    },
    things: owner => (owner.behind === null ? [thing(owner, 0.1, BETWEEN_HALF, false)] : []),
  },
  twoAbreast: {
    people(random, direction) {
      const first = walker(random, direction, { pause: null })
      return [first, { ...first, legs: null, with: { body: first, ahead: 0 } }]
    },
  },
  turnsBack: {
    people: (random, direction) => {
      const body = walker(random, direction, { pause: null })
      return [{ ...body, turnAt: between(random, -0.9, 0.3) }]
    },
  },
  wrongWay: {
    people: (random, direction) => [walker(random, opposite(direction), { patienceMs: 3000 })],
  },
  changesPlaces: {
    people(random, direction) {
      const first = walker(random, direction, { pause: null })
      const second = walker(random, opposite(direction), { pause: null, patienceMs: 3000 })
      return [
        { ...first, turnAt: between(random, -0.9, -0.15) },
        { ...second, progress: -laneEnd - between(random, 0.5, 2.5) },
      ]
    },
  },
  nobody: { people: () => [] },
}

/** How far two bodies of a lane are apart, rear to front, metres; negative where they overlap. */
export function gapBetween(ahead: Body, behind: Body): number {
  return rear(ahead) - front(behind)
}
