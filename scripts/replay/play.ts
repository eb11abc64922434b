/** Plays a scenario on a stage: its steps in their time, and all that is seen from its start on. */
import type { VirtualTime } from '../../fixtures/clock.ts'
import { SMALL_MEMORY } from '../../fixtures/small-memory.ts'
import type { BoardingPlan } from '../../fixtures/stage/boarding-list.ts'
import type { Observed } from '../../fixtures/stage/observed.ts'
import { type HeldPass, makePass } from '../../fixtures/stage/passes.ts'
import { openStage, type Stage } from '../../fixtures/stage/stage.ts'
import type { Recorder } from '../../gate/recording/recorder.ts'
import { createActs } from './acts.ts'
import { msOf } from './durations.ts'
import type { ReadyScenario } from './read-scenario.ts'
import type { Scenario } from './scenario.ts'

/** After the last step. */
const END_MS = 30_000
/** In its own time a scenario goes on in pieces of this length. */
const PACE_MS = 20
/** Of a boarding list that nobody dates. */
const LIST_AS_OF = '-1min'

export function endMsOf({ scenario }: ReadyScenario): number {
  const last = Math.max(0, ...scenario.steps.map(step => msOf(step.at)))
  return scenario.end === undefined ? last + END_MS : Math.max(last, msOf(scenario.end))
}

/** Undefined where nobody speaks of tickets. */
function boardingOf({ people, boardingList }: Scenario, startMs: number): BoardingPlan | undefined {
  const owners = Object.values(people).map(({ ticket }, i) => ({ ticket, index: i + 1 }))
  if (boardingList === undefined && owners.every(({ ticket }) => ticket === undefined)) {
    return undefined
  }
  const at = (text: string) => Math.floor((startMs + msOf(text)) / 1000)
  return {
    asOf: at(boardingList?.asOf ?? LIST_AS_OF),
    elsewhere: owners.flatMap(({ ticket, index }) => (ticket === 'elsewhere' ? [index] : [])),
    tickets: owners.flatMap(({ ticket, index }) => {
      if (ticket === undefined || ticket === 'elsewhere') return []
      const { train, from, until } = ticket
      return [{ index, train: { number: train, from: at(from), until: at(until) } }]
    }),
  }
}

export interface PlayOptions {
  /** Hears what is seen as it happens. */
  readonly onSeen?: ((one: Observed) => void) | undefined
  /** Resolves when the scenario may go on to this time of its own, which it then asks for often. */
  readonly pace?: ((atMs: number) => Promise<void>) | undefined
  /** Made for the stage's time; `onStage` begins what it records. */
  readonly recorder?: ((time: VirtualTime) => Recorder) | undefined
  /** Called at the scenario's start. */
  readonly onStage?: ((stage: Stage) => void) | undefined
  /** Called at its end, before the gate stops. */
  readonly onEnd?: ((stage: Stage) => Promise<void>) | undefined
}

/** Never rejects for what the gate does; all that it did is in what it gives, in order. */
export async function playScenario(
  ready: ReadyScenario,
  { onSeen, pace, ...more }: PlayOptions = {},
): Promise<readonly Observed[]> {
  const { scenario, config } = ready
  const seen: Observed[] = []
  let isOver = false
  const startMs = Date.parse(scenario.start)
  const stage = await openStage({
    ...{ config, startMs, seed: scenario.seed, recorder: more.recorder },
    memoryMax: { ...SMALL_MEMORY, ...scenario.memory },
    boarding: boardingOf(scenario, startMs),
    onObserved(one) {
      if (one.atMs < 0 || isOver) return
      seen.push(one)
      onSeen?.(one)
    },
  })
  more.onStage?.(stage)
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
  await more.onEnd?.(stage)
  await stage.stop()
  return seen
}
