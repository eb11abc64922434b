/** Plays a scenario on a stage: its steps in their time, and all that is seen from its start on. */
import type { Observed } from '../../fixtures/stage/observed.ts'
import { type HeldPass, makePass } from '../../fixtures/stage/passes.ts'
import { openStage } from '../../fixtures/stage/stage.ts'
import { createActs } from './acts.ts'
import { msOf } from './durations.ts'
import type { ReadyScenario } from './read-scenario.ts'

/** After the last step. */
const END_MS = 30_000
/** In its own time a scenario goes on in pieces of this length. */
const PACE_MS = 20

export function endMsOf({ scenario }: ReadyScenario): number {
  const last = Math.max(0, ...scenario.steps.map(step => msOf(step.at)))
  return scenario.end === undefined ? last + END_MS : Math.max(last, msOf(scenario.end))
}

export interface PlayOptions {
  /** Hears what is seen as it happens. */
  readonly onSeen?: ((one: Observed) => void) | undefined
  /** Resolves when the scenario may go on to this time of its own, which it then asks for often. */
  readonly pace?: ((atMs: number) => Promise<void>) | undefined
}

/** Never rejects for what the gate does; all that it did is in what it gives, in order. */
export async function playScenario(
  ready: ReadyScenario,
  { onSeen, pace }: PlayOptions = {},
): Promise<readonly Observed[]> {
  const { scenario, config } = ready
  const seen: Observed[] = []
  let isOver = false
  const startMs = Date.parse(scenario.start)
  const stage = await openStage({
    ...{ config, startMs, seed: scenario.seed },
    onObserved(one) {
      if (one.atMs < 0 || isOver) return
      seen.push(one)
      onSeen?.(one)
    },
  })
  const passes = new Map<string, HeldPass>()
  for (const [i, [name, person]] of Object.entries(scenario.people).entries()) {
    const shape = {
      ...person,
      issuedMs: startMs + msOf(person.issued),
      validMs: msOf(person.valid),
    }
    passes.set(name, await makePass(i + 1, shape))
  }
  const act = createActs(stage, passes)
  const steps = [...scenario.steps].sort((a, b) => msOf(a.at) - msOf(b.at))
  let atMs = 0
  const goTo = async (ms: number) => {
    const sliceMs = pace === undefined ? ms - atMs : PACE_MS
    do {
      const nextMs = Math.min(ms, atMs + sliceMs)
      await pace?.(nextMs)
      await stage.time.advanceAsync(nextMs - atMs)
      atMs = nextMs
    } while (atMs < ms)
  }
  for (const step of steps) {
    await goTo(msOf(step.at))
    await act(step)
  }
  await goTo(endMsOf(ready))
  isOver = true
  await stage.stop()
  return seen
}
