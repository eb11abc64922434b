/** A whole gate on real files, in virtual time, whose config changes while it runs. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { configBodySchema, modeBodySchema } from '../contract/events.ts'
import { startConfigured } from '../testing/config/configured-gate.ts'
import { openConfig } from './open-config.ts'

const lin = { by: 'lin', reason: 'a test' }
const WAIT = 'lanes.A.timing.waitMs'

t.test('a lane’s timing changes while it runs, after the passage under way', async t => {
  const gate = await startConfigured(tempDir())
  const { engine, energised, time, until } = gate
  await gate.admit(1)
  engine.set(WAIT, 2000)
  let done = false
  const commit = engine.commit(lin).finally(() => {
    done = true
  })
  await until('the revision on disk', () => engine.show().revision.number === 1)
  t.ok(energised.has('entry'), 'who was let in is let through')
  t.notOk(done)
  gate.walk()
  await until('the stop', () => gate.told().includes('stop'))
  t.equal(energised.size, 0, 'relays rest between')
  t.match(await commit, { ok: true, revision: 1, onTrial: false })
  await until('in service', () => gate.state() === 'Locked')
  t.equal(gate.opened(), 1, 'no device was opened anew for that')
  await gate.admit(2)
  const before = gate.rows().length
  await time.advanceAsync(1999)
  t.ok(energised.has('entry'))
  await time.advanceAsync(1)
  t.equal(energised.size, 0, 'the new wait, not the old one')
  await time.advanceAsync(1000)
  await until('the end of the grant', () => gate.rows().length > before)
  t.match(gate.rows().at(-1), { kind: 'annulled', body: { reason: 'NO_TURN' } })
  const rows = gate.rows()
  t.match(rows.find(row => row.kind === 'stop')?.body, { why: 'config' })
  t.match(rows.findLast(row => row.kind === 'boot')?.body, { after: 'stop', revision: 1 })
  t.same(new Set(rows.map(row => row.epoch)).size, 1, 'one journal goes on')
  t.equal(rows.filter(row => row.kind === 'passage').length, 1)
  for (const { kind, body } of rows) {
    if (kind === 'config') t.ok(configBodySchema.safeParse(body).success)
  }
  await engine.stop()
})

t.test('a mode set by command outlives a change that does not speak of it', async t => {
  const gate = await startConfigured(tempDir())
  const { engine, running } = gate
  running.gate()?.lanes[0]?.setModes({ entry: 'free' }, { by: 'lin' })
  await gate.until('open', () => gate.state() === 'Open')
  engine.set(WAIT, 2000)
  t.match(await engine.commit(lin), { ok: true })
  await gate.until('open again', () => gate.state() === 'Open')
  t.ok(gate.energised.has('entry'))
  await engine.stop()
})

t.test(
  'maintenance and emergency by the service’s config: at once, and without a start',
  async t => {
    const gate = await startConfigured(tempDir())
    const { engine, running, energised, until } = gate
    await until('the service', () => running.gate()?.reached() === true)
    const value = engine.show().value as unknown as { lanes: object[] }
    const modes = (modes: object) => gate.offer({ ...value, lanes: [{ ...value.lanes[0], modes }] })
    await gate.admit(4)
    t.match(await modes({ emergency: true }), { ok: true, revision: 1 })
    t.equal(gate.state(), 'Emergency', 'who is under way does not delay it')
    t.same([...energised].sort(), ['entry', 'exit'])
    await until('the row', () => gate.told().includes('mode'))
    await gate.pass(2000)
    await until('good', () => engine.show().trial === null)
    t.match(await modes({ maintenance: true }), { ok: true, revision: 2 })
    t.equal(gate.state(), 'Maintenance')
    t.equal(energised.size, 0)
    await gate.pass(2000)
    t.match(await modes({}), { ok: true, revision: 3 })
    t.equal(gate.state(), 'Locked')
    const rows = () => gate.rows().filter(({ kind }) => kind === 'mode')
    await until('three rows', () => rows().length === 3)
    const by = 'service'
    t.match(
      rows().map(({ body }) => body),
      [
        { emergency: true, was: { emergency: false }, by, revision: 1 },
        { emergency: false, maintenance: true, was: { emergency: true }, by, revision: 2 },
        { maintenance: false, was: { maintenance: true }, by, revision: 3 },
      ],
    )
    for (const { body } of rows()) t.ok(modeBodySchema.safeParse(body).success)
    t.equal(gate.opened(), 1)
    t.equal(gate.rows().filter(({ kind }) => kind === 'boot').length, 1, 'one start')
    t.ok(gate.fireOpens(), 'fire opens it')
    await engine.stop()
  },
)

t.test('the journal alone says when a lane was fare-free, and by whom', async t => {
  const dir = tempDir()
  const free = { modes: { fareFree: true } }
  const first = await startConfigured(dir, free)
  first.engine.set(WAIT, 2000)
  await first.engine.commit(lin)
  await first.engine.stop()
  const second = await startConfigured(dir, free)
  await second.until('told', () => second.told().filter(row => row === 'mode').length === 3)
  const rows = second.rows().filter(({ kind }) => kind === 'boot' || kind === 'mode')
  const told = { fareFree: true, was: { fareFree: false }, by: 'file', revision: 0 }
  t.match(
    rows.map(({ kind, body }) => (kind === 'boot' ? kind : body)),
    ['boot', told, 'boot', told, 'boot', told],
    'after each start, also one by a change of the config',
  )
  second.engine.set('lanes.A.modes', undefined)
  await second.engine.commit(lin)
  const over = { fareFree: false, was: { fareFree: true }, by: 'lin', revision: 2 }
  await second.until('over', () => second.told().at(-1) === 'config committed')
  t.match(second.rows().at(-2), { kind: 'mode', body: over })
  t.ok(second.fireOpens(), 'fire opens it')
  await second.engine.stop()
})

t.test('a revision whose lanes can’t be built is taken back by itself', async t => {
  const gate = await startConfigured(tempDir())
  const { engine } = gate
  engine.set('lanes.A.board.port', 'wrong')
  const commit = engine.commit(lin)
  await gate.until('another gate', () => gate.opened() === 2)
  await gate.inService()
  t.match(await commit, { ok: false, code: 'REVERTED', problems: ['pin 2 is both'] })
  t.match(gate.told().slice(-3), ['config committed', 'config reverted', 'alarm CONFIG_REVERTED'])
  t.match(gate.rows().at(-1)?.body, {
    detail: 'revision 1 by lin: could not start: pin 2 is both; revision 0 runs',
  })
  await gate.admit(3)
  gate.walk()
  await engine.stop()
})

t.test('its lane under a new name on a dead port: not good, back after the trial', async t => {
  const gate = await startConfigured(tempDir())
  const { engine, time, running } = gate
  await gate.until('the service', () => running.gate()?.reached() === true)
  const { value } = engine.show()
  const [lane] = (value as { lanes: object[] }).lanes
  const dead = { name: 'X', direction: 'entry', board: { port: 'no' }, scanner: { port: 'no' } }
  t.match(await gate.offer({ ...(value as object), lanes: [dead] }), { ok: true, onTrial: true })
  await gate.pass(10_000)
  t.equal(gate.state(), 'OutOfService')
  t.ok(engine.show().trial, 'two seconds were enough once')
  await gate.pass(295_000)
  await gate.until('the way back', () => gate.opened() === 3)
  await gate.inService()
  await gate.until('told', () => gate.told().includes('alarm CONFIG_REVERTED'))
  t.match(engine.show(), { revision: { number: 0 }, trial: null, value: { lanes: [lane] } })
  await time.advanceAsync(0)
  t.ok(gate.fireOpens(), 'fire opens it')
  await engine.stop()
})

t.test('a fix ends the trial of a revision on dead ports at once', async t => {
  const gate = await startConfigured(tempDir())
  const { engine } = gate
  engine.set('lanes.A.scanner.port', 'dead')
  t.match(await engine.commit({ ...lin, confirmMs: 300_000 }), { ok: true, onTrial: true })
  await gate.until('the trial’s gate', () => gate.state() === 'Starting')
  engine.set('lanes.A.scanner.port', 'scanner')
  engine.set(WAIT, 3000)
  const fix = await engine.commit({ ...lin, confirmMs: 60_000 })
  t.match(fix, { ok: true, revision: 2 }, 'not after five minutes')
  await gate.inService()
  t.equal(engine.show().trial?.previous, 0, 'what it goes back to is what was good')
  t.equal(engine.show().revision.number, 2)
  await gate.until('told', () => gate.told().includes('config reverted'))
  t.ok(gate.fireOpens(), 'fire opens it')
  await engine.stop()
})

t.test(
  'an edit of the file that a newer revision passed over stays so after a restart',
  async t => {
    const dir = tempDir()
    const first = await startConfigured(dir)
    const edit = { timing: { waitMs: 6000 } }
    first.edit(edit)
    first.engine.set(WAIT, 4000)
    t.match(await first.engine.commit(lin), { ok: true, revision: 1 })
    await first.until('in service', () => first.state() === 'Locked')
    await first.until('told', () => first.told().includes('config refused'))
    await first.engine.stop()
    const second = await startConfigured(dir, edit)
    t.match(second.engine.show(), { revision: { number: 1 } }, 'the newest of all runs')
    await second.admit(1)
    t.ok(second.fireOpens(), 'fire opens it')
    await second.engine.stop()
  },
)

t.test('a file that broke since: the last good config runs; without one it is refused', async t => {
  const dir = tempDir()
  const { engine } = await startConfigured(dir)
  engine.set(WAIT, 2000)
  await engine.commit(lin)
  await engine.stop()
  const file = join(dir, 'gate.json')
  writeFileSync(file, '{ "gate": "north-1" "data": "data" }')
  const opened = openConfig(file, 0)
  t.equal(opened.gate, 'north-1')
  t.match(opened.store.stored.history, { current: 1, trial: null })
  await opened.store.close()
  writeFileSync(file, '{ "gate": "north-1" "data": "elsewhere" }')
  t.throws(() => openConfig(file, 0), { code: 'CONFIG_INVALID', message: /not JSON/ })
  writeFileSync(file, '{ "gate": "north-1" }')
  const noted = openConfig(file, 0)
  t.equal(noted.gate, 'north-1', 'the folder was noted at the last good start')
  await noted.store.close()
  rmSync(`${file}.data`)
  t.throws(() => openConfig(file, 0), { code: 'CONFIG_INVALID', message: /data/ })
})

t.test('a fire or an emergency release is not the time; the gate stays as it is', async t => {
  const gate = await startConfigured(tempDir())
  const { engine, devices, running } = gate
  devices.board.setContact('fire', true)
  await gate.until('open', () => gate.state() === 'Emergency')
  engine.set(WAIT, 2000)
  const before = running.gate()
  t.match(await engine.commit(lin), { ok: false, code: 'EMERGENCY' })
  t.equal(running.gate(), before)
  t.ok(gate.energised.has('entry'))
  await engine.stop()
})
