/**
 * The gate that runs, and how another config takes its place. Where it only runs lanes in another
 * way, it acts on them as they stand. Else an orderly stop (no more scans, the passage that runs ends,
 * relays rest), then a start. Journal, identity and trust stay on disk.
 */
import type { GateConfig } from '../contract/config.ts'
import type { GivenModes } from '../lane/lane-settings.ts'
import type { ModesAsked } from '../machine/state.ts'
import { NOTHING_SERVED, type Served, servedBy, servesAgain } from './in-service.ts'
import { differsOnlyInModes, modesUnder } from './modes.ts'
import type { RunningGate, RunningLane, StopHow } from './running-gate.ts'

/** A revision that is to run. */
export interface RunHow {
  readonly number: number
  /** Who asked for what it says of a lane's modes. */
  readonly asked: (lane: string) => ModesAsked
}

export interface RevisionStart {
  /** The number of the revision that runs: another one may without a start. */
  readonly revision: () => number
  /** How lanes are run at first, by name. */
  readonly modes: ReadonlyMap<string, GivenModes>
}

/** Rejects when it can't run; nothing is left open then. */
export type StartGate<G extends RunningGate> = (
  config: GateConfig,
  how: RevisionStart,
) => Promise<G>

export interface Running<G extends RunningGate = RunningGate> {
  /** Another object after each start; undefined between two. */
  gate(): G | undefined
  /** By which it runs; undefined before the first. */
  config(): GateConfig | undefined
  /** Resolves with the fault when the gate could not be started: then none runs. */
  run(config: GateConfig, how: RunHow): Promise<{ readonly fault: unknown } | undefined>
  /** A lane is open for everyone, by a fire or by command. */
  emergency(): boolean
  /**
   * Whether this config would need a start while a lane is open for everyone, and has to be: a fire is
   * latched, or the config does not end the emergency.
   */
  forbids(config: GateConfig): boolean
  /** What is in service now is what must be so again before another config is good. */
  keepServed(): void
  /**
   * Whether what was in service at `keepServed` is so again (the lanes that have kept their
   * names, and as many in each direction), and the service answers.
   */
  well(): boolean
  /** At once, for a defect, and also of a gate that is stopping. */
  releaseAll(): void
  /** None runs then. Rejects never. */
  stop(how?: StopHow): Promise<void>
}

export function createRunning<G extends RunningGate>(
  start: StartGate<G>,
  onFault: (what: string, error: unknown) => void,
): Running<G> {
  let gate: G | undefined
  let ending: G | undefined
  /** Of the last gate that ran: how they were run outlives a config that could not start. */
  let lanes: readonly RunningLane[] = []
  let config: GateConfig | undefined
  let number = 0
  let served: Served = NOTHING_SERVED

  async function end(how?: StopHow): Promise<void> {
    ending = gate
    gate = undefined
    try {
      await ending?.stop(how)
    } catch (error) {
      ending?.releaseAll()
      onFault('the gate did not stop cleanly', error)
    } finally {
      ending = undefined
    }
  }

  /** An emergency release waits for no start. */
  function openAtOnce(modes: ReadonlyMap<string, GivenModes>): void {
    for (const lane of gate?.lanes ?? []) {
      const given = modes.get(lane.name)
      if (given?.modes.emergency === true) lane.setModes({ emergency: true }, given)
    }
  }

  return {
    gate: () => gate,
    config: () => config,
    async run(next, how) {
      const modes = modesUnder(lanes, config, next, how.asked)
      number = how.number
      if (gate !== undefined && config !== undefined && differsOnlyInModes(config, next)) {
        for (const lane of gate.lanes) {
          const given = modes.get(lane.name)
          if (given !== undefined) lane.setModes(given.modes, given)
        }
        config = next
        return undefined
      }
      openAtOnce(modes)
      await end({ restart: true, why: 'config' })
      try {
        gate = await start(next, { revision: () => number, modes })
        config = next
        lanes = gate.lanes
        return undefined
      } catch (fault) {
        return { fault }
      }
    },
    emergency: () => gate?.lanes.some(isOpenForAll) ?? false,
    forbids(next) {
      if (gate === undefined || config === undefined) return false
      if (differsOnlyInModes(config, next)) return false
      const modes = modesUnder(gate.lanes, config, next, () => ({ by: '' }))
      return gate.lanes
        .filter(isOpenForAll)
        .some(({ name, view }) => view().latched || modes.get(name)?.modes.emergency !== false)
    },
    keepServed() {
      if (gate !== undefined && config !== undefined) served = servedBy(gate, config)
    },
    well() {
      if (gate === undefined || config === undefined || !gate.reached()) return false
      return servesAgain(served, gate, config)
    },
    releaseAll() {
      const runs = gate ?? ending
      runs?.releaseAll()
    },
    stop: end,
  }
}

function isOpenForAll({ view }: RunningLane): boolean {
  return view().state.name === 'Emergency'
}
