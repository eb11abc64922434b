/**
 * Second uses of a pass, found where the gates' journals meet: controllers without contact to each
 * other admitted the same code, or one certificate twice without an exit between. Pure.
 */

/** One passage of a certificate, as a gate's journal says. */
export interface Passage {
  readonly gate: string
  readonly epoch: string
  readonly seq: number
  readonly lane: string
  readonly station: string
  readonly area: string
  /** Hex. */
  readonly cti: string
  readonly direction: 'entry' | 'exit'
  /** Unix milliseconds, by the gate's clock. */
  readonly at: number
  /** Unix seconds of the code that opened; null where the row's body was dropped. */
  readonly presentedAt: number | null
}

/**
 * - `CODE_TWICE`: the same presentation opened twice, at any two lanes.
 * - `INSIDE_TWICE`: two entries to one station area with no exit between, within the pass-back time.
 */
export interface Duplicate {
  readonly kind: 'CODE_TWICE' | 'INSIDE_TWICE'
  readonly first: Passage
  readonly second: Passage
}

/** Duplicates among passages of any order, by the time of the second use. */
export function duplicatesOf(passages: readonly Passage[], passbackMs: number): Duplicate[] {
  const found: Duplicate[] = []
  for (const ofOne of Map.groupBy(passages, one => one.cti).values()) {
    const ordered = ofOne.toSorted(byTime)
    found.push(...codesTwice(ordered), ...insideTwice(ordered, passbackMs))
  }
  return found.toSorted((a, b) => byTime(a.second, b.second))
}

function codesTwice(ordered: readonly Passage[]): Duplicate[] {
  const shown = ordered.filter(one => one.presentedAt !== null)
  return [...Map.groupBy(shown, one => one.presentedAt).values()].flatMap(uses =>
    uses.slice(1).map((second, i) => ({ kind: 'CODE_TWICE', first: uses[i] as Passage, second })),
  )
}

function insideTwice(ordered: readonly Passage[], passbackMs: number): Duplicate[] {
  const areas = Map.groupBy(ordered, one => `${one.station} ${one.area}`)
  return [...areas.values()].flatMap(visits =>
    visits.slice(1).flatMap((second, i) => {
      const first = visits[i] as Passage
      const twice = first.direction === 'entry' && second.direction === 'entry'
      // The same code twice is told as that.
      const sameCode = first.presentedAt !== null && first.presentedAt === second.presentedAt
      const soon = second.at - first.at < passbackMs
      return twice && soon && !sameCode ? [{ kind: 'INSIDE_TWICE' as const, first, second }] : []
    }),
  )
}

function byTime(a: Passage, b: Passage): number {
  return a.at - b.at || a.gate.localeCompare(b.gate) || a.seq - b.seq
}

/** Where a passage is found: gate, lane and row of its journal, and when it was. */
export function useOf({ gate, lane, epoch, seq, at }: Passage) {
  return { gate, lane, epoch, seq, at }
}
