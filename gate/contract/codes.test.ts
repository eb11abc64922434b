/** The table of codes: codes.md shows it, and each of its rows is reached here or explained. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { createMachineRig, machineSettings } from '../../fixtures/machine-rig.ts'
import { type GoldenFile, policyOf, viewOf } from '../../fixtures/passes/golden.ts'
import { renderedPart } from '../../fixtures/rendered-page.ts'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import type { BoardingTrain } from '../../pass/documents/boarding.ts'
import { createPassVerifier } from '../../pass/verify.ts'
import type { BoardingView } from '../decide/boarding.ts'
import { decide } from '../decide/decide.ts'
import type { DecideContext, MemoryView } from '../decide/rules.ts'
import { plainModes } from '../machine/state.ts'
import { openJournalDatabase } from '../store/database.ts'
import { createJournalCore } from '../store/journal-core.ts'
import { ALARMS, VERDICTS } from './codes.ts'
import { renderCodes } from './table.ts'

const PAGE = new URL('../codes.md', import.meta.url)

t.test('codes.md shows the table as it is (UPDATE=1 writes it anew)', async t => {
  t.equal(renderedPart(PAGE, 'codes', renderCodes()), renderCodes())
})

/** Rows that nothing here can bring about, and why. */
const EXPLAINED: Readonly<Record<string, string>> = {
  READER_LOST: 'lane/lane-readers.test.ts',
  SCANNER_FRAMING: 'lane/framing-watch.test.ts',
  TRUST_ROLLED_BACK: 'rollback.test.ts',
  IDENTITY_DAMAGED: 'identity.test.ts',
  ACK_IMPLAUSIBLE: 'uplink/lying.test.ts',
  SERVICE_REDIRECTS: 'uplink/redirect.test.ts',
  ENROLMENT_REFUSED: 'uplink/enrolment.test.ts',
  ENROLMENT_DIFFERS: 'uplink/enrolment.test.ts',
  ROW_REFUSED: 'uplink/refused.test.ts',
  BUS_DOWN: 'bus/reach.test.ts, bus/station.test.ts',
  BUS_OPEN: 'bus/broker.test.ts, bus/station.test.ts',
  ADMITTED_TWICE: 'bus/reach.test.ts, bus/station.test.ts',
  CONFIG_REVERTED: 'config/engine.test.ts',
  CONFIG_FILE_BAD: 'start-faults.test.ts',
  TRUST_SCOPE: 'trust/ tells it: scope.test.ts',
  ENVIRONMENT_MISMATCH: 'trust/ tells it: environment.test.ts',
  POWER_RESTORED: 'a boot row says how many grants were cut off; power itself is not measured',
  NO_TURN: 'the reason of an annulled row, in lane.test.ts; nothing is shown',
  TAILGATE: 'flap-lane.test.ts',
  OBSTACLE: 'flap-lane.test.ts',
  DISK_LOW: 'store/disk.test.ts',
  DISK_FAILED: 'read-only-disk.test.ts, hung-disk.test.ts',
  JOURNAL_FAILED: 'read-only-disk.test.ts, hung-disk.test.ts',
  MEMORY_LOW: 'store/bounds.test.ts',
  JOURNAL_DAMAGED: 'store/disk.test.ts',
  JOURNAL_GONE: 'gone-files.test.ts',
  FILE_GONE: 'gone-files.test.ts',
  FILE_DAMAGED: 'data-files.test.ts',
  CLOCK_STEPPED: 'trust/ tells it: trust/clock.test.ts',
  TRUST_STALE_WARNING: 'trust/ tells it: trust/stages.test.ts',
  TRUST_DEGRADED: 'trust/ tells it: trust/stages.test.ts; as a flag in decide.test.ts',
  TRUST_OVERDUE: 'trust/ tells it: trust/stages.test.ts',
  TRUST_ROLLBACK: 'trust/ tells it: trust/attacks.test.ts',
  TRUST_UNSIGNED: 'trust/ tells it: trust/attacks.test.ts',
  TRUST_EQUIVOCATION: 'trust/ tells it: trust/attacks.test.ts',
  TRUST_CACHE_DAMAGED: 'trust/ tells it: trust/cache-file.test.ts',
  TRUST_CACHE_UNWRITTEN: 'trust/ tells it: trust/keeper.test.ts',
}

t.test('every row is reached or explained, and no explanation is out of date', async t => {
  const reached = new Set([...golden(), ...rules(), ...journal(), ...beams(), ...(await lanes())])
  for (const code of [...Object.keys(VERDICTS), ...Object.keys(ALARMS)]) {
    const why = EXPLAINED[code]
    t.ok(reached.has(code) !== (why !== undefined), `${code}: ${why ?? 'reached'}`)
  }
})

const context: DecideContext = {
  lane: 'A',
  direction: 'entry',
  area: 'main',
  modes: plainModes('entry'),
  takesPaper: true,
  paperListMs: 1_800_000,
  listAgeMs: 0,
  staleExit: 'staff',
  passback: 'hard',
  passbackMs: 1000,
  ticket: 'hard',
  boarding: undefined,
  stage: 'FRESH',
  clockUncertain: false,
  statusKnown: true,
  nowMs: 5000,
}
const memory: MemoryView = {
  presentation: () => undefined,
  visit: () => undefined,
  reserved: () => false,
  hasRoom: () => true,
  pardonedMs: () => 0,
  staleRefusedMs: () => 0,
}
const goldenFile = JSON.parse(
  readFileSync(new URL('../../fixtures/passes/golden.json', import.meta.url), 'utf8'),
) as GoldenFile
const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })

function verified(one: GoldenFile['cases'][number]) {
  return verifier.verify(one.text, viewOf(goldenFile, one.environment), policyOf(one), one.nowMs)
}

function codeOf(found: ReturnType<typeof verified>, where: DecideContext, known = memory): string {
  const verdict = decide(found, 's', where, known)
  if (verdict.verdict === 'ignore') return ''
  return verdict.verdict === 'deny' ? verdict.code : verdict.grant.code
}

function golden(): string[] {
  return goldenFile.cases.map(one => codeOf(verified(one), context))
}

function listOf(trains: readonly BoardingTrain[], elsewhere = false): BoardingView {
  return { asOf: 0xffff_ffff, fresh: true, trains: () => trains, elsewhere: () => elsewhere }
}

function rules(): string[] {
  const good = verified(goldenFile.cases.find(one => one.code === 'OK') ?? goldenFile.cases[0]!)
  const paper = goldenFile.cases.map(verified).find(one => one.ok && one.pass.passClass === 'paper')
  const seen = { lane: 'B', direction: 'entry', outcome: 'passed', atMs: 0, grants: 1 } as const
  const exit = { ...context, direction: 'exit', modes: plainModes('exit') } as const
  return [
    codeOf(good, { ...context, stage: 'CLOSED' }),
    codeOf(good, { ...context, stage: 'DEGRADED' }),
    codeOf(good, { ...context, stage: 'STAFF', boarding: undefined }),
    codeOf(good, { ...context, clockUncertain: true }),
    codeOf(good, { ...context, modes: plainModes('exit') }),
    codeOf(good, context, { ...memory, presentation: () => seen }),
    codeOf(good, context, { ...memory, visit: () => ({ inside: true, atMs: 4900 }) }),
    codeOf(good, exit),
    codeOf({ ok: false, code: 'STALE_CODE', cti: new Uint8Array(16) }, exit, {
      ...memory,
      staleRefusedMs: () => -5000,
    }),
    codeOf(good, { ...context, boarding: listOf([]) }),
    codeOf(good, { ...context, boarding: { ...listOf([]), asOf: 0 } }),
    codeOf(good, { ...context, boarding: listOf([], true) }),
    codeOf(good, { ...context, boarding: listOf([{ number: 'G1', from: 6, until: 7 }]) }),
    codeOf(good, { ...context, boarding: listOf([{ number: 'G1', from: 4, until: 5 }]) }),
    codeOf(good, { ...context, ticket: 'off' }, { ...memory, hasRoom: () => false }),
    ...(paper === undefined ? [] : [codeOf(paper, { ...context, takesPaper: false })]),
    ...(paper === undefined ? [] : [codeOf(paper, { ...context, listAgeMs: 1_800_000 })]),
  ]
}

function journal(): string[] {
  const fork = createJournalCore(openJournalDatabase(':memory:', 1).db, counting())
  const here = { at: 1, clock: 'TRUSTED', lane: '' } as const
  fork.fork(fork.epoch(), here)
  const forked = fork.pending()?.rows ?? []
  fork.append({ ...here, kind: 'boot', body: {} })
  fork.acknowledge(fork.epoch(), 3)
  fork.prune(1e12, 60_000)
  fork.behind(fork.epoch(), 1, here)
  fork.acknowledge(fork.pending()?.epoch ?? '', 3)
  return codesOf([...forked, ...(fork.pending()?.rows ?? [])])
}

function counting(): () => string {
  let count = 0
  return () => String(++count).padStart(16, '0')
}

function codesOf(rows: readonly { readonly body: string | null }[]): string[] {
  return rows.map(({ body }) => (JSON.parse(body ?? '{}') as { code?: string }).code ?? '')
}

/** A beam that stays interrupted. */
function beams(): string[] {
  const rig = createMachineRig(machineSettings())
  rig.contact('beamA', true)
  rig.advance(60_000)
  return rig.rows.map(row => row.replace('alarm ', ''))
}

/** Lanes that everything happens to. */
async function lanes(): Promise<string[]> {
  const gate = await createVirtualLane()
  const { time } = gate
  await gate.contact('passA', true)
  await gate.contact('passA', false)
  await gate.contact('passB', true)
  await gate.contact('tamper', true)
  await gate.scan(await gate.code())
  await gate.contact('passA', true)
  await gate.scan(await gate.code({ cti: 2 }))
  await gate.scan(await gate.code({ cti: 3 }))
  await time.advanceAsync(16_000)
  await gate.contact('passA', false)
  await time.advanceAsync(10_000)
  await gate.contact('release', true)
  await time.advanceAsync(10_000)
  await gate.contact('stop', true)
  await gate.scan(await gate.code({ cti: 4 }))
  await gate.contact('stop', false)
  await gate.scanner('lost')
  await gate.scanner('ready')
  await gate.board('lost', 'NO_DEADMAN')
  await gate.board('ready')
  await gate.board('lost')
  await gate.board('ready')
  await gate.stickRelay(true)
  await gate.scan(await gate.code({ cti: 5 }))
  await time.advanceAsync(1000)
  await gate.contact('fire', true)
  const full = await createVirtualLane()
  full.failWrites(true)
  await full.scan(await full.code())
  const slow = await createVirtualLane()
  slow.stallWrites()
  await slow.scan(await slow.code())
  await slow.time.advanceAsync(2500)
  const shown = [full, slow].map(({ lane }) => lane.view().state)
  return [
    ...codesOf(gate.journal.pending()?.rows ?? []),
    ...shown.map(state => ('code' in state ? state.code : '')),
  ]
}
