/**
 * Where the beams of a flap lane stand: in a row from the entry side to the exit side, 0.28 m apart,
 * with the panels between C and D. A lane may have fewer, and does without one that is stuck. Pure.
 */
import type { Direction } from '../contract/events.ts'

/** A to F from the entry side to the exit side; a flap's panels stand between C and D. */
export type Beam = 'beamA' | 'beamB' | 'beamC' | 'beamD' | 'beamE' | 'beamF'

/** All beams in a row, from the entry side. */
export const BEAM_ROW: readonly Beam[] = ['beamA', 'beamB', 'beamC', 'beamD', 'beamE', 'beamF']

/** Beams in use, from the entry side. */
export interface Layout {
  readonly beams: readonly Beam[]
  /** How many of them stand on the entry side of the panels. */
  readonly panels: number
}

export function layoutOf(wired: readonly Beam[], stuck: readonly Beam[]): Layout {
  const beams = BEAM_ROW.filter(beam => wired.includes(beam) && !stuck.includes(beam))
  return { beams, panels: beams.filter(beam => beam <= 'beamC').length }
}

/** With a beam on each side of the panels it can be told who walks which way. */
export function tellsDirection({ beams, panels }: Layout): boolean {
  return panels > 0 && panels < beams.length
}

/**
 * A walker as seen from the side it comes from: beams are counted from there, so one rule does for
 * both directions. `front` and `rear` are the beams that it covers; one that covers none lies
 * between them, `rear` above `front`.
 */
export interface OwnView {
  readonly front: number
  readonly rear: number
  /** The last beam before the panels, and the first behind them. */
  readonly near: number
  readonly far: number
  /** How many beams there are. */
  readonly count: number
}

export function ownView(layout: Layout, from: Direction, lo: number, hi: number): OwnView {
  const { panels } = layout
  const count = layout.beams.length
  return from === 'entry'
    ? { front: hi, rear: lo, near: panels - 1, far: panels, count }
    : {
        front: count - 1 - lo,
        rear: count - 1 - hi,
        near: count - 1 - panels,
        far: count - panels,
        count,
      }
}

/** The beam that a number from `ownView` means; undefined outside the row. */
export function beamAt(layout: Layout, from: Direction, own: number): Beam | undefined {
  const index = from === 'entry' ? own : layout.beams.length - 1 - own
  return layout.beams[index]
}
