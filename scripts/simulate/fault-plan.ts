/** Which faults happen when, by a seed. Pure. */
import { seeded, shuffled } from '../../hardware/sim/seeded.ts'
import type { Fault } from './fault-kind.ts'
import { FAULT_KINDS } from './faults.ts'

/**
 * `count` of them over `spanMs`, each with its own chance, so that one left out changes no other.
 * `gates`: of the station; those of the bus come where there are several.
 */
export function planFaults(seed: number, count: number, spanMs: number, gates = 1): Fault[] {
  const there = Object.keys(FAULT_KINDS).filter(kind => gates > 1 || !FAULT_KINDS[kind]?.onBus)
  const kinds = shuffled(there, seeded(seed))
  const faults = Array.from({ length: count }, (_, n) => {
    const random = seeded(seed * 7_919 + n)
    // Every kind comes once before any comes twice.
    const kind = kinds[n % kinds.length] as string
    const [from, to] = FAULT_KINDS[kind]?.s ?? [1, 1]
    return {
      kind,
      atMs: Math.floor(random() * spanMs),
      forMs: Math.floor((from + random() * (to - from)) * 1000),
      lane: random(),
      pick: random(),
    }
  })
  return faults.sort((a, b) => a.atMs - b.atMs)
}
