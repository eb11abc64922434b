/**
 * Where things happen at a simulated station. What is seen of a whole gate has the gate's name as its
 * place, or '' where it is the station's only one; what is seen of the whole station has ''.
 */
import { gateNames } from '../../fixtures/one-process.ts'
import { laneNames } from './lane-names.ts'

export interface StationSize {
  /** Of each gate. */
  readonly lanes: number
  /** One unless given. */
  readonly gates?: number
}

export interface Places {
  /** All lanes of the station, gate by gate. */
  readonly lanes: readonly string[]
  /** Of each whole gate. */
  readonly gates: readonly string[]
  /** Of the gate that has this lane, or is this place. */
  gateOf(lane: string): string
  /** Whether what is of `place` is also of `lane`: the same, its gate, or the station. */
  concerns(place: string, lane: string): boolean
}

export function placesOf({ lanes, gates = 1 }: StationSize): Places {
  const names = laneNames(lanes * gates)
  const places = gates === 1 ? [''] : gateNames(gates)
  const owners = new Map(names.map((name, n) => [name, places[Math.floor(n / lanes)] ?? '']))
  const gateOf = (lane: string): string => owners.get(lane) ?? lane
  return {
    ...{ lanes: names, gates: places, gateOf },
    concerns: (place, lane) =>
      ['', lane, gateOf(lane)].includes(place) || ['', gateOf(place)].includes(lane),
  }
}

/** The one that a chance in [0, 1) gives. */
export const drawn = <T>(all: readonly T[], chance: number): T =>
  all[Math.floor(chance * all.length)] as T
