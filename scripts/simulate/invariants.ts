/**
 * All that must be true of a simulation, whatever goes wrong: at every moment, and at its end when all
 * that went wrong is over.
 */
import type { Observed } from '../../fixtures/stage/observed.ts'
import { STEP_INVARIANTS } from './at-every-step.ts'
import { END_INVARIANTS } from './at-the-end.ts'
import type { Facts } from './facts.ts'
import type { Broken, End, Fail } from './invariant.ts'

/** Each in words. */
export const INVARIANTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({ ...STEP_INVARIANTS, ...END_INVARIANTS }).map(([name, { says }]) => [name, says]),
)

export interface Invariants {
  see(one: Observed): void
  atEnd(end: End): void
  /** In the order in which they were found. */
  readonly broken: readonly Broken[]
}

export function createInvariants(facts: Facts): Invariants {
  const broken: Broken[] = []
  const relays = new Map<string, Map<string, number>>()
  const failOf =
    (invariant: string): Fail =>
    one =>
      void broken.push({ invariant, ...one })
  const watches = Object.entries(STEP_INVARIANTS).map(([name, { watch }]) =>
    watch(facts, failOf(name)),
  )

  function seeRelay(one: Observed): void {
    if (one.what !== 'relay') return
    const on = relays.get(one.lane) ?? new Map<string, number>()
    relays.set(one.lane, on)
    if (one.on) on.set(one.name, one.atMs)
    else on.delete(one.name)
  }

  return {
    broken,
    see(one) {
      seeRelay(one)
      for (const watch of watches) watch(one, relays)
    },
    atEnd(end) {
      for (const [name, { check }] of Object.entries(END_INVARIANTS)) check(end, failOf(name))
    },
  }
}
