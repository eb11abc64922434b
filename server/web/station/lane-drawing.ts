/** Where things of a lane are drawn, seen from above. Pure: metres and levels in, SVG units out. */
import type { LanePlan, LaneState, PinPlan, Way } from './protocol.ts'

export const WIDTH = 760
export const HEIGHT = 196
const PER_METRE = 165
/** The cabinets' inner edges, and the middle of the way between. */
export const TOP = 50
export const BOTTOM = 144
export const MIDDLE = (TOP + BOTTOM) / 2
/** Half the length of a cabinet, metres. */
export const CABINET = 1

/** Of a place along the lane, metres. */
export const xOf = (metres: number): number => WIDTH / 2 + metres * PER_METRE
export const lengthOf = (metres: number): number => metres * PER_METRE

export const isHigh = (levels: string, index: number): boolean => levels[index] === '1'

/** An output is active while high, a contact by its wiring. */
export function isActive({ wiring }: PinPlan, high: boolean): boolean {
  return wiring === 'closes' ? !high : high
}

export interface Lamps {
  readonly arrow: boolean
  readonly cross: boolean
  readonly amber: boolean
}

/** A board without a pin for the cross lights it by a changeover relay while the arrow is off. */
export function lampsOf({ pins }: LanePlan, levels: string): Lamps {
  const lit = (name: string) => {
    const index = pins.findIndex(pin => pin.name === name)
    return index === -1 ? undefined : isHigh(levels, index)
  }
  const arrow = lit('arrow') === true
  return { arrow, cross: lit('cross') ?? !arrow, amber: lit('amber') === true }
}

/** Whether what is wired to this function is active: a relay energised, a beam interrupted. */
export function activeOf({ pins }: LanePlan, levels: string, name: string): boolean {
  const index = pins.findIndex(pin => pin.name === name)
  const pin = pins[index]
  return pin !== undefined && isActive(pin, isHigh(levels, index))
}

export interface ArmEnd {
  readonly x: number
  readonly y: number
}

const ARM = 88
/** The hub leans: its three arms are at right angles to each other, one of them across the way. */
const LEAN = Math.sqrt(2 / 3)

/**
 * The three arms from the hub, seen from above, after a turn of `degrees` towards `way`. One that points
 * down is short.
 */
export function armsOf(degrees: number, way: Way): readonly ArmEnd[] {
  const sign = way === 'entry' ? 1 : -1
  return [0, 120, 240].map(first => {
    const turn = ((degrees + first) * Math.PI) / 180
    const across = Math.cos(turn) + (1 - Math.cos(turn)) / 3
    return { x: sign * ARM * LEAN * Math.sin(turn), y: ARM * across }
  })
}

/** Who turns the arm: the body at it, else who walks as the lane does. */
export function turningWay({ direction }: LanePlan, { bodies }: LaneState): Way {
  return bodies.find(({ at }) => Math.abs(at) < 0.7)?.way ?? direction
}
