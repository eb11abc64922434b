/** Recordings of a real gate on real files: what they hold, who may have them, how each ends. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { ControlRefusal } from '../contract/control-codes.ts'
import {
  type RecordedLine,
  recordedLineSchema,
  recordingHeaderSchema,
} from '../contract/recording.ts'
import { RECORDINGS_KEPT } from '../limits.ts'
import { buildSupportBundle } from '../support/bundle.ts'
import { startConfigured } from '../testing/config/configured-gate.ts'

const refusedWith = (code: ControlRefusal) => ({ ok: false, code })
const MINUTE_MS = 60_000

function readRecording(path: string) {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  const header = recordingHeaderSchema.parse(JSON.parse(head))
  return { header, lines: lines.map(line => recordedLineSchema.parse(JSON.parse(line))) }
}

const of = <Is extends RecordedLine['is']>(lines: readonly RecordedLine[], is: Is) =>
  lines.filter((line): line is Extract<RecordedLine, { is: Is }> => line.is === is)

async function start() {
  const gate = await startConfigured(tempDir())
  const { recording } = gate.control
  const begin = async (minutes = 2, by = 'lin') => {
    const answer = await recording.start({ minutes, by })
    if (!answer.ok) throw new Error(`${answer.code} ${answer.problems}`)
    await gate.time.advanceAsync(10)
    return answer.path
  }
  return { ...gate, recording, begin, folder: join(gate.data, 'recordings') }
}

t.test('what comes to the gate, from what it knew, to the end', async t => {
  const { begin, recording, admit, walk, code, devices, until, told, engine, rows, energised } =
    await start()
  await admit(1)
  walk()
  await until('the passage', () => told().includes('passage'))
  const path = await begin()
  const used = await code(2)
  devices.reader.read(used)
  await until('the relay', () => energised.size > 0)
  walk()
  await until('the second', () => told().filter(one => one === 'passage').length === 2)
  devices.board.setContact('fire', true)
  const answer = await recording.stop()
  t.match(answer, { ok: true, path })
  const { header, lines } = readRecording(path)
  t.match(header, { gate: 'north-1', by: 'lin', minutes: 2, config: { gate: 'north-1' } })
  t.match(of(lines, 'use'), [{ lane: 'A', outcome: 'passed' }])
  t.match(of(lines, 'visit'), [{ inside: true }])
  const [first, ...lists] = of(lines, 'trust')
  t.match(first, { change: { clear: true, manifest: String } })
  t.match(lists, [{ change: { putLists: [{ sha256: /^[0-9a-f]{64}$/ }] } }])
  t.match(of(lines, 'clock')[0], { clock: { state: 'TRUSTED' }, rollback: 'none' })
  t.match(of(lines, 'begins'), [{ lane: 'A', modes: { entry: 'controlled' }, contacts: [] }])
  t.match(of(lines, 'text'), [{ reader: 'A.scanner', text: used }])
  const contacts = of(lines, 'contact').map(one => `${one.contact} ${one.active}`)
  t.same(
    contacts.filter(one => !one.startsWith('relay')),
    ['passA true', 'passA false', 'fire true'],
  )
  t.match(
    of(lines, 'row').map(({ kind }) => kind),
    ['grant', 'passage', 'alarm'],
  )
  t.match(lines.at(-1), { is: 'end', why: 'off', lines: lines.length - 1, leftOut: 0 })
  const row = rows().find(({ kind, body }) => kind === 'command' && body.about === 'record')
  t.match(row?.body, { by: 'lin', detail: `${path}, 2 min` })
  await engine.stop()
})

t.test('for its own user alone; a second one is told who and until when', async t => {
  const { begin, recording, folder, engine } = await start()
  const path = await begin()
  t.equal(statSync(folder).mode & 0o777, 0o700)
  t.equal(statSync(`${path}.partial`).mode & 0o777, 0o600)
  const second = await recording.start({ minutes: 1, by: 'wei' })
  t.match(second, { ...refusedWith('RECORDING_RUNNING'), problems: [/^by lin, until \d\d:/] })
  t.match(await recording.stop(), { ok: true })
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.match(await recording.stop(), refusedWith('NOT_RECORDING'))
  await engine.stop()
})

t.test('two at once: one of them', async t => {
  const { recording, engine } = await start()
  const both = await Promise.all([1, 2].map(minutes => recording.start({ minutes, by: 'lin' })))
  t.match(both, [{ ok: true }, refusedWith('RECORDING_RUNNING')])
  await engine.stop()
})

t.test('how long, and by whom, has bounds', async t => {
  const { recording, engine } = await start()
  for (const minutes of [0, 16, 1.5, Number.NaN, -1]) {
    t.match(await recording.start({ minutes, by: 'lin' }), refusedWith('OUT_OF_RANGE'))
  }
  t.match(await recording.start({ minutes: 1, by: ' ' }), refusedWith('OUT_OF_RANGE'))
  t.match(recording.now(), { running: null, last: null })
  await engine.stop()
  t.match(await recording.start({ minutes: 1, by: 'lin' }), refusedWith('NOT_RUNNING'))
})

t.test('it ends by itself: at its time, at a stop, at another config', async t => {
  const { begin, recording, pass, until, control, engine, state } = await start()
  const first = await begin(1)
  await pass(MINUTE_MS - 1000)
  t.match(recording.now(), { running: { by: 'lin' } })
  await pass(1000)
  await until('its end', () => recording.now().last !== null)
  t.match(recording.now(), { running: null, last: { why: 'time', path: first } })
  t.match(readRecording(first).lines.at(-1), { is: 'end', why: 'time' })

  const second = await begin()
  control.config.set('lanes.A.timing.waitMs', 3000)
  await control.config.commit({ by: 'lin', reason: 'a test' })
  t.match(recording.now(), { running: null, last: { why: 'config', path: second } })
  await until('in service', () => state() === 'Locked')

  const third = await begin()
  await engine.stop()
  t.match(recording.now(), { running: null, last: { why: 'stop', path: third } })
  t.match(of(readRecording(third).lines, 'row').at(-1), { kind: 'stop' })
})

t.test('the newest few stay, and nothing that is half done', async t => {
  const { begin, recording, folder, pass, engine } = await start()
  mkdirSync(folder, { mode: 0o700 })
  writeFileSync(join(folder, '20200101T000000Z.recording.partial'), 'half')
  for (let i = 0; i < RECORDINGS_KEPT + 1; i++) {
    await begin()
    await recording.stop()
    await pass(1000)
  }
  t.equal(readdirSync(folder).length, RECORDINGS_KEPT)
  t.ok(readdirSync(folder).every(name => /^2027\d{4}T\d{6}Z\.recording$/.test(name)))
  await engine.stop()
})

t.test('a folder that takes no file: refused, and the gate goes on', async t => {
  const { recording, folder, admit, walk, engine, control } = await start()
  writeFileSync(folder, 'a file in its place')
  const answer = await recording.start({ minutes: 1, by: 'lin' })
  t.match(answer, refusedWith('RECORDING_NOT_WRITTEN'))
  await admit(1)
  t.match(control.lanes(), [{ state: 'Admitting' }])
  walk()
  await engine.stop()
})

t.test('a support bundle has its name alone', async t => {
  const { begin, recording, code, devices, until, energised, walk, engine, control, data, time } =
    await start()
  const path = await begin()
  const text = await code(2)
  devices.reader.read(text)
  await until('the relay', () => energised.size > 0)
  walk()
  await recording.stop()
  t.ok(readFileSync(path, 'utf8').includes(text), 'it is in the recording')
  t.ok(existsSync(path))
  const bundling = buildSupportBundle({
    ...{ control, dataDir: data, log: () => [], timers: time.timers, nowMs: time.clock.nowMs },
    randomBytes: bytes => new Uint8Array(bytes),
  })
  let bundle: Uint8Array | undefined
  void bundling.then(bytes => {
    bundle = bytes
  })
  while (bundle === undefined) {
    await time.advanceAsync(1)
  }
  const unpacked = gunzipSync(bundle).toString('latin1')
  t.notMatch(unpacked, text)
  t.match(unpacked, /recordings/)
  await engine.stop()
})
