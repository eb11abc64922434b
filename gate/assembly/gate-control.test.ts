/** Every part of GateControl on a real gate, with another config, and so another gate, in between. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { DeviceError } from '../../hardware/errors.ts'
import { systemTimers } from '../../hardware/system-time.ts'
import { STORE_FILE } from '../config/store-file.ts'
import type { JsonValue } from '../contract/canonical.ts'
import type { GateControl } from '../contract/control.ts'
import type { ControlRefusal } from '../contract/control-codes.ts'
import { healthSchema } from '../contract/health.ts'
import { CODE_MS_MAX } from '../contract/part-test.ts'
import { TRUST_EXTENSION_MS_MAX } from '../limits.ts'
import { runSelfTest } from '../selftest/self-test.ts'
import { buildSupportBundle } from '../support/bundle.ts'
import { openConfigured, startConfigured } from '../testing/config/configured-gate.ts'
import { DAY_S, T0 } from '../testing/trust/world.ts'
import { pinsOfParts } from './pins-of-parts.ts'

const lin = { by: 'lin', reason: 'a test' }
const WAIT = 'lanes.A.timing.waitMs'
const MAINTENANCE = { maintenance: true } as const
const refusedWith = (code: ControlRefusal) => ({ ok: false, code })

/** With a function that puts another gate in the place of this one. */
async function start() {
  const gate = await startConfigured(tempDir())
  let waitMs = 2000
  async function change(): Promise<void> {
    const before = gate.running.gate()
    gate.control.config.set(WAIT, ++waitMs)
    t.match(await gate.control.config.commit(lin), { ok: true })
    const serves = () => ['Locked', 'Maintenance', 'Open'].includes(gate.state() ?? '')
    await gate.until('in service', serves)
    t.not(gate.running.gate(), before, 'another gate')
  }
  return { ...gate, change }
}

t.test('before the first config runs nothing throws', async t => {
  const { control, engine, time, data } = openConfigured(tempDir())
  const { config } = control
  const none = refusedWith('NOT_RUNNING')
  t.match(config.running(), none)
  t.same(config.history(), [])
  t.match(config.set(WAIT, 3000), none)
  t.match(config.compare(), none)
  t.match(config.rollback(0), none)
  t.match(await config.commit(lin), none)
  t.match(await config.confirm('lin'), none)
  t.match(await config.takeBack('lin'), none)
  t.match(await config.reload(), none)
  config.discard()
  t.match(control.trust.report(), none)
  t.match(control.figures(), none)
  t.match(await control.journal.verify(), none)
  t.same([control.lanes(), control.devices()], [[], []])
  t.match(await control.status(), { gate: 'north-1', running: false })
  t.equal(pinsOfParts(control)('A', 'beamA'), undefined)
  const found = []
  const parts = { control, nowMs: time.clock.nowMs, timers: systemTimers }
  const test = { ...parts, reach: async () => undefined, by: 'lin', attended: false } as const
  for await (const one of runSelfTest({ ...test, maintenance: 'leave' })) found.push(one)
  t.match(found, [{ part: 'gate', code: 'NOT_RUNNING' }])
  const bundle = await buildSupportBundle({ ...parts, dataDir: data, randomBytes, log: () => [] })
  t.ok(bundle.length > 0)
  await engine.stop()
})

t.test('status: who it is, how it is, also while none runs', async t => {
  const { control, change, engine, pass } = await start()
  await pass(5000)
  await change()
  const status = await control.status()
  t.match(status, {
    ...{ gate: 'north-1', station: 'north', running: true, enrolment: null, bus: null },
    health: { configRevision: 1, lanes: [{ name: 'A', state: 'Locked' }] },
  })
  t.ok(healthSchema.safeParse(status.health).success, 'as the service gets it')
  t.ok(status.upMs >= 5000, 'the process goes on')
  await engine.stop()
  t.match(await control.status(), { running: false, health: null, gate: 'north-1' })
  t.same(control.lanes(), [])
  t.match(control.lane.setModes('A', {}, lin), refusedWith('NOT_RUNNING'))
  t.match(control.trust.report(), refusedWith('NOT_RUNNING'))
  t.match(await control.journal.verify(), refusedWith('NOT_RUNNING'))
})

/** Values of each figure; of a timing how many. */
function counted(control: GateControl) {
  const answer = control.figures()
  const figures = answer.ok ? answer.figures : []
  return Object.fromEntries(
    figures.map(one => [one.name, one.type === 'histogram' ? one.count : one.values]),
  )
}

t.test('lanes and devices: what they did and how they are, over a change', async t => {
  const { control, change, engine, admit, walk, devices, until, told, time } = await start()
  await admit(1)
  t.match(control.lanes(), [{ state: 'Admitting', relays: ['entry'], people: { waiting: 0 } }])
  walk()
  await until('the passage', () => told().includes('passage'))
  t.match(counted(control), {
    verdicts_total: [{ labels: { lane: 'A', code: 'ADMIT' }, value: 1 }],
    passages_total: [{ labels: { lane: 'A', direction: 'entry' }, value: 1 }],
    scan_to_relay_seconds: 1,
  })
  await change()
  t.match(counted(control), { verdicts_total: [], scan_to_relay_seconds: 0 }, 'of another gate')
  const [lane] = control.lanes()
  t.match(lane, {
    ...{ name: 'A', state: 'Locked', passages: { entry: 1, exit: 0 }, asked: { by: 'file' } },
    last: { verdict: 'admit', code: 'ADMIT', direction: 'entry' },
  })
  t.ok((lane?.last?.trace.length ?? 0) > 2, 'with its trace')
  const [board, scanner] = control.devices()
  t.match(board, { name: 'A.board', lane: 'A', state: 'ready', fault: null })
  const since = board?.sinceMs
  t.equal(scanner?.name, 'A.scanner')
  devices.reader.become('lost')
  t.match(control.devices()[1], {
    ...{ state: 'lost' },
    fault: { code: 'DEVICE_UNPLUGGED', remedy: /Plug the cable/ },
  })
  devices.reader.become('ready')
  t.match(control.devices()[1], { state: 'ready', fault: { code: 'DEVICE_UNPLUGGED' } }, 'the last')
  t.equal(control.devices()[0]?.sinceMs, since, 'no news of the board')
  const readMs = control.devices()[1]?.lastReadMs
  t.type(readMs, 'number', 'kept over all of that')
  t.equal(control.devices()[0]?.lastReadMs, null)
  control.lane.setModes('A', MAINTENANCE, lin)
  await time.advanceAsync(5000)
  devices.reader.read('no pass')
  t.equal(control.devices()[1]?.lastReadMs, time.clock.nowMs(), 'one that nobody decides, too')
  const covered = new DeviceError('CAMERA_COVERED', 'A.scanner', 'it sees nothing')
  devices.reader.become('ready', covered)
  const warned = { state: 'ready', fault: { code: 'CAMERA_COVERED', remedy: /lens/i } }
  t.match(control.devices()[1], warned, 'a warning of one that works')
  await engine.stop()
})

t.test('modes: by whom and why, kept over a change, cleared to what the config says', async t => {
  const { control, change, engine, rows, until } = await start()
  const { setModes, clearModes } = control.lane
  t.match(setModes('B', { entry: 'free' }, lin), refusedWith('NO_SUCH_LANE'))
  t.match(setModes('A', { entry: 'ajar' as 'free' }, lin), refusedWith('OUT_OF_RANGE'))
  t.match(setModes('A', { door: 'free' } as object, lin), refusedWith('OUT_OF_RANGE'))
  t.match(setModes('A', { entry: 'free' }, { ...lin, by: ' ' }), refusedWith('OUT_OF_RANGE'))
  const long = { by: 'lin', reason: 'x'.repeat(401) }
  t.match(setModes('A', { entry: 'free' }, long), refusedWith('OUT_OF_RANGE'))
  t.match(setModes('A', { entry: 'free' }, lin), { ok: true, state: 'Open' })
  await change()
  t.match(control.lanes(), [{ state: 'Open', asked: lin }])
  t.match(clearModes('A', lin), { ok: true, state: 'Locked', modes: { entry: 'controlled' } })
  t.match(setModes('A', { emergency: true }, lin), { ok: true, state: 'Emergency' })
  t.match(clearModes('A', lin), { ok: true, state: 'Locked' })
  const modes = () => rows().filter(({ kind }) => kind === 'mode')
  // Free, again by the gate of the other config, cleared, emergency, cleared.
  await until('all rows', () => modes().length === 5)
  for (const { body } of modes()) t.match(body, lin)
  await engine.stop()
})

t.test('tests of parts: in maintenance alone, and the feedback contact tells', async t => {
  const { control, change, engine, energised, devices, time } = await start()
  const relay = { part: 'relay', relay: 'entry', ms: 1500 } as const
  const { test, setModes } = control.lane
  t.match(await test('A', relay, 'lin'), refusedWith('NOT_IN_MAINTENANCE'))
  t.match(await test('B', relay, 'lin'), refusedWith('NO_SUCH_LANE'))
  setModes('A', MAINTENANCE, lin)
  await change()
  t.match(await test('A', relay, ''), refusedWith('OUT_OF_RANGE'))
  t.match(await test('A', { ...relay, ms: 5001 }, 'lin'), refusedWith('OUT_OF_RANGE'))
  const sign = { part: 'sign', sign: 'pass', ms: 500 } as const
  t.match(await test('A', { ...sign, sign: 'song' as 'pass' }, 'lin'), refusedWith('NO_SUCH_PART'))
  devices.board.setContact('beamA', true)
  t.match(await test('A', relay, 'lin'), refusedWith('LANE_OCCUPIED'))
  devices.board.setContact('beamA', false)
  const followed = test('A', relay, 'lin')
  t.same([...energised], ['entry'])
  t.match(await test('A', relay, 'lin'), refusedWith('BARRIER_BUSY'))
  await time.advanceAsync(2600)
  t.match(await followed, { ok: true, result: 'followed' })
  const shown = test('A', sign, 'lin')
  t.same(devices.board.shown(), ['arrow'])
  await time.advanceAsync(501)
  t.match(await shown, { ok: true, result: 'unchecked' })
  t.same(devices.board.shown(), ['amber'], 'maintenance again')
  devices.board.stick(true)
  const stuck = test('A', relay, 'lin')
  await time.advanceAsync(2600)
  t.match(await stuck, { ok: true, result: 'stuck' })
  t.match(control.lanes(), [{ out: ['RELAY_STUCK'] }])
  await engine.stop()
})

t.test('pretended input: never on a lane that serves', async t => {
  const { control, change, engine, energised, code } = await start()
  const { pretendScan, pretendContact, setModes } = control.lane
  const text = await code(7)
  t.match(pretendScan('A', 'entry', text, 'lin'), refusedWith('NOT_IN_MAINTENANCE'))
  t.match(pretendContact('A', 'release', true, 'lin'), refusedWith('NOT_IN_MAINTENANCE'))
  setModes('A', MAINTENANCE, lin)
  await change()
  t.match(pretendScan('A', 'entry', text, 'lin'), { ok: true, told: 'ADMIT' })
  t.match(pretendScan('A', 'exit', text, 'lin'), refusedWith('NO_SUCH_PART'))
  t.match(pretendScan('A', 'entry', text, ''), refusedWith('OUT_OF_RANGE'))
  t.match(pretendContact('A', 'bell', true, 'lin'), refusedWith('NO_SUCH_PART'))
  t.match(pretendContact('A', 'passA', false, 'lin'), refusedWith('NOT_PRETENDED'))
  t.match(pretendContact('A', 'passA', true, 'lin'), { ok: true })
  t.match(pretendContact('A', 'passA', true, 'lin'), refusedWith('CONTACT_IS_ACTIVE'))
  t.match(control.lanes(), [{ contacts: ['passA'], pretended: ['passA'] }])
  t.equal(energised.size, 0)
  t.match(pretendContact('A', 'passA', false, 'lin'), { ok: true })
  await engine.stop()
})

t.test('a code that is held up: what it would be told, or that none came', async t => {
  const { control, change, engine, devices, code, time } = await start()
  const { readCode, setModes } = control.lane
  const by = { by: 'lin' }
  t.match(await readCode('Z', 'entry', by), refusedWith('NO_SUCH_LANE'))
  t.match(await readCode('A', 'entry', { by: '' }), refusedWith('OUT_OF_RANGE'))
  t.match(await readCode('A', 'entry', by), refusedWith('NOT_IN_MAINTENANCE'))
  setModes('A', MAINTENANCE, lin)
  await change()
  let waiting = 0
  const told = { ...by, onWaiting: () => void waiting++ }
  const read = readCode('A', 'entry', told)
  t.match(await readCode('A', 'entry', told), refusedWith('READER_IN_TEST'))
  t.equal(waiting, 1)
  devices.reader.read(await code(9))
  t.match(await read, { ok: true, reader: 'A.scanner', told: 'ADMIT', trace: [{}, {}] })
  const stopped = AbortSignal.abort()
  t.match(await readCode('A', 'entry', { ...by, signal: stopped }), refusedWith('INTERRUPTED'))
  const silent = readCode('A', 'entry', by)
  await time.advanceAsync(CODE_MS_MAX + 1)
  t.match(await silent, refusedWith('NOTHING_READ'))
  await engine.stop()
  t.match(await readCode('A', 'entry', by), refusedWith('NOT_RUNNING'))
})

t.test('trust: report, poll, the extension, the clock', async t => {
  const { control, change, engine, time, pass, data } = await start()
  await change()
  const { report, poll, extend, endExtension, setClock } = control.trust
  const polled = poll()
  await pass(1000)
  t.match(await polled, { ok: true, outcome: /UPDATED|UNCHANGED/ })
  t.match(report(), {
    ...{ ok: true, stage: 'FRESH', rollback: 'none', trustVersion: 1, extension: null },
    keysUntil: T0 + 4000 * DAY_S,
    clock: { state: 'TRUSTED' },
  })
  const untilMs = time.clock.nowMs() + TRUST_EXTENSION_MS_MAX
  t.match(extend(untilMs + 1, 'lin'), refusedWith('OUT_OF_RANGE'))
  t.match(extend(untilMs, ''), refusedWith('OUT_OF_RANGE'))
  t.match(extend(untilMs, 'lin'), { ok: true })
  t.match(report(), { extension: { untilMs, by: 'lin' } }, 'at once')
  t.match(control.lanes(), [{ modes: { trustDegraded: true }, asked: { by: /^lin, until/ } }])
  await change()
  t.match(report(), { extension: { untilMs, by: 'lin' } }, 'the next gate too')
  t.match(endExtension(), { ok: true })
  t.match(report(), { extension: null })
  t.match(control.lanes(), [{ modes: { trustDegraded: false } }])
  mkdirSync(join(data, 'trust-door.json.partial'))
  t.match(extend(untilMs, 'lin'), refusedWith('EXTENSION_NOT_WRITTEN'))
  t.match(setClock(0), refusedWith('BELOW_FLOOR'))
  t.match(setClock(Number.NaN), refusedWith('OUT_OF_RANGE'))
  t.match(setClock(time.clock.nowMs() + 5000), { ok: true, offsetMs: Number })
  await engine.stop()
})

t.test('config: candidate, trial, confirmation, the way back', async t => {
  const { control, engine, until, state, offer, data } = await start()
  const { config } = control
  t.match(config.set('lanes.Z.name', 'x'), refusedWith('NO_SUCH_PATH'))
  t.match(config.set(WAIT, 1), { ok: true, problems: [/waitMs/] })
  t.match(await config.commit(lin), refusedWith('CONFIG_INVALID'))
  t.match(config.candidate(), { ok: true, problems: [/^line \d+: lanes\.A\.timing\.waitMs: /] })
  config.discard()
  t.match(config.candidate(), refusedWith('NO_CANDIDATE'))
  t.match(await config.commit(lin), refusedWith('NOTHING_TO_COMMIT'))
  config.set(WAIT, 3000)
  t.match(config.compare(), { ok: true, differences: [{ line: Number, text: /waitMs/ }] })
  t.match(config.compare(9), refusedWith('NO_SUCH_REVISION'))
  t.match(await config.commit(lin, 60_000), { ok: true, revision: 1, onTrial: true })
  t.match(config.running(), { revision: { number: 1, by: 'lin' }, backTo: 0 })
  await until('in service', () => state() === 'Locked')
  const offered = JSON.parse(JSON.stringify(engine.show().value).replace('3000', '4000'))
  t.match(await offer(offered), refusedWith('ON_TRIAL'), 'the service waits')
  t.match(await config.confirm('lin'), { ok: true, revision: 1 })
  t.match(await config.confirm('lin'), refusedWith('NOT_ON_TRIAL'))
  t.match(config.rollback(9), refusedWith('NO_SUCH_REVISION'))
  t.match(config.rollback(0), { ok: true, problems: [] })
  t.match(await config.commit(lin, 60_000), { ok: true, revision: 2 })
  t.match(await config.takeBack('lin'), { ok: true, revision: 1 })
  t.match(await config.reload(), refusedWith('NOTHING_TO_COMMIT'))
  const other = new DatabaseSync(join(data, STORE_FILE))
  other.exec('BEGIN IMMEDIATE')
  config.set(WAIT, 5000)
  t.match(await config.commit(lin), refusedWith('NOT_WRITTEN'))
  other.close()
  t.match(
    config.history().map(({ number }) => number),
    [2, 1, 0],
  )
  await engine.stop()
})

t.test('config: no password of a camera is told, and a shown one can be given back', async t => {
  const url = 'http://viewer:topsecret@10.0.0.7/video?key=topsecret'
  const input = 'rtsp://viewer:tops/ecret@10.0.0.8/1'
  const readers = [
    { kind: 'camera', source: { type: 'mjpeg', url } },
    { kind: 'camera', source: { type: 'ffmpeg', input, width: 640, height: 480 } },
  ]
  const { control, engine, until, state, devices, rows } = await start()
  const { config } = control
  const told: unknown[] = []
  const tell = <T>(answer: T): T => {
    told.push(answer)
    return answer
  }
  tell(config.set('lanes.A.readers', readers))
  tell(config.set('lanes.A.scanner', undefined))
  tell(config.compare())
  t.match(tell(config.candidate()), { ok: true, problems: [] })
  tell(config.set('lanes.A.readers.1.source.input', `file:${input}`))
  t.match(tell(config.candidate()), { ok: true, problems: [/^line \d+: lanes\.A\.readers\.1/] })
  tell(await config.commit(lin))
  tell(config.set('lanes.A.readers.1.source.input', input))
  t.match(tell(await config.commit(lin)), { ok: true, revision: 1 })
  devices.board.become('ready')
  devices.reader.become('ready')
  await until('in service', () => state() === 'Locked')
  const running = tell(config.running())
  const value = running.ok && running.value
  t.match(JSON.stringify(value), 'http://***@10.0.0.7/video?***')
  t.match(JSON.stringify(value), 'rtsp://***@10.0.0.8/1')
  tell(config.set('lanes', (value as { lanes: JsonValue }).lanes))
  t.same(tell(config.compare()), { ok: true, differences: [] })
  tell(config.set('lanes.A.readers.0.source.url', url.replace('topsecret@', 'topsecret2@')))
  t.match(
    tell(config.compare()),
    { differences: [{ text: /\*\*\*@10\.0\.0\.7/ }] },
    'another password differs',
  )
  t.match(tell(config.set('lanes.A.readers.0.source.url', 'http://***@10.0.0.9/')), {
    problems: [/write it whole/],
  })
  config.discard()
  tell(config.rollback(0))
  tell(config.compare())
  tell([config.history(), control.devices(), control.lanes(), await control.status(), rows()])
  await engine.stop()
  t.notMatch(JSON.stringify(told), /topsecret|tops.ecret|viewer/)
})

t.test('an end by a technician, who and why', async t => {
  const { control, engine, ends, rows } = await start()
  t.match(await control.status(), { supervised: true })
  control.lane.setModes('A', { emergency: true }, lin)
  t.match(await control.end('restart', lin), refusedWith('EMERGENCY'))
  control.lane.clearModes('A', lin)
  t.match(await control.end('restart', lin), { ok: true })
  t.match(rows().at(-1), { kind: 'command', body: { about: 'restart', ...lin } })
  await engine.stop()
  t.match(await control.end('shutdown', lin), { ok: true }, 'also where no gate runs')
  t.same(ends, ['restart', 'shutdown'])
})

t.test('journal: tail, a row in sentences, the chain, codes', async t => {
  const { control, change, engine, devices, until, told } = await start()
  const { journal } = control
  devices.reader.read('no pass')
  await until('the refusal', () => told().includes('scan MALFORMED'))
  await change()
  const scans = await journal.tail({ max: 5, kinds: ['scan'], lane: 'A' })
  t.match(scans, { ok: true, rows: [{ kind: 'scan' }], next: undefined })
  const { seq, epoch } = (scans.ok && scans.rows[0]) || { seq: 0, epoch: '' }
  const row = await journal.row(seq)
  const said = { en: [/^A scan at A.scanner for entry: MALFORMED/], zh: [/结果：MALFORMED/] }
  t.match(row, { ok: true, row: { epoch }, meaning: said })
  t.match(await journal.row(9999), refusedWith('NO_SUCH_ROW'))
  const rows = told().length
  t.match(await journal.verify(), { ok: true, rows, broken: null })
  t.match(control.explain('MALFORMED'), { ok: true, about: 'verdict', en: String })
  t.match(control.explain('HELD'), { ok: true, about: 'alarm', who: String })
  t.match(control.explain('DEVICE_BUSY'), { ok: true, about: 'device' })
  t.match(control.explain('LANE_OCCUPIED'), { ok: true, about: 'refusal' })
  t.match(control.explain('toString'), refusedWith('NO_SUCH_CODE'))
  await engine.stop()
})

t.test('journal: an export, by whom, one at a time', async t => {
  const { control, change, engine, data, rows } = await start()
  const { journal } = control
  await change()
  const order = { file: 'all.jsonl', by: 'lin' }
  t.match(await journal.export({ ...order, by: ' ' }), refusedWith('OUT_OF_RANGE'))
  const both = await Promise.all([journal.export(order), journal.export({ ...order, file: 'b' })])
  t.match(both, [{ ok: true }, refusedWith('EXPORT_RUNNING')])
  const [header, ...lines] = readFileSync(join(data, 'exports', order.file), 'utf8').split('\n')
  t.match(JSON.parse(header ?? ''), { gate: 'north-1', station: 'north', clock: 'TRUSTED' })
  t.match(rows().at(-1), { kind: 'command', body: { about: 'export', by: 'lin' } })
  // Beside the rows there are the end and the last line end; its own row came after the last piece.
  t.equal(lines.length - 2, rows().length - 1)
  t.match(await journal.export(order), refusedWith('FILE_EXISTS'))
  await engine.stop()
  t.match(await journal.export(order), refusedWith('NOT_RUNNING'))
})

t.test(
  'subscribers hear decisions, devices, modes and configs of each gate that comes',
  async t => {
    const { control, change, engine, admit, walk, devices } = await start()
    let ready = 0
    const all = control.subscribe({}, () => void ready++)
    const slow = control.subscribe({ kinds: ['grant', 'mode'], lane: 'A', max: 2 }, () => {
      throw new Error('a listener that fails')
    })
    if (!all.ok || !slow.ok) return t.fail('refused')
    await admit(1)
    t.equal(ready, 1, 'called once, until it takes')
    walk()
    await change()
    devices.reader.become('lost')
    devices.reader.become('ready')
    for (const entry of ['free', 'closed', 'controlled'] as const) {
      control.lane.setModes('A', { entry }, lin)
    }
    const { events, lost } = all.subscription.take()
    const kinds = new Set(events.map(one => (one.type === 'row' ? one.kind : one.type)))
    for (const kind of ['grant', 'config', 'stop', 'boot', 'device', 'alarm', 'mode'] as const) {
      t.ok(kinds.has(kind), kind)
    }
    t.equal(lost, 0)
    t.same(all.subscription.take(), { events: [], lost: 0 })
    const rest = slow.subscription.take()
    t.equal(rest.lost, 2, 'the grant and the first mode are gone, and that is told')
    t.match(rest.events, [{ body: { entry: 'closed' } }, { body: { entry: 'controlled' } }])
    all.subscription.close()
    control.lane.setModes('A', { entry: 'free' }, lin)
    t.same(all.subscription.take().events, [])
    while (control.subscribe({}, () => {}).ok);
    t.match(
      control.subscribe({}, () => {}),
      refusedWith('TOO_MANY_SUBSCRIBERS'),
    )
    await engine.stop()
  },
)
