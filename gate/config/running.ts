/**
 * The gate that runs, and how another config takes its place: an orderly stop (no more scans, the
 * passage that runs ends, relays rest), then a start. Journal, identity and trust stay on disk.
 */
import type { GateConfig, LaneConfig } from '../contract/config.ts'
import type { EventKind, LaneModes } from '../contract/events.ts'
import type { Lane } from '../machine/state.ts'
import { NOTHING_SERVED, type Served, servedBy, servesAgain } from './in-service.ts'

/** What is needed of a gate: `gate.ts` makes one. */
export interface RunningGate {
  readonly lanes: readonly {
    readonly name: string
    view(): Pick<Lane, 'modes' | 'out'> & { readonly state: Pick<Lane['state'], 'name'> }
  }[]
  /** Rejects when the row is not on disk. */
  record(kind: EventKind, body: object): Promise<void>
  /** Whether the service has answered since the start. */
  reached(): boolean
  /** `restart`: another start follows at once. */
  stop(how?: { readonly restart: boolean }): Promise<void>
  releaseAll(): void
}

export interface StartHow {
  readonly revision: number
  /** How lanes were run until now, by name, where the config does not say otherwise. */
  readonly modes: ReadonlyMap<string, LaneModes>
}

/** Rejects when it can't run; nothing is left open then. */
export type StartGate<G extends RunningGate> = (config: GateConfig, how: StartHow) => Promise<G>

export interface Running<G extends RunningGate = RunningGate> {
  /** Another object after each change; undefined between two. */
  gate(): G | undefined
  /** Resolves with the fault when the gate could not be started: then none runs. */
  run(config: GateConfig, revision: number): Promise<{ readonly fault: unknown } | undefined>
  /** A lane that is open for everyone, by a fire or by command: not the time for changes. */
  emergency(): boolean
  /** What is in service now is what must be so again before another config is good. */
  keepServed(): void
  /**
   * Whether what was in service at `keepServed` is so again (the lanes that have kept their
   * names, and as many in each direction), and the service answers.
   */
  well(): boolean
  stop(): Promise<void>
}

export function createRunning<G extends RunningGate>(
  start: StartGate<G>,
  onFault: (what: string, error: unknown) => void,
): Running<G> {
  let gate: G | undefined
  let config: GateConfig | undefined
  let served: Served = NOTHING_SERVED

  async function end(how?: { readonly restart: boolean }): Promise<void> {
    const old = gate
    gate = undefined
    try {
      await old?.stop(how)
    } catch (error) {
      old?.releaseAll()
      onFault('the gate did not stop cleanly', error)
    }
  }

  return {
    gate: () => gate,
    async run(next, revision) {
      const modes = config === undefined ? new Map() : keptModes(gate, config, next)
      await end({ restart: true })
      try {
        gate = await start(next, { revision, modes })
        config = next
        return undefined
      } catch (fault) {
        return { fault }
      }
    },
    emergency: () => gate?.lanes.some(lane => lane.view().state.name === 'Emergency') ?? false,
    keepServed() {
      if (gate !== undefined && config !== undefined) served = servedBy(gate, config)
    },
    well() {
      if (gate === undefined || config === undefined || !gate.reached()) return false
      return servesAgain(served, gate, config)
    },
    stop: () => end(),
  }
}

/** Modes set by command outlive a change that does not speak of them. */
function keptModes(
  gate: RunningGate | undefined,
  before: GateConfig,
  next: GateConfig,
): ReadonlyMap<string, LaneModes> {
  const kept = new Map<string, LaneModes>()
  for (const lane of gate?.lanes ?? []) {
    const [was, is] = [laneOf(before, lane.name), laneOf(next, lane.name)]
    if (was && is && saysOfModes(was) === saysOfModes(is)) kept.set(lane.name, lane.view().modes)
  }
  return kept
}

function laneOf({ lanes }: GateConfig, name: string): LaneConfig | undefined {
  return lanes.find(lane => lane.name === name)
}

function saysOfModes({ direction, modes }: LaneConfig): string {
  return JSON.stringify([direction, modes])
}
