/** One gate of a simulated station: the production gate with its lanes, its disk and its way to the service. */
import type { VirtualTime } from '../../fixtures/clock.ts'
import { NAMES, type OneProcessService } from '../../fixtures/one-process.ts'
import {
  createGateLives,
  type GateLives,
  type LivesParts,
} from '../../fixtures/stage/gate-lives.ts'
import type { Note } from '../../fixtures/stage/observed.ts'
import { createTroubledDisk, type TroubledDisk } from '../../fixtures/stage/troubled-disk.ts'
import { createDiskInMemory } from '../../gate/assembly/gate-disk.ts'
import { type GateConfig, gateConfigSchema } from '../../gate/contract/config.ts'
import type { ClockState } from '../../gate/contract/events.ts'
import type { FoundIdentity } from '../../gate/net/identity.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import type { BusWire } from './bus-wire.ts'
import { createSimulatedLane, type SimulatedLane } from './lane-devices.ts'
import { createFaultyNetwork, type FaultyNetwork } from './network.ts'

export interface SimulatedGate {
  /** What is seen of the whole gate has it as its lane: see places.ts. */
  readonly place: string
  readonly name: string
  readonly config: GateConfig
  readonly lives: GateLives
  readonly lanes: readonly SimulatedLane[]
  readonly network: FaultyNetwork
  readonly disk: TroubledDisk
  /** Of the journal, as the gate has it on disk. */
  rows(): readonly JournalLine[]
  /** Of these, as `EPOCH SEQ`: those that the service has refused, and which the gate has set aside. */
  setAside(): ReadonlySet<string>
}

/** A row of the gate's own journal. */
export interface JournalLine {
  readonly epoch: string
  readonly seq: number
  /** '' for the whole gate. */
  readonly lane: string
  readonly kind: string
  readonly at: number
  readonly clock: ClockState
  readonly hash: string
  readonly body: string | null
}

export interface GateParts {
  readonly service: OneProcessService
  readonly identity: FoundIdentity
  readonly place: string
  readonly seed: number
  readonly lanes: readonly LaneName[]
  readonly note: Note
  readonly onUse: LivesParts['onUse']
  /** Undefined for a gate without siblings. */
  readonly bus: BusWire | undefined
}

export interface LaneName {
  readonly name: string
  readonly direction: 'entry' | 'exit'
}

/** As a gate of production bounds its own codes, scaled to one station's day. */
const OWN_MAX = { codes: 65_536, papers: 128, visits: 16_384 }
const ALONE = { siblingUses: 128, siblingVisits: 128 }
/** For two at least, a day's each. */
const WITH_SIBLINGS = { siblingUses: 65_536, siblingVisits: 16_384 }
const SELECT =
  'SELECT epoch, seq, lane, kind, at, clock, hash, body FROM rows JOIN epochs USING (ordinal)'

/** It does not run yet. */
export function createSimulatedGate(parts: GateParts): SimulatedGate {
  const { service, identity, place, seed, bus } = parts
  const { time } = service
  const name = identity.identity?.enrolment?.gate ?? NAMES.gate
  const config = configOf(name, parts.lanes, bus !== undefined)
  const memory = createDiskInMemory(identity)
  const disk = createTroubledDisk(memory)
  const network = createFaultyNetwork(service.fetch, time.timers)
  const note: Note = (lane, seen) => parts.note(lane || place, seen)
  const lanes = lanesOf(config, time, note)
  const lives = createGateLives({
    ...{ config, time, disk, note, onUse: parts.onUse, random: seeded(seed) },
    memoryMax: { ...OWN_MAX, ...(bus === undefined ? ALONE : WITH_SIBLINGS) },
    lanes: new Map(lanes.map(lane => [lane.name, lane])),
    ...{ fetch: network.fetch, factory: service.factory },
    ...(bus && { openBusLink: bus.openLink }),
  })
  return {
    ...{ place, name, config, lives, lanes, network, disk },
    rows: () => memory.journal.prepare(SELECT).all() as unknown as readonly JournalLine[],
    setAside: () =>
      new Set(
        memory.journal
          .prepare('SELECT epoch, seq FROM refused_rows JOIN epochs USING (ordinal)')
          .all()
          .map(({ epoch, seq }) => `${epoch} ${seq}`),
      ),
  }
}

const lanesOf = (config: GateConfig, time: VirtualTime, note: Note): readonly SimulatedLane[] =>
  config.lanes.map(lane => createSimulatedLane(lane, time, seen => note(lane.name, seen)))

const configOf = (gate: string, lanes: readonly LaneName[], isOnBus: boolean) =>
  gateConfigSchema.parse({
    ...{ ...NAMES, gate },
    data: 'memory',
    service: { url: 'http://service' },
    trust: { factory: 'given', environment: 'test' },
    ...(isOnBus && { bus: { broker: { url: 'mqtt://bus' } } }),
    lanes: lanes.map((lane, n) => ({
      ...lane,
      board: { port: `board ${n}` },
      scanner: { port: `scanner ${n}` },
    })),
  })
