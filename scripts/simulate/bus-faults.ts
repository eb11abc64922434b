/** What goes wrong on the bus of a simulated station, and whether its gates may then know less. Pure. */

/**
 * `down`: no broker. `cut`: one gate has none. `deaf`, `mute`: what one gate should hear, or says, is
 * lost, and its connection stands. `slow`: messages take seconds. `reorders`: each takes its own time.
 * `loses`: every third message. `twice`: each message comes twice.
 */
export const BUS_FAULTS = [
  ...(['down', 'cut', 'deaf', 'mute'] as const),
  ...(['slow', 'reorders', 'loses', 'twice'] as const),
] as const
export type BusFault = (typeof BUS_FAULTS)[number]

export interface BusTrouble {
  /** `gate`: the one it is of. */
  begin(fault: BusFault, gate: string): void
  end(fault: BusFault, gate: string): void
  isConnected(gate: string): boolean
  /** After how long each copy of a message comes, milliseconds; none where it is lost. */
  copies(from: string, to: string): readonly number[]
}

const LATENCY_MS = 2
const SLOW_MS = 8000
const SHUFFLED_MS = 1500
const LOST = 1 / 3

/** `random`: in [0, 1). */
export function createBusTrouble(random: () => number): BusTrouble {
  const acting = new Map<string, number>()
  const nameOf = (fault: BusFault, gate: string): string => `${fault} ${gate}`
  const count = (key: string, more: number): void => {
    const next = (acting.get(key) ?? 0) + more
    if (next <= 0) acting.delete(key)
    else acting.set(key, next)
  }
  const isOf = (fault: BusFault, gate: string): boolean => acting.has(nameOf(fault, gate))
  const has = (fault: BusFault): boolean =>
    [...acting.keys()].some(key => key.startsWith(`${fault} `))

  function delayMs(): number {
    const slowMs = has('slow') ? SLOW_MS : 0
    return LATENCY_MS + slowMs + (has('reorders') ? Math.floor(random() * SHUFFLED_MS) : 0)
  }

  return {
    begin: (fault, gate) => count(nameOf(fault, gate), 1),
    end: (fault, gate) => count(nameOf(fault, gate), -1),
    isConnected: gate => !has('down') && !isOf('cut', gate),
    copies(from, to) {
      if (isOf('mute', from) || isOf('deaf', to)) return []
      if (has('loses') && random() < LOST) return []
      return Array.from({ length: has('twice') ? 2 : 1 }, delayMs)
    },
  }
}
