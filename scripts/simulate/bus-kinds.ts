/** Kinds of faults of the bus: there where a station has several gates. */
import { BUS_FAULTS, type BusFault } from './bus-faults.ts'
import { gateOf, type Kind } from './fault-kind.ts'

const bus = (fault: BusFault): Kind => ({
  s: [10, 120],
  onBus: true,
  begin(system, of) {
    const { name } = gateOf(system, of)
    system.bus?.begin(fault, name)
    return () => system.bus?.end(fault, name)
  },
})

export const BUS_KINDS: Readonly<Record<string, Kind>> = {
  ...Object.fromEntries(BUS_FAULTS.map(fault => [`bus ${fault}`, bus(fault)] as const)),
}
