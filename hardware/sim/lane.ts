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
  progress: number
  waitedMs: number
  turnedBack: boolean
}

/** How far a lane reaches on both sides of its barrier, metres. */
export const laneEnd = 1.2

const bodyGap = 0.05

export const position = (body: Body) => (body.direction === 'entry' ? 1 : -1) * body.progress
export const front = (body: Body) => body.progress + body.halfDepth
export const rear = (body: Body) => body.progress - body.halfDepth

/** True when the body interrupts a beam at `x`. */
export const interrupts = (body: Body, x: number) => Math.abs(position(body) - x) <= body.halfDepth

export function createBody(shape: Partial<Body> & Pick<Body, 'direction'>): Body {
  return {
    halfDepth: 0.15,
    speed: 1.2,
    low: false,
    wide: false,
    forcing: false,
    patienceMs: 7000,
    pause: null,
    progress: -laneEnd,
    waitedMs: 0,
    turnedBack: false,
    ...shape,
  }
}

/** Moves all bodies on by `dtMs`; `frontMax` is the furthest the barrier lets a front go. */
export function moveBodies(
  bodies: readonly Body[],
  frontMax: (body: Body) => number,
  dtMs: number,
): void {
  for (const body of [...bodies].sort((a, b) => b.progress - a.progress)) {
    moveBody(body, bodies, frontMax(body), dtMs)
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
    if (other === body) continue
    const ahead = other.direction === body.direction ? other.progress : -other.progress
    if (ahead <= body.progress || other.turnedBack) continue
    limit = Math.min(limit, ahead - other.halfDepth - bodyGap - body.halfDepth)
  }
  return limit
}
