/**
 * A flap gate: two panels that open while a relay is held and close when it is released. Pure
 * physics. The panels have the mechanical obstacle stop that the wiring guide requires: they stay
 * at a body instead of closing on it, with a bounded force.
 */
import { type Body, front, nearness, rear } from './lane.ts'
import type { BarrierModel } from './tripod.ts'

export const flapNumbers = {
  openMs: 400,
  closeMs: 500,
  /** A body fits through from this opening on. */
  passableFrom: 0.9,
  /** Opening at which the panels touch a body between them. */
  bodyOpening: 0.6,
  /** What the obstacle stop allows at most, newtons. */
  obstacleForceN: 120,
} as const

/** Half the depth of the panels along the lane, metres. */
const panelHalf = 0.12

/** True when the panels would touch the body on their way. */
export function isBetweenPanels(body: Body): boolean {
  return front(body) > -panelHalf + nearness && rear(body) < panelHalf - nearness
}

export function createFlap(faults: { jammed?: boolean } = {}): BarrierModel {
  let opening = 0
  let forceN = 0
  let open = false
  const passed = new WeakSet<Body>()

  return {
    drive(relays) {
      open = relays.entry || relays.exit
    },
    frontMax(body) {
      if (front(body) > -panelHalf + nearness || body.forcing) return Number.POSITIVE_INFINITY
      return opening >= flapNumbers.passableFrom ? Number.POSITIVE_INFINITY : -panelHalf
    },
    step(bodies, _nowMs, dtMs) {
      forceN = 0
      if (faults.jammed !== true) {
        if (open) opening = Math.min(1, opening + dtMs / flapNumbers.openMs)
        else {
          const closing = Math.max(0, opening - dtMs / flapNumbers.closeMs)
          const blocked = closing < flapNumbers.bodyOpening && bodies.some(isBetweenPanels)
          forceN = blocked ? flapNumbers.obstacleForceN : 0
          opening = blocked ? Math.max(closing, flapNumbers.bodyOpening) : closing
        }
      }
      const through = bodies.filter(body => rear(body) >= panelHalf && !passed.has(body))
      for (const body of through) passed.add(body)
      return through.map(body => body.direction)
    },
    feedback: () => false,
    get atRest() {
      return opening === (open ? 1 : 0) || faults.jammed === true
    },
    get position() {
      return opening
    },
    get forceN() {
      return forceN
    },
  }
}
