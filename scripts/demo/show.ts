/**
 * One case at a lane: the code is shown to the lane's reader, and what must come of it is looked for
 * where it happens: pins on the board, rows on the disk. Throws a DemoError where it did not happen.
 */
import { codePicture } from '../../fixtures/code-picture.ts'
import { readJournal, type SeenRow } from '../../fixtures/gate-journal.ts'
import type { Phone } from '../../fixtures/phone.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import type { World } from '../../fixtures/world.ts'
import type { Unsubscribe } from '../../hardware/ports.ts'
import { createBody } from '../../hardware/sim/lane.ts'
import { walk } from '../../hardware/sim/passenger.ts'
import { decodePicture } from '../../hardware/sim/scanner.ts'
import { until } from '../../hardware/sim/until.ts'
import type { DemoCase } from './cases.ts'
import { DemoError, demand, type Trace } from './trace.ts'

/** What the board's relay did, and what the journal held at that moment. */
interface RelayMove {
  readonly level: 0 | 1
  readonly atMs: number
  readonly grantsOnDisk: number
}

export interface Stage {
  readonly world: World
  /** Where the code is shown. */
  readonly lane: SimLane
  /** Where a code is used before, in a case that needs it. */
  readonly other: SimLane | undefined
  readonly phone: Phone
  readonly trace: Trace
  readonly given: DemoCase
}

/** A stage on which the code is about to be shown. */
interface Scene extends Stage {
  readonly moves: readonly RelayMove[]
  /** How many rows are from before that. */
  readonly before: number
}

/** States in which a lane reads codes and nobody is in it. */
const READY: readonly string[] = ['Locked', 'Refusing']
/** How long a gate waits for somebody who was let in. */
export const WAIT_MS = 1500
/** How long somebody pushes against an arm that holds, and how fast they come, metres a second. */
const PATIENCE_MS = 500
const HURRY = 2.8
/** How often a code is shown to a lane that has lost its board. */
const SHOWN_MAX = 5
/** The firmware's dead-man of 300 ms, and the time a slow machine needs to see it. */
const DEADMAN_SEEN_MS = 2000

/** The service is away: the gate decides on its own. */
export async function show(stage: Stage): Promise<void> {
  const { world, phone, given, other } = stage
  let text = await given.text(world, phone, Date.now())
  if (given.usedBefore) await useOnOtherLane(stage, other, text)
  else text = await given.text(world, phone, Date.now())
  for (let shown = 1; !(await isJudged(stage, text)); shown++) {
    demand('scan', shown < SHOWN_MAX, `the lane lost its board ${shown} times`)
  }
}

/** False where the lane had lost its board when the code came: it is to be shown again. */
async function isJudged(stage: Stage, text: string): Promise<boolean> {
  const { world, lane, trace, given } = stage
  await inService(world, lane)
  const before = readJournal(world.journalFile).length
  const moves: RelayMove[] = []
  const unwatch = watchRelay(world, lane, before, moves)
  try {
    const scene: Scene = { ...stage, moves, before }
    await scan(scene, text)
    const row = await verdictOf(scene)
    if (row.body.code === 'LANE_CLOSED' && isBoardLost(scene, row)) {
      trace.step('lane-closed', 'the board did not answer for a moment: the code is shown again')
      return false
    }
    await (given.end === 'denied' ? denied(scene, row) : granted(scene, row))
    return true
  } finally {
    unwatch()
  }
}

/** A machine that stood still may have lost a board for a moment: a lane without one refuses all. */
async function inService(world: World, { name }: SimLane): Promise<void> {
  await until(`lane ${name} in service`, () => {
    const { state } = world.gate().lines.findLast(one => one.lane === name && 'state' in one) ?? {}
    return READY.includes(String(state))
  })
}

async function useOnOtherLane(
  { world, trace }: Stage,
  other: SimLane | undefined,
  text: string,
): Promise<void> {
  if (other === undefined) throw new Error('there is no other lane')
  const passages = () =>
    readJournal(world.journalFile).filter(row => row.kind === 'passage' && row.lane === other.name)
      .length
  const before = passages()
  await inService(world, other)
  other.scanner.sendText(text)
  await until(`lane ${other.name} lets it in`, () => other.turnstile.relay('entry'))
  await walk(other.turnstile, 'normal', 'entry')
  await until('its passage', () => passages() > before)
  trace.step('used', `let in on lane ${other.name}`)
}

function watchRelay(world: World, lane: SimLane, before: number, moves: RelayMove[]): Unsubscribe {
  return lane.board.onPin((pin, level, atMs) => {
    if (pin !== lane.relayPin) return
    const grants = readJournal(world.journalFile)
      .slice(before)
      .filter(row => row.kind === 'grant' && row.lane === lane.name)
    moves.push({ level, atMs, grantsOnDisk: grants.length })
  })
}

async function scan({ lane, trace, given }: Scene, text: string): Promise<void> {
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
function fresh({ world, before }: Scene): SeenRow[] {
  return readJournal(world.journalFile).slice(before)
}

/** The first row of one of these kinds that the lane wrote since. */
async function rowOf(scene: Scene, ...kinds: SeenRow['kind'][]): Promise<SeenRow> {
  const { name } = scene.lane
  const find = () => fresh(scene).find(row => kinds.includes(row.kind) && row.lane === name)
  const what = kinds.join(' or ')
  await until(`a row of kind ${what}`, () => find() !== undefined).catch(error => {
    throw new DemoError(what, `${error.message}; rows: ${JSON.stringify(fresh(scene))}`)
  })
  return find() as SeenRow
}

const verdictOf = (scene: Scene) => rowOf(scene, 'scan', 'grant')

/** By the journal, when that row was written. */
function isBoardLost({ world, lane }: Scene, row: SeenRow): boolean {
  const rows = readJournal(world.journalFile)
  const until = rows.findIndex(({ hash }) => hash === row.hash)
  const told = rows
    .slice(0, until)
    .findLast(({ body, lane: of }) => body.code === 'BOARD_LOST' && of === lane.name)
  return told?.body.on === true
}

async function denied(stage: Scene, row: SeenRow): Promise<void> {
  const { given, trace, moves, lane } = stage
  const code = String(row.body.code)
  demand('verdict', given.codes.includes(code), `${code} instead of ${given.codes.join(' or ')}`)
  trace.step('verdict', `${code}, journaled as row ${row.seq}`, { code })
  const push = createBody({ direction: 'entry', speed: HURRY, patienceMs: PATIENCE_MS })
  const [through] = await lane.turnstile.enter([push])
  demand('relay', moves.length === 0 && !lane.turnstile.relay('entry'), 'the relay moved')
  demand('relay', through !== true, 'somebody walked through')
  trace.step('relay-released', 'the relay never moved, and the arm held against a push')
}

async function granted(stage: Scene, row: SeenRow): Promise<void> {
  const { trace, moves, given } = stage
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

async function passes(stage: Scene, grant: SeenRow): Promise<void> {
  const { lane, trace } = stage
  const { through } = await walk(lane.turnstile, 'normal', 'entry')
  demand('passage', through[0] === true, 'the passenger did not get through')
  trace.step('passage', 'the passenger walked through')
  await relayLow(stage)
  const row = await rowOf(stage, 'passage')
  demandRef('passage-journaled', row, grant)
  trace.step('passage-journaled', `row ${row.seq} ends grant ${grant.seq}`, { seq: row.seq })
}

async function nobodyWalks(stage: Scene, grant: SeenRow): Promise<void> {
  const row = await rowOf(stage, 'annulled')
  demand('annulled', row.body.reason === 'NO_TURN', `annulled for ${String(row.body.reason)}`)
  demandRef('annulled', row, grant)
  await relayLow(stage)
  stage.trace.step('annulled', `row ${row.seq}: nobody walked within ${WAIT_MS} ms`, {
    code: 'NO_TURN',
  })
}

/** Killed without warning: the board's own dead-man releases, the next start ends the grant. */
async function killed(stage: Scene, grant: SeenRow): Promise<void> {
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

async function relayLow({ moves, lane, trace }: Scene): Promise<void> {
  await until('the relay to be released', () => moves.at(-1)?.level === 0)
  demand('relay-low', moves.length === 2, `the relay moved ${moves.length} times`)
  trace.step('relay-low', `pin ${lane.relayPin} low`)
}

function demandRef(step: string, row: SeenRow, grant: SeenRow): void {
  const ref = row.body.grant as { epoch?: string; seq?: number } | undefined
  demand(step, ref?.epoch === grant.epoch && ref.seq === grant.seq, 'it ends another grant')
}
