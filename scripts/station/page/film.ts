/** A scenario as a film: played at once in virtual time, what is seen of it taken down frame by frame. */
import type { Observed } from '../../../fixtures/stage/observed.ts'
import type { Stage } from '../../../fixtures/stage/stage.ts'
import type { EventKind } from '../../../gate/contract/events.ts'
import type {
  Film,
  FilmFrame,
  FilmRow,
  LanePlan,
  LaneState,
  SignState,
} from '../../../server/web/station/protocol.ts'
import { endMsOf, playScenario } from '../../replay/play.ts'
import type { ReadyScenario } from '../../replay/read-scenario.ts'
import { rowState } from './journal-rows.ts'
import { AT_REST, type DrawnLane, planOf, signState, stateOf } from './lane-state.ts'
import { FRAMES_MAX } from './limits.ts'

/** Thirty frames a second of the scenario's own time. */
const FRAME_MS = 33

/** Rejects for a scenario that can't be played, or moves for too long. */
export async function filmOf(ready: ReadyScenario, name: string): Promise<Film> {
  const { scenario, config } = ready
  const signs = new Map<string, SignState>()
  const rows: FilmRow[] = []
  const startMs = Date.parse(scenario.start)
  let reel: Reel | undefined

  function see(one: Observed): void {
    if (one.what === 'sign') {
      signs.set(one.lane, signState(one.sign, one.code))
      reel?.touch(one.lane)
    }
    if (one.what !== 'row') return
    const { atMs, lane, kind, body } = one
    const row = {
      ...{ epoch: name, seq: rows.length + 1, at: startMs + atMs, lane, hash: '' },
      body,
    }
    rows.push({ atMs, row: rowState({ ...row, kind: kind as EventKind }) })
  }

  await playScenario(ready, {
    onSeen: see,
    onStage(stage) {
      reel = openReel(stage, lanesOf(stage, ready), signs)
    },
  })
  if (reel === undefined) throw new Error('the scenario did not begin')
  const lanes = config.lanes.map(planOfConfig)
  return { name, title: scenario.name, endMs: endMsOf(ready), lanes, frames: reel.frames, rows }
}

type LaneConfig = ReadyScenario['config']['lanes'][number]

const wiringOf = ({ name, direction, board }: LaneConfig) => ({
  name,
  direction: direction === 'exit' ? ('exit' as const) : ('entry' as const),
  pins: board as DrawnLane['pins'],
})

const planOfConfig = (config: LaneConfig): LanePlan => planOf(wiringOf(config))

function lanesOf({ lanes }: Stage, { config }: ReadyScenario): DrawnLane[] {
  return config.lanes.flatMap(one => {
    const lane = lanes.get(one.name)
    return lane === undefined ? [] : [{ ...wiringOf(one), ...lane }]
  })
}

interface Reel {
  readonly frames: readonly FilmFrame[]
  /** Something of a lane is another: it is in the next frame. */
  touch(lane: string): void
}

function openReel(
  { time }: Stage,
  drawn: readonly DrawnLane[],
  signs: ReadonlyMap<string, SignState>,
): Reel {
  const fromMs = time.clock.monotonicMs()
  const plans = new Map(drawn.map(lane => [lane.name, planOf(lane)]))
  const changed = new Set(plans.keys())
  const frames: FilmFrame[] = []
  let isWaiting = false

  function take(): void {
    isWaiting = false
    if (frames.length === FRAMES_MAX) return
    const lanes: Record<string, LaneState> = {}
    for (const lane of drawn) {
      const plan = plans.get(lane.name)
      if (plan === undefined || !changed.has(lane.name)) continue
      lanes[lane.name] = stateOf(lane, plan, signs.get(lane.name) ?? AT_REST)
    }
    changed.clear()
    frames.push({ atMs: Math.round(time.clock.monotonicMs() - fromMs), lanes })
  }

  function touch(lane: string): void {
    changed.add(lane)
    if (isWaiting) return
    isWaiting = true
    time.timers.after(FRAME_MS, take)
  }

  take()
  for (const { name, turnstile } of drawn) turnstile.onChange(() => touch(name))
  return { frames, touch }
}
