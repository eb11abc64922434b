/**
 * Contenders by the clock, in turns: for work that waits for a disk or another process, where the
 * CPU time of this thread says little. A ratio is taken round by round, as in measure.ts.
 */
import { type Spread, spreadOf } from './spread.ts'

export interface Runner {
  readonly name: string
  /** Does one round's work; gives the milliseconds of one piece of it. */
  readonly round: () => Promise<number>
}

/** Milliseconds a piece, by name and round. The first round is for warming up and not counted. */
export async function inTurns(
  runners: readonly Runner[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const took = new Map(runners.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    // Who comes first changes: what one leaves to the disk is not always the same one's to wait for.
    const order = round % 2 === 0 ? runners : runners.toReversed()
    for (const { name, round: run } of order) {
      const ms = await run()
      if (round > 0) took.get(name)?.push(ms)
    }
  }
  return took
}

/** Runs `count` pieces of work, `atOnce` at a time; milliseconds a piece. */
export async function throughput(
  count: number,
  atOnce: number,
  work: (i: number) => Promise<void>,
): Promise<number> {
  let next = 0
  const from = performance.now()
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await work(next++)
    }),
  )
  return (performance.now() - from) / count
}

/** Over rounds, a's cost in units of b's. */
export function ratioIn(
  took: ReadonlyMap<string, readonly number[]>,
  a: string,
  b: string,
): Spread {
  const base = took.get(b) ?? []
  return spreadOf((took.get(a) ?? []).map((ms, round) => ms / (base[round] ?? Number.NaN)))
}

export const costOf = (took: ReadonlyMap<string, readonly number[]>, name: string): Spread =>
  spreadOf(took.get(name) ?? [])
