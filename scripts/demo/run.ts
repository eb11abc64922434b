/**
 * One demonstration from keys to upload, on the real programs and simulated hardware. Each step is
 * checked where it happens: pins on the board, rows on the disk, rows at the service. Anything that
 * did not really happen ends it with a DemoError.
 */
import { codePicture } from '../../fixtures/code-picture.ts'
import { readJournal, type SeenRow } from '../../fixtures/gate-journal.ts'
import type { Phone } from '../../fixtures/phone.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { createWorld, startStation, type World } from '../../fixtures/world.ts'
import { createBody } from '../../hardware/sim/lane.ts'
import { walk } from '../../hardware/sim/passenger.ts'
import { decodePicture } from '../../hardware/sim/scanner.ts'
import { until } from '../../hardware/sim/until.ts'
import { CASES, type CaseName, type DemoCase } from './cases.ts'
import { DemoError, demand, type Trace } from './trace.ts'

/** What the board's relay did, and what the journal held at that moment. */
interface RelayMove {
  readonly level: 0 | 1
  readonly atMs: number
  readonly grantsOnDisk: number
}

interface Stage {
  readonly world: World
  readonly lane: SimLane
  readonly phone: Phone
  readonly trace: Trace
  readonly given: DemoCase
  readonly moves: RelayMove[]
  /** Rows from before the scan that is shown. */
  before: number
}

const WAIT_MS = 1500
/** How long somebody pushes against an arm that holds. */
const PATIENCE_MS = 500
/** The firmware's dead-man of 300 ms, and the time a slow machine needs to see it. */
const DEADMAN_SEEN_MS = 2000

/** `deadmanMs`: of the board; the firmware's usual 300 when left out. */
export async function runCase(
  name: CaseName,
  dir: string,
  trace: Trace,
  deadmanMs?: number,
): Promise<void> {
  const given: DemoCase = CASES[name]
  const lanes = [
    { name: 'A', direction: 'entry' },
    ...(given.usedBefore ? [{ name: 'B', direction: 'entry' } as const] : []),
  ] as const
  const world = await createWorld({
    dir,
    lanes,
    lane: { timing: { waitMs: WAIT_MS } },
    ...(deadmanMs === undefined ? {} : { deadmanMs }),
    ...(given.reader === undefined ? {} : { more: [given.reader] }),
  })
  try {
    await startStation(world)
    trace.step('station', `service at ${world.url()}, gate enrolled, trust fresh`)
    const phone = await world.traveller()
    trace.step(
      'certificate',
      `issued at the window, on the phone: pass of ${phone.pass.length} bytes`,
    )
    await show({ world, lane: laneOf(world, 0), phone, trace, given, moves: [], before: 0 })
    trace.step('done', `${name}: ${given.what}: as it must be`)
  } catch (error) {
    throw error instanceof DemoError ? error : new DemoError('station', (error as Error).message)
  } finally {
    await world.close()
  }
}

function laneOf(world: World, index: number): SimLane {
  const lane = world.lanes[index]
  if (lane === undefined) throw new Error(`no lane ${index}`)
  return lane
}

async function show(stage: Stage): Promise<void> {
  const { world, phone, trace, given } = stage
  if (given.revoked) await revoke(stage)
  await stopService(world, trace)
  let text = await given.text(world, phone, Date.now())
  if (given.usedBefore) await useOnOtherLane(world, text, trace)
  else text = await given.text(world, phone, Date.now())
  watchRelay(stage)
  stage.before = readJournal(world.journalFile).length
  await scan(stage, text)
  if (given.end === 'denied') await denied(stage)
  else await granted(stage)
  await restartService(stage)
}

async function revoke({ world, phone, trace }: Stage): Promise<void> {
  const agent = await world.signIn('agent')
  const path = `/v1/desk/certificates/${phone.certificateId}/revoke`
  const answer = await agent.post(path, { reason: 'demonstration' })
  const version = answer.manifestVersion as number
  await world.gate().line('the new manifest', one => Number(one.manifestVersion) >= version, 15_000)
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

async function useOnOtherLane(world: World, text: string, trace: Trace): Promise<void> {
  const other = laneOf(world, 1)
  other.scanner.sendText(text)
  await until('lane B lets it in', () => other.turnstile.relay('entry'))
  await walk(other.turnstile, 'normal', 'entry')
  await until('its passage', () =>
    readJournal(world.journalFile).some(row => row.kind === 'passage'),
  )
  trace.step('used', 'let in on lane B')
}

function watchRelay({ world, lane, moves }: Stage): void {
  lane.board.onPin((pin, level, atMs) => {
    if (pin !== lane.relayPin) return
    const grants = readJournal(world.journalFile).filter(
      row => row.kind === 'grant' && row.lane === lane.name,
    )
    moves.push({ level, atMs, grantsOnDisk: grants.length })
  })
}

async function scan({ lane, trace, given }: Stage, text: string): Promise<void> {
  if (given.reader === 'camera') {
    lane.camera?.hold(text)
    trace.step('picture', 'a phone with the code, held before the camera')
    trace.step('scan', 'frames of it are on their way as MJPEG')
    return
  }
  const png = await codePicture(text)
  trace.step('picture', `PNG of ${png.length} bytes, ${text.length} characters`, {
    characters: text.length,
  })
  if (given.reader === 'hid') {
    demand('scan', (await decodePicture(png)) === text, 'the scanner read something else')
    lane.usb?.scan(text)
    trace.step('scan', 'read by the USB scanner, typed as reports of its keys')
    return
  }
  const read = await lane.scanner.showPng(png)
  demand('scan', read === text, 'the scanner read something else, or nothing')
  trace.step('scan', 'read by the scanner, on its way at 9600 baud')
}

/** Rows since the scan was shown. */
function fresh({ world, before }: Stage): SeenRow[] {
  return readJournal(world.journalFile).slice(before)
}

async function rowOf(stage: Stage, kind: SeenRow['kind']): Promise<SeenRow> {
  const find = () => fresh(stage).find(row => row.kind === kind && row.lane === stage.lane.name)
  await until(`a row of kind ${kind}`, () => find() !== undefined, 10_000).catch(error => {
    throw new DemoError(kind, `${error.message}; rows: ${JSON.stringify(fresh(stage))}`)
  })
  return find() as SeenRow
}

async function denied(stage: Stage): Promise<void> {
  const { given, trace, moves, lane } = stage
  const row = await rowOf(stage, 'scan')
  const code = String(row.body.code)
  demand('verdict', given.codes.includes(code), `${code} instead of ${given.codes.join(' or ')}`)
  trace.step('verdict', `${code}, journaled as row ${row.seq}`, { code })
  const push = createBody({ direction: 'entry', patienceMs: PATIENCE_MS })
  const [through] = await lane.turnstile.enter([push])
  demand('relay', moves.length === 0 && !lane.turnstile.relay('entry'), 'the relay moved')
  demand('relay', through !== true, 'somebody walked through')
  trace.step('relay-released', 'the relay never moved, and the arm held against a push')
}

async function granted(stage: Stage): Promise<void> {
  const { trace, moves, given } = stage
  const row = await rowOf(stage, 'grant')
  const code = String(row.body.code)
  demand('verdict', given.codes.includes(code), `${code} instead of ${given.codes.join(' or ')}`)
  stage.lane.camera?.clear()
  trace.step('verdict', `${code}, verified without a network`, { code })
  trace.step('grant-journaled', `row ${row.seq}`, { seq: row.seq })
  await until('the relay to be energised', () => moves.length > 0)
  const high = moves[0]
  demand('relay-high', high?.level === 1, 'the relay did not go high')
  demand('relay-high', (high?.grantsOnDisk ?? 0) > 0, 'the relay moved before its row was on disk')
  trace.step('relay-high', `pin ${stage.lane.relayPin} high, with the grant already on disk`)
  if (given.end === 'passage') await passes(stage, row)
  else if (given.end === 'annulled') await nobodyWalks(stage, row)
  else await killed(stage, row)
}

async function passes(stage: Stage, grant: SeenRow): Promise<void> {
  const { lane, trace } = stage
  const { through } = await walk(lane.turnstile, 'normal', 'entry')
  demand('passage', through[0] === true, 'the passenger did not get through')
  trace.step('passage', 'the passenger walked through')
  await relayLow(stage)
  const row = await rowOf(stage, 'passage')
  demandRef('passage-journaled', row, grant)
  trace.step('passage-journaled', `row ${row.seq} ends grant ${grant.seq}`, { seq: row.seq })
}

async function nobodyWalks(stage: Stage, grant: SeenRow): Promise<void> {
  const row = await rowOf(stage, 'annulled')
  demand('annulled', row.body.reason === 'NO_TURN', `annulled for ${String(row.body.reason)}`)
  demandRef('annulled', row, grant)
  await relayLow(stage)
  stage.trace.step('annulled', `row ${row.seq}: nobody walked within ${WAIT_MS} ms`, {
    code: 'NO_TURN',
  })
}

/** Killed without warning: the board's own dead-man releases, the next start ends the grant. */
async function killed(stage: Stage, grant: SeenRow): Promise<void> {
  const { world, trace, moves } = stage
  const fromMs = performance.now()
  world.gate().signal('SIGKILL')
  await world.gate().exited
  await until('the relay to drop', () => moves.at(-1)?.level === 0, DEADMAN_SEEN_MS)
  const afterMs = Math.round((moves.at(-1)?.atMs ?? 0) - fromMs)
  trace.step('gate-killed', `SIGKILL; the board released its relay ${afterMs} ms later`, {
    afterMs,
  })
  await world.startGate()
  const row = await rowOf(stage, 'annulled')
  demand('restart', row.body.reason === 'RESTART', `annulled for ${String(row.body.reason)}`)
  demandRef('restart', row, grant)
  demand('restart', moves.filter(move => move.level === 1).length === 1, 'the relay moved again')
  trace.step('restart', `row ${row.seq} ends grant ${grant.seq}: interrupted by a restart`)
}

async function relayLow({ moves, lane, trace }: Stage): Promise<void> {
  await until('the relay to be released', () => moves.at(-1)?.level === 0)
  demand('relay-low', moves.length === 2, `the relay moved ${moves.length} times`)
  trace.step('relay-low', `pin ${lane.relayPin} low`)
}

function demandRef(step: string, row: SeenRow, grant: SeenRow): void {
  const ref = row.body.grant as { epoch?: string; seq?: number } | undefined
  demand(step, ref?.epoch === grant.epoch && ref.seq === grant.seq, 'it ends another grant')
}

/** The service comes back and must hold exactly the gate's rows, each once. */
async function restartService(stage: Stage): Promise<void> {
  const { world, trace } = stage
  await world.startServer()
  trace.step('service-back', `service at ${world.url()}`)
  const operator = await world.signIn('operator')
  const hashesOf = (rows: readonly { epoch: string; seq: number; hash: string }[]) =>
    rows.map(row => `${row.epoch} ${row.seq} ${row.hash}`).join('\n')
  const deadline = performance.now() + 45_000
  for (;;) {
    const ours = readJournal(world.journalFile)
    const path = '/v1/fleet/gates/north-1/events?limit=200'
    const { rows } = (await operator.get(path)) as { rows: SeenRow[] }
    if (hashesOf(rows) === hashesOf(ours)) {
      trace.step('uploaded', `${rows.length} rows, equal to the gate’s, each exactly once`, {
        rows: rows.length,
      })
      return
    }
    const late = performance.now() > deadline
    demand('uploaded', !late, `the service has ${rows.length} of ${ours.length} rows`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}
