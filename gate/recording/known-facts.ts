/** What a gate's memory knows, as lines of a recording: what was used, who is where, what is pardoned. */
import type { Timers } from '../../hardware/ports.ts'
import type { RecordedLine } from '../contract/recording.ts'
import { RECORDING_FACTS_MAX, RECORDING_PIECE_FACTS } from '../limits.ts'
import type { Fact } from '../memory/facts.ts'
import type { Memory } from '../memory/memory.ts'

export type KnownLine = Extract<RecordedLine, { is: 'use' | 'visit' | 'pardon' }>

/** A presentation that something has happened to since. */
export interface Touched {
  readonly cti: string
  readonly presentedAt: number
  readonly area: string
}

/**
 * All of it, in pieces between which others have their turn. `drained` is awaited before each. Resolves
 * with how many were left out, there being too many.
 */
export async function tellFacts(
  memory: Pick<Memory, 'facts'>,
  { gate, timers, drained }: { gate: string; timers: Timers; drained: () => Promise<void> },
  tell: (line: KnownLine) => void,
): Promise<number> {
  let told = 0
  let leftOut = 0
  for (const fact of memory.facts()) {
    if (told >= RECORDING_FACTS_MAX) {
      leftOut += 1
      continue
    }
    tell(lineOf(fact, gate))
    told += 1
    if (told % RECORDING_PIECE_FACTS !== 0) continue
    await new Promise<void>(next => void timers.after(0, next))
    await drained()
  }
  return leftOut
}

/** What is known of it now. */
export function factsOf(
  memory: Pick<Memory, 'own' | 'visit'>,
  { cti, presentedAt, area }: Touched,
): KnownLine[] {
  const use = memory.own(cti, presentedAt)
  const visit = memory.visit(area, cti)
  return [
    ...(use === undefined ? [] : [lineOf(use, use.gate)]),
    ...(visit === undefined ? [] : [{ is: 'visit', area, cti, ...visit } as const]),
  ]
}

/** Siblings' lanes are named with their gate, as a decision sees them. */
function lineOf(fact: Fact, ours: string): KnownLine {
  switch (fact.kind) {
    case 'use': {
      const { cti, presentedAt, direction, outcome, grants, at: atMs } = fact
      const lane = fact.gate === ours ? fact.lane : `${fact.gate}/${fact.lane}`
      return { is: 'use', cti, presentedAt, lane, direction, outcome, atMs, grants }
    }
    case 'visit': {
      const { area, cti, inside, unsure, at: atMs } = fact
      return { is: 'visit', area, cti, inside, ...(unsure && { unsure }), atMs }
    }
    case 'pardon':
      return { is: 'pardon', area: fact.area ?? '', atMs: fact.at }
    default:
      return fact satisfies never
  }
}
