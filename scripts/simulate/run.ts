/** One simulation from its seed to its end: people, faults, invariants, and the hash of all that was seen. */
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { atOnce, StuckError } from '../../fixtures/clock.ts'
import type { Ground } from '../../fixtures/one-process.ts'
import type { Observed } from '../../fixtures/stage/observed.ts'
import { traceLine } from '../replay/trace.ts'
import { type Agenda, createAgenda } from './agenda.ts'
import { type Counts, fillCrowd } from './crowd.ts'
import { createFacts, type Facts } from './facts.ts'
import type { Fault } from './fault-kind.ts'
import { FAULT_KINDS, placeOf } from './faults.ts'
import type { Broken, End, GateEnd } from './invariant.ts'
import { createInvariants } from './invariants.ts'
import { lengthOf } from './plan-length.ts'
import { type System, startSystem } from './system.ts'
import { createTechnician } from './technician.ts'

export interface Plan {
  readonly seed: number
  /** How long people come. */
  readonly spanMs: number
  /** From then on: what waits is sent, and grants end. 20 minutes unless given. */
  readonly healMs?: number
  /** Of each gate. */
  readonly lanes: number
  /** Of the station; one unless given. */
  readonly gates?: number
  /** People on file; the ground has as many. */
  readonly phones: number
  /** By number, of these: those who come. */
  readonly people: readonly number[]
  /** So many of them by number come on the first day, the next on the next; all on each unless given. */
  readonly daily?: number
  /** From one coming to the next of one person, on average. */
  readonly everyMs: number
  readonly faults: readonly Fault[]
}

export interface Outcome {
  readonly broken: readonly Broken[]
  readonly counts: Counts
  /** Rows of the gates' journals. */
  readonly rows: number
  /** Of faults that began, by kind. */
  readonly faults: ReadonlyMap<string, number>
  /** People, by the names that rows have for their certificates. */
  readonly holders: ReadonlyMap<string, number>
  /** The true time at the start, Unix milliseconds. */
  readonly startMs: number
  /** Where it ended or was broken, milliseconds from there. */
  readonly endMs: number
  /** SHA-256 of all that was seen, keys and signatures aside; lower-case hexadecimal. */
  readonly hash: string
}

export interface Watch {
  /** Called now and then with how far it is, milliseconds; false ends it there. */
  readonly onTime?: (atMs: number) => boolean
  /** Hears all that is seen. */
  readonly onSeen?: ((one: Observed) => void) | undefined
}

/** Throws StuckError where a step waits for time that does not go on for it. */
export async function simulate(
  ground: Ground,
  plan: Plan,
  { onTime = () => true, onSeen }: Watch = {},
): Promise<Outcome> {
  const hash = createHash('sha256')
  let see = (_one: Observed): void => {}
  const system = await startSystem({
    ...{ ground: groundOf(ground, plan), seed: plan.seed },
    ...{ lanes: plan.lanes, gates: plan.gates ?? 1, daily: plan.daily },
    onObserved(one) {
      hash.update(`${traceLine(one)}\n`)
      see(one)
      onSeen?.(one)
    },
  })
  const facts = createFacts(system)
  const invariants = createInvariants(facts)
  see = invariants.see
  const agenda = createAgenda()
  let isCut = false
  const counts: Counts = { shown: 0, walked: 0, refused: 0, passes: 0 }
  const startMs = system.time.clock.monotonicMs()
  const trueStartMs = system.time.clock.nowMs()
  const { seed, people, daily, everyMs } = plan
  const untilMs = startMs + plan.spanMs
  fillCrowd({ system, agenda, seed, people, daily, everyMs, untilMs, counts })
  const faults = addFaults(system, facts, agenda, plan.faults, startMs)

  const goesOn = (atMs: number) => {
    isCut ||= !onTime(atMs - startMs)
    return !isCut && invariants.broken.length === 0
  }
  await live(system, agenda, startMs + lengthOf(plan), goesOn).catch(error => {
    throw stuckAt(error, seed, system.time.clock.monotonicMs() - startMs)
  })
  if (!isCut && invariants.broken.length === 0) invariants.atEnd(await endOf(system, startMs))
  const rows = system.gates.reduce((sum, gate) => sum + gate.rows().length, 0)
  const { holders } = system
  const endMs = system.time.clock.monotonicMs() - startMs
  await system.stop()
  return {
    broken: invariants.broken,
    counts,
    rows,
    faults,
    holders,
    ...{ startMs: trueStartMs, endMs },
    hash: hash.digest('hex'),
  }
}

/** What else it holds would change what chance gives to whom. */
function groundOf(ground: Ground, { phones, gates = 1 }: Plan): Ground {
  if (ground.phones.length < phones) throw new Error(`no ground for ${phones} people`)
  if (ground.gateKeys.length < gates) throw new Error(`no ground for ${gates} gates`)
  const gateKeys = ground.gateKeys.slice(0, gates)
  return { ...ground, gateKeys, phones: ground.phones.slice(0, phones) }
}

/** Time goes from entry to entry. Each is done while it stands still, but for pauses of the service. */
async function live(
  { time, service }: System,
  agenda: Agenda,
  endMs: number,
  goesOn: (atMs: number) => boolean,
): Promise<void> {
  const goTo = (ms: number) => time.advanceAsync(Math.max(0, ms - time.clock.monotonicMs()))
  for (let one = agenda.next(endMs); one !== undefined; one = agenda.next(endMs)) {
    await goTo(one.atMs)
    const done = one.run()
    if (done !== undefined) await service.inTime(done)
    if (!goesOn(one.atMs)) return
  }
  await goTo(endMs)
}

/** Says where it was. */
function stuckAt(error: unknown, seed: number, atMs: number): unknown {
  if (!(error instanceof StuckError)) return error
  const place = `seed ${seed} at ${(atMs / 1000).toFixed(1)} s`
  return new StuckError(
    `${place}: ${error.message}; a step may wait for pauses of the service alone`,
  )
}

/** Gives how often each kind has begun. */
function addFaults(
  system: System,
  facts: Facts,
  agenda: Agenda,
  faults: readonly Fault[],
  startMs: number,
): ReadonlyMap<string, number> {
  const count = new Map<string, number>()
  const sinceMs = () => system.time.clock.monotonicMs() - startMs
  const technician = createTechnician({ system, facts, agenda, sinceMs })
  for (const fault of faults) {
    const kind = FAULT_KINDS[fault.kind]
    if (kind === undefined) throw new Error(`no fault ${fault.kind}`)
    agenda.add(startMs + fault.atMs, async () => {
      const lane = placeOf(system.places, fault)
      count.set(fault.kind, (count.get(fault.kind) ?? 0) + 1)
      system.note(lane, { what: 'step', text: fault.kind })
      facts.begins(fault, lane, sinceMs())
      const ends = await kind.begin(system, fault)
      agenda.add(system.time.clock.monotonicMs() + fault.forMs, async () => {
        await ends()
        system.note(lane, { what: 'step', text: `${fault.kind} is over` })
        facts.ends(fault, lane, sinceMs())
        if (kind.isMended) technician.call(lane, fault.pick)
      })
    })
  }
  return count
}

async function endOf(system: System, startMs: number): Promise<End> {
  const { time, service } = system
  const query = sql<
    GateEnd['stored'][number] & { readonly gate: string }
  >`select gate, epoch, seq, hash from gate_events`
  const { rows } = await atOnce(time, query.execute(service.world.service.db))
  return {
    atMs: time.clock.monotonicMs() - startMs,
    startMs: time.clock.nowMs() - (time.clock.monotonicMs() - startMs),
    gates: system.gates.map(gate => ({
      place: gate.place,
      journal: gate.rows(),
      stored: rows.filter(row => row.gate === gate.name),
      setAside: gate.setAside(),
    })),
    answers: system.applications.answers,
  }
}
