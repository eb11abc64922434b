/**
 * A gate's revisions on real files in virtual time, over a gate that is only played: a test says
 * which configs start, which lanes are in service, and reads what the journal was told.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVirtualTime, settle } from '../../../fixtures/clock.ts'
import { type CheckedConfig, checkConfig, readConfigFile } from '../../config/config-file.ts'
import { createConfigEngine } from '../../config/engine.ts'
import { createRunning, type RevisionStart } from '../../config/running.ts'
import type { RunningGate, RunningLane } from '../../config/running-gate.ts'
import { type ConfigStore, openConfigStore } from '../../config/store.ts'
import type { JsonValue } from '../../contract/canonical.ts'
import type { GateConfig, LaneConfig } from '../../contract/config.ts'
import type { GivenModes } from '../../lane/lane-settings.ts'
import { modesChanged } from '../../machine/rest.ts'
import type { StateName } from '../../machine/state.ts'
import type { Known } from '../../store/high-water-marks.ts'

export const CONFIG = {
  gate: 'north-1',
  station: 'north',
  data: '.',
  service: { url: 'http://127.0.0.1:1' },
  trust: { factory: 'trust-1.cbor' },
  lanes: [{ name: 'A', direction: 'entry', board: { port: 'b' }, scanner: { port: 's' } }],
} as const

export interface World {
  /** What a start throws, by the wait time of lane A. */
  readonly faults: Map<number, string>
  /** Wait times that this program's schema does not take any more. */
  readonly refuses: Set<number>
  state: StateName
  /** Ports on which no board answers. */
  readonly dead: Set<string>
  reached: boolean
  /** Whether the journal takes rows. */
  takesRows: boolean
  /** Each start: the wait time of lane A, and how. */
  readonly starts: {
    readonly waitMs: number
    readonly how: RevisionStart
    readonly revision: number
  }[]
  /** Each change of a lane's modes without a start. */
  readonly modes: object[]
  /** `kind about revision→runs` or `alarm detail` of each row. */
  readonly rows: string[]
  readonly bodies: object[]
  readonly faultsTold: string[]
  /** What the journal was given to know. */
  readonly known: Known[]
  died: unknown
}

export function createDeskWorld(): World {
  return {
    faults: new Map(),
    refuses: new Set(),
    state: 'Locked',
    dead: new Set(),
    reached: false,
    takesRows: true,
    starts: [],
    modes: [],
    rows: [],
    bodies: [],
    faultsTold: [],
    known: [],
    died: undefined,
  }
}

export type Desk = Awaited<ReturnType<typeof openDesk>>

export const withWait = (waitMs: number): JsonValue => ({
  ...CONFIG,
  lanes: [{ ...CONFIG.lanes[0], timing: { waitMs } }],
})

/** As a process would: opens the revisions of `dir`. `crash` leaves everything as it is. */
export function openDesk(
  dir: string,
  world: World = createDeskWorld(),
  store: ConfigStore = openConfigStore(dir, 0),
) {
  const time = createVirtualTime()
  const path = join(dir, 'gate.json')
  const check = (value: unknown, written?: string): CheckedConfig => {
    const checked = checkConfig(value, dir, written)
    const waitMs = checked.ok ? (checked.config.lanes[0]?.timing.waitMs ?? 0) : 0
    return world.refuses.has(waitMs) ? { ok: false, problems: ['waitMs: gone'] } : checked
  }
  const onFault = (what: string): void => void world.faultsTold.push(what)
  const running = createRunning(async (config, how) => startPlayed(world, config, how), onFault)
  const engine = createConfigEngine({
    store,
    running,
    file: () => readConfigFile(path),
    check,
    timers: time.timers,
    nowMs: time.clock.nowMs,
    onFault,
    onDead: fault => {
      world.died = fault
    },
  })
  return {
    ...{ engine, world, time, running, store, check },
    waits: () => world.starts.map(start => start.waitMs),
    writeFile: (value: JsonValue | string) =>
      writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value)),
    /** Moves time on, and lets what falls due come to its end. */
    async advance(ms: number) {
      await time.advanceAsync(ms)
      await settle()
      await engine.refuse('nobody', 'only to wait for its turn', {})
      world.rows.pop()
      world.bodies.pop()
    },
    crash: store.close,
  }
}

async function startPlayed(
  world: World,
  config: GateConfig,
  how: RevisionStart,
): Promise<RunningGate> {
  const waitMs = config.lanes[0]?.timing.waitMs ?? 0
  const fault = world.faults.get(waitMs)
  if (fault !== undefined) throw Object.assign(new Error(fault), { code: 'BAD_PINS' })
  world.starts.push({ waitMs, how, revision: how.revision() })
  return {
    lanes: config.lanes.map(lane => playLane(world, lane, how)),
    async record(kind: string, body: object) {
      if (!world.takesRows) throw new Error('disk full')
      world.bodies.push(body)
      world.rows.push(lineOf(kind, body as Record<string, unknown>))
    },
    know: (numbers: Known) => void world.known.push(numbers),
    reached: () => world.reached,
    stop: async () => {},
    releaseAll() {},
  }
}

function playLane(world: World, { name, board }: LaneConfig, how: RevisionStart): RunningLane {
  let given = how.modes.get(name) as GivenModes
  return {
    name,
    view: () => ({
      state: { name: world.dead.has(board.port) ? 'OutOfService' : world.state },
      modes: given.modes,
      out: [],
      latched: world.state === 'Emergency' && !given.modes.emergency,
    }),
    modesAsked: () => given,
    setModes(change, { by, revision }) {
      const modes = { ...given.modes, ...change }
      const changed = modesChanged(given.modes, modes)
      given = { modes, by, revision }
      if (Object.keys(changed).length > 0)
        world.modes.push({ lane: name, ...changed, by, revision })
    },
  }
}

function lineOf(kind: string, body: Record<string, unknown>): string {
  if (kind === 'alarm') return `${body.code}: ${body.detail}`
  return `${body.about} ${body.revision} by ${body.by}, ${body.runs} runs`
}
