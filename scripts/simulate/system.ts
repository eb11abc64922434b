/**
 * A station in one process on virtual time: the production service, the production gate with its lanes,
 * and the network, disk and clock between and under them, which faults may spoil.
 */

import { atOnce, type VirtualTime } from '../../fixtures/clock.ts'
import {
  type Ground,
  NAMES,
  type OneProcessService,
  startOneProcessService,
} from '../../fixtures/one-process.ts'
import { createGateLives, type GateLives } from '../../fixtures/stage/gate-lives.ts'
import type { Note, Observed } from '../../fixtures/stage/observed.ts'
import { createTroubledDisk, type TroubledDisk } from '../../fixtures/stage/troubled-disk.ts'
import { createDiskInMemory } from '../../gate/assembly/gate-disk.ts'
import { type GateConfig, gateConfigSchema } from '../../gate/contract/config.ts'
import type { ClockState } from '../../gate/contract/events.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import { type Applications, createApplications } from './applications.ts'
import { createSimulatedLane, type SimulatedLane } from './lane-devices.ts'
import { laneNames } from './lane-names.ts'
import { createFaultyNetwork, type FaultyNetwork } from './network.ts'

export interface System {
  readonly time: VirtualTime
  readonly config: GateConfig
  readonly service: OneProcessService
  readonly lives: GateLives
  readonly lanes: readonly SimulatedLane[]
  readonly network: FaultyNetwork
  readonly disk: TroubledDisk
  /** Of the journal, as the gate has it on disk. */
  rows(): readonly JournalLine[]
  /** Of these, as `EPOCH SEQ`: those that the service has refused, and which the gate has set aside. */
  setAside(): ReadonlySet<string>
  readonly note: Note
  readonly applications: Applications
  /** Certificates that people hold, the oldest first: by id, the name that rows have for it. */
  readonly held: Map<string, string>
  /** People by number, by the names that rows have for their certificates. */
  readonly holders: Map<string, number>
  /** Names of certificates that were ended, and when, milliseconds from the start. */
  readonly revoked: Map<string, number>
  /** What this person held has ended now: another certificate took its place. */
  replaced(person: number): void
  /** The desk ends the oldest of them. */
  revokeOne(): Promise<void>
  stop(): Promise<void>
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

export interface SystemParts {
  readonly ground: Ground
  readonly seed: number
  /** Half of them let in, half let out; at least two. */
  readonly lanes: number
  readonly onObserved: (one: Observed) => void
}

const SETTLING_MS = 5000
/** Half an hour before a day and a month end in Shanghai: quotas begin anew in each simulation. */
const START_MS = Date.parse('2026-05-31T23:30:00+08:00')
/** As a gate of production bounds its own codes, scaled to one station's day. */
const MEMORY_MAX = {
  codes: 65_536,
  papers: 128,
  visits: 16_384,
  siblingUses: 128,
  siblingVisits: 128,
}

export async function startSystem(parts: SystemParts): Promise<System> {
  const service = await startOneProcessService(parts.ground, parts.seed, START_MS)
  const { time } = service
  const config = configOf(parts.lanes)
  const memory = createDiskInMemory(service.identity)
  const disk = createTroubledDisk(memory)
  const network = createFaultyNetwork(service.fetch, time.timers)
  // What is seen before it has settled lies before the start.
  const startMs = time.clock.monotonicMs() + SETTLING_MS
  const note: Note = (lane, seen) =>
    parts.onObserved({ atMs: time.clock.monotonicMs() - startMs, lane, ...seen } as Observed)
  const lanes = config.lanes.map(lane =>
    createSimulatedLane(lane, time, seen => note(lane.name, seen)),
  )
  const lives = createGateLives({
    ...{ config, time, disk, note, random: seeded(parts.seed), memoryMax: MEMORY_MAX },
    lanes: new Map(lanes.map(lane => [lane.name, lane])),
    ...{ fetch: network.fetch, factory: service.factory },
  })
  await lives.start()
  await time.advanceAsync(SETTLING_MS)
  const select =
    'SELECT epoch, seq, lane, kind, at, clock, hash, body FROM rows JOIN epochs USING (ordinal)'
  const held = new Map<string, string>()
  const holders = new Map<string, number>()
  const revoked = new Map<string, number>()
  const agent = await atOnce(time, service.world.signIn('agent'))
  return {
    ...{ time, config, service, lives, lanes, network, disk, note, held, holders, revoked },
    applications: createApplications(service),
    replaced(person) {
      for (const [id, cti] of held) {
        if (holders.get(cti) !== person) continue
        held.delete(id)
        revoked.set(cti, time.clock.monotonicMs() - startMs)
      }
    },
    async revokeOne() {
      for (const [id, cti] of held) {
        held.delete(id)
        const path = `/v1/desk/certificates/${id}/revoke`
        const { status } = await service.world.post(path, { reason: 'lost' }, agent)
        // It has ended by itself, or by its holder's next one.
        if (status === 409) continue
        if (status !== 200) throw new Error(`revoking answered ${status}`)
        revoked.set(cti, time.clock.monotonicMs() - startMs)
        return
      }
    },
    rows: () => memory.journal.prepare(select).all() as unknown as readonly JournalLine[],
    setAside: () =>
      new Set(
        memory.journal
          .prepare('SELECT epoch, seq FROM refused_rows JOIN epochs USING (ordinal)')
          .all()
          .map(({ epoch, seq }) => `${epoch} ${seq}`),
      ),
    async stop() {
      await lives.stop()
      await atOnce(time, service.world.close())
      disk.close()
    },
  }
}

const configOf = (lanes: number) =>
  gateConfigSchema.parse({
    ...NAMES,
    data: 'memory',
    service: { url: 'http://service' },
    trust: { factory: 'given', environment: 'test' },
    lanes: laneNames(lanes).map((name, n) => ({
      name,
      direction: n % 2 === 0 ? 'entry' : 'exit',
      board: { port: `board ${n}` },
      scanner: { port: `scanner ${n}` },
    })),
  })
