/**
 * A station in one process on virtual time: the production service, the production gates with their
 * lanes, and the networks, the bus, the disks and clocks between and under them, which faults may spoil.
 */

import { atOnce, type VirtualTime } from '../../fixtures/clock.ts'
import {
  type Ground,
  NAMES,
  type OneProcessService,
  startOneProcessService,
} from '../../fixtures/one-process.ts'
import type { Note, Observed } from '../../fixtures/stage/observed.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import { type Applications, createApplications } from './applications.ts'
import { type BusWire, createBusWire } from './bus-wire.ts'
import { type Comers, comersAt } from './daily.ts'
import type { SimulatedLane } from './lane-devices.ts'
import { type Places, placesOf, type StationSize } from './places.ts'
import { createSimulatedGate, type GateParts, type SimulatedGate } from './simulated-gate.ts'
import { createUsesBegun, type UsesBegun } from './uses-begun.ts'

export interface System {
  readonly time: VirtualTime
  readonly service: OneProcessService
  readonly places: Places
  readonly gates: readonly SimulatedGate[]
  /** Of all gates. */
  readonly lanes: readonly SimulatedLane[]
  /** Undefined where there is one gate alone. */
  readonly bus: BusWire | undefined
  readonly note: Note
  readonly applications: Applications
  /** Those who come on this day. */
  comers(): Comers
  /** Certificates that people hold, the oldest first: by id, the name that rows have for it. */
  readonly held: Map<string, string>
  /** People by number, by the names that rows have for their certificates. */
  readonly holders: Map<string, number>
  /** Names of certificates that were ended, and when, milliseconds from the start. */
  readonly revoked: Map<string, number>
  /** Names of certificates that a sibling has told lies about. */
  readonly slandered: Set<string>
  readonly usesBegun: UsesBegun
  /** What this person held has ended now: another certificate took its place. */
  replaced(person: number): void
  /** The desk ends the oldest of them. */
  revokeOne(): Promise<void>
  stop(): Promise<void>
}

export interface SystemParts extends StationSize {
  /** Has a key for each of the gates. */
  readonly ground: Ground
  readonly seed: number
  /** So many people come on each day, others on the next; undefined: all daily. */
  readonly daily?: number | undefined
  readonly onObserved: (one: Observed) => void
}

const SETTLING_MS = 5000
/** Half an hour before a day and a month end in Shanghai: quotas begin anew in each simulation. */
const START_MS = Date.parse('2026-05-31T23:30:00+08:00')
/** So far apart are the seeds of its gates, and of the bus. */
const SEED_STEP = 15_485_863

export async function startSystem(parts: SystemParts): Promise<System> {
  const { seed } = parts
  const service = await startOneProcessService(parts.ground, seed, START_MS)
  const { time } = service
  // What is seen before it has settled lies before the start.
  const startMs = time.clock.monotonicMs() + SETTLING_MS
  const sinceMs = () => time.clock.monotonicMs() - startMs
  const note: Note = (lane, seen) =>
    parts.onObserved({ atMs: sinceMs(), lane, ...seen } as Observed)
  const places = placesOf(parts)
  const { station } = NAMES
  const random = seeded(seed + SEED_STEP * places.gates.length)
  const bus =
    places.gates.length === 1
      ? undefined
      : createBusWire({ station, time, line: service.line, random })
  const usesBegun = createUsesBegun()
  const onUse: GateParts['onUse'] = (lane, use) => usesBegun.begins(lane, use, sinceMs())
  const gates = gatesOf(service, places, seed, { note, bus, onUse })
  for (const { lives } of gates) await lives.start()
  await time.advanceAsync(SETTLING_MS)
  return {
    ...{ time, service, places, gates, bus, note, usesBegun, slandered: new Set<string>() },
    comers: () => comersAt(service.people.length, parts.daily, sinceMs()),
    lanes: gates.flatMap(({ lanes }) => lanes),
    ...(await certificatesOf(service, sinceMs)),
    async stop() {
      for (const { lives } of gates) await lives.stop()
      await atOnce(time, service.world.close())
      for (const { disk } of gates) disk.close()
    },
  }
}

function gatesOf(
  service: OneProcessService,
  places: Places,
  seed: number,
  around: Pick<GateParts, 'note' | 'bus' | 'onUse'>,
): SimulatedGate[] {
  const lanes = places.lanes.map((name, n) => ({
    ...({ name, direction: n % 2 === 0 ? 'entry' : 'exit' } as const),
  }))
  return service.identities.map((identity, n) => {
    const place = places.gates[n] ?? ''
    const own = lanes.filter(({ name }) => places.gateOf(name) === place)
    return createSimulatedGate({
      ...{ service, identity, place, lanes: own, ...around },
      seed: seed + SEED_STEP * n,
    })
  })
}

type Certificates = Pick<
  System,
  'applications' | 'held' | 'holders' | 'revoked' | 'replaced' | 'revokeOne'
>

/** `sinceMs`: from the start. */
async function certificatesOf(
  service: OneProcessService,
  sinceMs: () => number,
): Promise<Certificates> {
  const held = new Map<string, string>()
  const holders = new Map<string, number>()
  const revoked = new Map<string, number>()
  const agent = await atOnce(service.time, service.world.signIn('agent'))
  return {
    ...{ held, holders, revoked },
    applications: createApplications(service),
    replaced(person) {
      for (const [id, cti] of held) {
        if (holders.get(cti) !== person) continue
        held.delete(id)
        revoked.set(cti, sinceMs())
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
        revoked.set(cti, sinceMs())
        return
      }
    },
  }
}
