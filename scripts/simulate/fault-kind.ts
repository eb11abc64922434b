/** What a kind of fault is, and whom one of it meets. */
import type { SimulatedLane } from './lane-devices.ts'
import { drawn } from './places.ts'
import type { SimulatedGate } from './simulated-gate.ts'
import type { System } from './system.ts'

/** One that is planned. `lane` and `pick` are chances in [0, 1) that its kind may use. */
export interface Fault {
  readonly kind: string
  /** From the start, milliseconds. */
  readonly atMs: number
  readonly forMs: number
  readonly lane: number
  readonly pick: number
}

export type Ends = () => void | Promise<void>
/** Begins it; gives what ends it. */
type Begin = (system: System, fault: Fault) => Ends | Promise<Ends>

export interface Kind {
  readonly begin: Begin
  /** How long it lasts, seconds. */
  readonly s: readonly [number, number]
  /** Of one lane, or of the station; of one whole gate otherwise. */
  readonly onLane?: true
  readonly onStation?: true
  /** There where gates have siblings. */
  readonly onBus?: true
  /** It leaves the lane out of service, until a technician has mended it. */
  readonly isMended?: true
}

export const nothing: Ends = () => {}
export const laneOf = ({ lanes }: System, { lane }: Fault): SimulatedLane => drawn(lanes, lane)

/** Of a fault of a whole gate. */
export const gateOf = ({ gates }: System, { lane }: Fault): SimulatedGate => drawn(gates, lane)

/** The gate that the lane of a fault is of. */
export function gateOfLane(system: System, fault: Fault): SimulatedGate {
  const { name } = laneOf(system, fault)
  const found = system.gates.find(({ place }) => place === system.places.gateOf(name))
  if (found === undefined) throw new Error(`no gate has lane ${name}`)
  return found
}
