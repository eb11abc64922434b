/**
 * Demonstrations from keys to upload, on the real programs and simulated hardware. Each step is
 * checked where it happens; anything that did not really happen ends them with a DemoError.
 *
 * Cases can share a station: each has a passenger of its own, all are shown while the service is away
 * once, and the rows of all are looked for when it is back.
 */
import { readJournal, type SeenRow } from '../../fixtures/gate-journal.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { createWorld, startStation, type World } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { checkCharacter } from '../../server/domain/document.ts'
import { CASES, type CaseName, type DemoCase } from './cases.ts'
import { type Stage, show, WAIT_MS } from './show.ts'
import { DemoError, demand, type Trace } from './trace.ts'

export interface Shown {
  readonly name: CaseName
  readonly trace: Trace
}

const ENTRY = 'entry'

/**
 * Shows the cases one after another at one station, each in its own trace; `dir`: an empty folder for
 * it. `deadmanMs`: of the board; the firmware's usual 300 when left out. Rejects with the first
 * DemoError; its message begins with the case.
 */
export async function runCases(
  shown: readonly Shown[],
  dir: string,
  deadmanMs?: number,
): Promise<void> {
  const cases = shown.map(({ name }): DemoCase => CASES[name])
  const world = await createWorld({
    dir,
    lanes: (cases.some(one => one.usedBefore) ? ['A', 'B'] : ['A']).map(name => ({
      name,
      direction: ENTRY,
    })),
    lane: { timing: { waitMs: WAIT_MS } },
    more: [...new Set(cases.flatMap(({ reader }) => reader ?? []))],
    ...(deadmanMs === undefined ? {} : { deadmanMs }),
  })
  try {
    await showAll(world, shown)
  } catch (error) {
    throw error instanceof DemoError ? error : new DemoError('station', (error as Error).message)
  } finally {
    await world.close()
  }
}

async function showAll(world: World, shown: readonly Shown[]): Promise<void> {
  const all: Trace = {
    step(...said) {
      for (const { trace } of shown) trace.step(...said)
    },
  }
  await startStation(world)
  all.step('station', `service at ${world.url()}, gate enrolled, trust fresh`)
  const stages: Stage[] = []
  for (const [index, { name, trace }] of shown.entries()) {
    stages.push(await prepare(world, CASES[name], index, trace))
  }
  await stopService(world, all)
  for (const [index, { name }] of shown.entries()) {
    await show(stages[index] as Stage).catch(error => {
      throw new DemoError(error.step ?? 'station', `${name}: ${error.message}`)
    })
  }
  await restartService(world, all)
  for (const { name, trace } of shown) {
    trace.step('done', `${name}: ${CASES[name].what}: as it must be`)
  }
}

/** While the service is still there: a certificate, which may be revoked again. */
async function prepare(world: World, given: DemoCase, index: number, trace: Trace): Promise<Stage> {
  const phone = await world.traveller(documentNumberOf(index))
  const what = `issued at the window, on the phone: pass of ${phone.pass.length} bytes`
  trace.step('certificate', what)
  const stage = { world, lane: laneOf(world, 0), other: world.lanes[1], phone, trace, given }
  if (given.revoked) await revoke(stage)
  return stage
}

/** Nobody's: no such region was ever given out. `index`: 0 to 999. */
function documentNumberOf(index: number): string {
  const first17 = `89000019900101${String(index).padStart(3, '0')}`
  return first17 + checkCharacter(first17)
}

function laneOf(world: World, index: number): SimLane {
  const lane = world.lanes[index]
  if (lane === undefined) throw new Error(`no lane ${index}`)
  return lane
}

async function revoke({ world, phone, trace }: Stage): Promise<void> {
  const agent = await world.signIn('agent')
  const path = `/v1/desk/certificates/${phone.certificateId}/revoke`
  const answer = await agent.post(path, { reason: 'demonstration' })
  const version = answer.manifestVersion as number
  await world.gate().line('the new manifest', one => Number(one.manifestVersion) >= version)
  trace.step('revoked', `manifest ${version} is at the gate`)
}

async function stopService(world: World, trace: Trace): Promise<void> {
  await world.server().stop()
  const gone = await fetch(`${world.url()}/healthz`).then(
    () => false,
    () => true,
  )
  demand('service-stopped', gone, 'the service still answers')
  trace.step('service-stopped', 'its port refuses connections; the gate is on its own')
}

/** The service comes back and must hold exactly the gate's rows, each once. */
async function restartService(world: World, trace: Trace): Promise<void> {
  await world.startServer()
  trace.step('service-back', `service at ${world.url()}`)
  const operator = await world.signIn('operator')
  const hashesOf = (rows: readonly Pick<SeenRow, 'epoch' | 'seq' | 'hash'>[]) =>
    rows.map(row => `${row.epoch} ${row.seq} ${row.hash}`).join('\n')
  let rows: readonly SeenRow[] = []
  const same = async () => {
    const path = '/v1/fleet/gates/north-1/events?limit=200'
    rows = (await operator.get(path)).rows as SeenRow[]
    return hashesOf(rows) === hashesOf(readJournal(world.journalFile))
  }
  const inTime = await until('the upload', same).then(
    () => true,
    () => false,
  )
  const ours = readJournal(world.journalFile).length
  demand('uploaded', inTime, `the service has ${rows.length} of ${ours} rows`)
  trace.step('uploaded', `${rows.length} rows, equal to the gate’s, each exactly once`, {
    rows: rows.length,
  })
}
