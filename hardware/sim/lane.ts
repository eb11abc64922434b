/**
 * People in a lane, as bodies on a line. Pure: positions and milliseconds in, positions out.
 *
 * The line runs through the barrier at 0 m; entry walks towards +, exit towards -. A body's
 * progress is its position counted in its own walking direction.
 */

export type Direction = 'entry' | 'exit'

/** One body: a person, a suitcase or a wheelchair. Metres and metres per second. */
export interface Body {
  readonly direction: Direction
  readonly halfDepth: number
  readonly speed: number
  /** Passes below a tripod's arm: a suitcase, a small child. */
  readonly low: boolean
  /** Too wide for a tripod: a wheelchair, a pram. */
  readonly wide: boolean
  /** Pushes through a locked barrier. */
  readonly forcing: boolean
  /** How long it stands before a barrier that stays shut before it turns back, milliseconds. */
  readonly patienceMs: number
  /** Stops for `forMs` when its progress reaches `at`. */
  pause: { readonly at: number; forMs: number } | null
  /** Changes its mind and goes back when its progress reaches this. */
  readonly turnAt: number | null
  /** Drawn or pushed: goes with another body, `ahead` metres before it (behind: negative). */
  readonly with: { readonly body: Body; readonly ahead: number } | null
  /** Stays this many metres behind another body; bodies in a queue keep 0.05 m. */
  readonly behind: { readonly body: Body; readonly gap: number } | null
  /** Walks on two legs, which is all that a low beam sees; null: on wheels, or a skirt to the floor. */
  readonly legs: Legs | null
  progress: number
  waitedMs: number
  turnedBack: boolean
}

/** How somebody walks: metres. `phase` is where on the floor the first foot stands. */
export interface Legs {
  readonly step: number
  readonly phase: number
  readonly halfDepth: number
}

/** How far a lane reaches on both sides of its barrier, metres. */
export const laneEnd = 1.2

const bodyGap = 0.05

/** Positions are sums of many steps: closer than this is the same place, metres. */
export const nearness = 1e-6

export const position = (body: Body) => (body.direction === 'entry' ? 1 : -1) * body.progress
export const front = (body: Body) => body.progress + body.halfDepth
export const rear = (body: Body) => body.progress - body.halfDepth

/** True when the body interrupts a beam at `x`. */
export const interrupts = (body: Body, x: number) => Math.abs(position(body) - x) <= body.halfDepth

/**
 * True when the body interrupts a low beam at `x`: one foot stands while the other swings from one
 * step behind it to one step before it, twice as fast as the body.
 */
export function interruptsLow(body: Body, x: number): boolean {
  if (body.legs === null) return interrupts(body, x)
  const { step, phase, halfDepth } = body.legs
  const at = body.direction === 'entry' ? x : -x
  const taken = Math.floor((body.progress - phase) / step)
  const standing = phase + (taken + 0.5) * step
  const swinging = standing - step + 2 * (body.progress - phase - taken * step)
  return Math.abs(standing - at) <= halfDepth || Math.abs(swinging - at) <= halfDepth
}

export function createBody(shape: Partial<Body> & Pick<Body, 'direction'>): Body {
  return {
    halfDepth: 0.15,
    speed: 1.2,
    low: false,
    wide: false,
    forcing: false,
    patienceMs: 7000,
    pause: null,
    turnAt: null,
    with: null,
    behind: null,
    legs: null,
    progress: -laneEnd,
    waitedMs: 0,
    turnedBack: false,
    ...shape,
  }
}

/** Out of the lane on either side. */
export function hasLeft(body: Body): boolean {
  return body.progress > laneEnd || (body.turnedBack && body.progress < -laneEnd)
}

/** Moves all bodies on by `dtMs`; `frontMax` is the furthest the barrier lets a front go. */
export function moveBodies(
  bodies: readonly Body[],
  frontMax: (body: Body) => number,
  dtMs: number,
): void {
  const drawn = bodies.filter(body => body.with !== null && bodies.includes(body.with.body))
  const own = bodies.filter(body => !drawn.includes(body))
  for (const body of own.sort((a, b) => b.progress - a.progress)) {
    const pushed = drawn.filter(thing => thing.with?.body === body && thing.with.ahead > 0)
    const limits = pushed.map(thing => frontMax(thing) - front(thing) + front(body))
    moveBody(body, bodies, Math.min(frontMax(body), ...limits), dtMs)
  }
  for (const thing of drawn) {
    if (thing.with === null) continue
    thing.progress = thing.with.body.progress + thing.with.ahead
    thing.turnedBack = thing.with.body.turnedBack
  }
}

function moveBody(body: Body, all: readonly Body[], frontMax: number, dtMs: number): void {
  const step = (body.speed * dtMs) / 1000
  if (body.turnedBack) {
    body.progress -= step
    return
  }
  if (body.pause !== null && body.progress >= body.pause.at) {
    body.pause.forMs -= dtMs
    if (body.pause.forMs <= 0) body.pause = null
    return
  }
  if (body.turnAt !== null && body.progress >= body.turnAt) {
    body.turnedBack = true
    return
  }
  const wanted = body.progress + step
  const reached = Math.min(wanted, frontMax - body.halfDepth, behindOthers(body, all))
  const moved = Math.max(reached, body.progress)
  if (moved - body.progress < step / 2) body.waitedMs += dtMs
  else body.waitedMs = 0
  body.progress = moved
  if (body.waitedMs >= body.patienceMs) body.turnedBack = true
}

/** The furthest progress before this body would walk into one that is ahead of it. */
function behindOthers(body: Body, all: readonly Body[]): number {
  let limit = Number.POSITIVE_INFINITY
  for (const other of all) {
    if (other === body || other.with?.body === body) continue
    const ahead = other.direction === body.direction ? other.progress : -other.progress
    if (ahead <= body.progress || other.turnedBack) continue
    const { behind } = body
    const kept = behind !== null && (other === behind.body || other.with?.body === behind.body)
    const gap = kept ? behind.gap : bodyGap
    limit = Math.min(limit, ahead - other.halfDepth - gap - body.halfDepth)
  }
  return limit
}
