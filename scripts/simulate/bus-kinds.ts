/** Kinds of faults of the bus: there where a station has several gates. */
import { BUS_FAULTS, type BusFault } from './bus-faults.ts'
import { LIES } from './bus-lies.ts'
import { gateOf, type Kind, nothing } from './fault-kind.ts'

const bus = (fault: BusFault): Kind => ({
  s: [10, 120],
  onBus: true,
  begin(system, of) {
    const { name } = gateOf(system, of)
    system.bus?.begin(fault, name)
    return () => system.bus?.end(fault, name)
  },
})

const lie = (name: string): Kind => ({
  s: [1, 2],
  onBus: true,
  begin(system, fault) {
    LIES[name]?.(system, gateOf(system, fault).name, fault.pick)
    return nothing
  },
})

export const BUS_KINDS: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(BUS_FAULTS.map(fault => [`bus ${fault}`, bus(fault)] as const)),
  ...Object.fromEntries(Object.keys(LIES).map(name => [`sibling ${name}`, lie(name)] as const)),
}
