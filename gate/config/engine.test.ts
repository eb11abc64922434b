/** Revisions in virtual time: commit, confirm, the way back, crashes between, the file. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { configBodySchema } from '../contract/events.ts'
import { plainModes } from '../machine/state.ts'
import { createDeskWorld, openDesk, withWait } from '../testing/config/desk.ts'
import { CONFIRM_MS_MAX, CONFIRM_MS_MIN, REVISIONS_MAX } from './limits.ts'
import type { RevisionStart } from './running.ts'

const WAIT = 'lanes.A.timing.waitMs'
const lin = { by: 'lin', reason: 'people are slow' }

/** A gate that has started on its file. */
async function running(dir: string) {
  const desk = openDesk(dir)
  desk.writeFile(withWait(5000))
  await desk.engine.start()
  return desk
}

t.test('a change is edited, compared, committed; the journal says who, why and where', async t => {
  const { engine, waits, world } = await running(tempDir())
  t.match(engine.show(), { revision: { number: 0, by: 'file' }, trial: null })
  t.same(engine.compare(), [])
  t.equal(engine.candidate(), undefined)
  t.same(engine.set(WAIT, 8000), [])
  t.same(engine.compare(), [{ line: 15, text: '  lanes.A.timing.waitMs: 5000 -> 8000' }])
  t.same(waits(), [5000], 'nothing runs before the commit')
  t.same(await engine.commit(lin), { ok: true, revision: 1, onTrial: false })
  t.same(waits(), [5000, 8000])
  t.match(world.starts[1], { revision: 1 })
  t.same(world.rows, ['base 0 by file, 0 runs', 'committed 1 by lin, 1 runs'])
  t.match(world.bodies[1], { ...lin, changes: ['lanes.A.timing.waitMs'] })
  t.notMatch(JSON.stringify(world.bodies[1]), /8000/, 'no value')
  t.match(engine.history(), [{ number: 1, by: 'lin' }, { number: 0 }])
  t.notOk('text' in (engine.history()[0] as object))
  for (const body of world.bodies) t.ok(configBodySchema.safeParse(body).success)
  await engine.stop()
})

t.test('what is wrong is said with its key and range, and changes nothing', async t => {
  const { engine, waits } = await running(tempDir())
  const short = 'line 15: lanes.A.timing.waitMs: too small, at least 1000, found a number'
  t.same(engine.set(WAIT, 50), [short])
  t.same(engine.candidate(), { value: withWait(50), problems: [short] })
  t.same(await engine.commit(lin), { ok: false, code: 'CONFIG_INVALID', problems: [short] })
  t.equal(engine.set('lanes.Z.name', 'x'), 'NO_SUCH_PATH')
  engine.discard()
  t.match(await engine.commit(lin), { code: 'NOTHING_TO_COMMIT' })
  for (const [key, value] of [
    ['gate', 'x'],
    ['station', 'y'],
    ['data', '/elsewhere'],
  ] as const) {
    const why = new RegExp(`^line \\d+: ${key}: can’t be changed by a revision: `)
    t.match(engine.set(key, value), [why])
    t.match(await engine.commit(lin), { code: 'FIXED_KEY' })
    engine.discard()
  }
  engine.set(WAIT, 5000)
  t.match(await engine.commit(lin), { code: 'NOTHING_TO_COMMIT' }, 'the same as before')
  engine.set(WAIT, 6000)
  const bounds: [object, boolean][] = [
    [{ by: '', reason: '' }, false],
    [{ by: 'n'.repeat(81), reason: '' }, false],
    [{ by: 'lin', reason: 'r'.repeat(401) }, false],
    [{ ...lin, confirmMs: CONFIRM_MS_MIN - 1 }, false],
    [{ ...lin, confirmMs: CONFIRM_MS_MAX + 1 }, false],
    [{ ...lin, confirmMs: Number.NaN }, false],
    [{ by: 'n'.repeat(80), reason: 'r'.repeat(400), confirmMs: CONFIRM_MS_MAX }, true],
  ]
  for (const [request, good] of bounds) {
    const outcome = await engine.commit(request as never)
    t.equal(outcome.ok, good)
    if (!outcome.ok) t.equal(outcome.code, 'OUT_OF_BOUNDS')
  }
  t.same(waits(), [5000, 6000])
  await engine.stop()
})

t.test('a commit to be confirmed goes back at its deadline, not before', async t => {
  const { engine, waits, world, advance } = await running(tempDir())
  engine.set(WAIT, 8000)
  t.match(await engine.commit({ ...lin, confirmMs: 60_000 }), { ok: true, onTrial: true })
  t.match(engine.show().trial, { previous: 0, confirmMs: 60_000 })
  await advance(59_999)
  t.same(waits(), [5000, 8000])
  await advance(1)
  t.same(waits(), [5000, 8000, 5000])
  t.match(engine.show(), { revision: { number: 0 }, trial: null })
  t.same(world.rows.slice(-2), [
    'reverted 1 by lin, 0 runs',
    'CONFIG_REVERTED: revision 1 by lin: not confirmed in 60 s; revision 0 runs',
  ])
  t.match(engine.history()[0], { number: 1, reverted: 'not confirmed in 60 s' })
  t.match(await engine.confirm('lin'), { code: 'NOT_ON_TRIAL' })
  await engine.stop()
})

t.test('confirmed, it stays; taken back by hand, it goes at once', async t => {
  const { engine, waits, world, advance } = await running(tempDir())
  engine.set(WAIT, 8000)
  await engine.commit({ ...lin, confirmMs: 60_000 })
  t.match(await engine.confirm('mei'), { ok: true, revision: 1, onTrial: false })
  t.equal(world.rows.at(-1), 'confirmed 1 by mei, 1 runs')
  await advance(3_600_000)
  t.same(waits(), [5000, 8000])
  engine.set(WAIT, 9000)
  await engine.commit({ ...lin, confirmMs: 60_000 })
  t.match(await engine.takeBack('mei'), { ok: true, revision: 1 })
  t.same(waits(), [5000, 8000, 9000, 8000])
  t.match(world.rows.at(-1), /CONFIG_REVERTED: revision 2 by lin: taken back by mei; revision 1/)
  await advance(3_600_000)
  t.equal(waits().length, 4, 'its deadline is gone')
  await engine.stop()
})

t.test('a newer one ends the trial; what is gone back to is the last that was good', async t => {
  const { engine, waits, world, advance } = await running(tempDir())
  engine.set(WAIT, 8000)
  await engine.commit({ ...lin, confirmMs: 60_000 })
  engine.set(WAIT, 9000)
  t.match(await engine.commit({ ...lin, confirmMs: 60_000 }), { ok: true, revision: 2 })
  t.same(waits(), [5000, 8000, 9000])
  t.match(engine.show().trial, { previous: 0 })
  t.same(world.rows.slice(-2), ['reverted 1 by lin, 2 runs', 'committed 2 by lin, 2 runs'])
  const why = 'revision 2 took its place before it was confirmed'
  t.match(world.bodies.at(-2), { reason: why })
  t.match(engine.history()[1], { number: 1, reverted: why })
  await advance(59_999)
  t.equal(waits().length, 3, 'the first one’s deadline went with it')
  await advance(1)
  t.same(waits(), [5000, 8000, 9000, 5000])
  engine.set(WAIT, 8000)
  await engine.commit({ ...lin, confirmMs: 60_000 })
  engine.set(WAIT, 9000)
  t.match(await engine.commit(lin), { ok: true, revision: 4, onTrial: false }, 'good at once')
  await advance(3_600_000)
  t.equal(waits().at(-1), 9000)
  engine.set(WAIT, 8000)
  await engine.commit({ ...lin, confirmMs: 60_000 })
  world.faults.set(7000, 'no such pin')
  engine.set(WAIT, 7000)
  t.match(await engine.commit(lin), { code: 'REVERTED' })
  t.equal(waits().at(-1), 9000, 'not the one on trial')
  await engine.stop()
})

t.test('one that can’t start gives way to the one before', async t => {
  const { engine, waits, world, running: now } = await running(tempDir())
  world.faults.set(8000, 'pin 2 is both entry and exit')
  now.gate()?.lanes[0]?.setModes({ fareFree: true }, { by: 'mei' })
  engine.set(WAIT, 8000)
  const outcome = await engine.commit(lin)
  t.match(outcome, { code: 'REVERTED', problems: ['pin 2 is both entry and exit'] })
  t.same(waits(), [5000, 5000])
  const kept = { modes: { fareFree: true }, by: 'mei' }
  t.match(world.starts[1]?.how.modes.get('A'), kept, 'as it was commanded')
  t.match(world.rows.at(-1), /CONFIG_REVERTED: revision 1 .* could not start: pin 2 is both/)
  world.faults.set(5000, 'the disk is gone')
  engine.set(WAIT, 8000)
  await engine.commit(lin)
  t.match(world.died, { message: 'the disk is gone' }, 'nothing runs: the process must end')
  await engine.stop()
})

t.test('a crash in the window: the next start runs what was good, and says so', async t => {
  const dir = tempDir()
  const first = await running(dir)
  first.engine.set(WAIT, 8000)
  await first.engine.commit({ ...lin, confirmMs: 3_600_000 })
  await first.crash()
  const second = openDesk(dir)
  await second.engine.start()
  t.same(second.waits(), [5000])
  t.same(second.world.rows, [
    'reverted 1 by lin, 0 runs',
    'CONFIG_REVERTED: revision 1 by lin: the gate ended before it was confirmed; revision 0 runs',
  ])
  await second.crash()
  const third = openDesk(dir)
  await third.engine.start()
  t.same(third.world.rows, [], 'told once')
  await third.engine.stop()
})

t.test('rows that the journal did not take are told by the next start', async t => {
  const dir = tempDir()
  const first = await running(dir)
  first.world.takesRows = false
  first.engine.set(WAIT, 8000)
  await first.engine.commit(lin)
  t.same(first.world.rows, ['base 0 by file, 0 runs'])
  await first.crash()
  const second = openDesk(dir)
  await second.engine.start()
  t.same(second.world.rows, ['committed 1 by lin, 1 runs'])
  await second.engine.stop()
})

t.test('rollback makes an old config the candidate; committed it is a new revision', async t => {
  const { engine, waits } = await running(tempDir())
  for (const wait of [6000, 7000]) {
    engine.set(WAIT, wait)
    await engine.commit(lin)
  }
  t.same(engine.rollback(0), [])
  t.same(engine.compare(), [{ line: 15, text: '  lanes.A.timing.waitMs: 7000 -> 5000' }])
  t.same(engine.compare(1), [{ line: 15, text: '  lanes.A.timing.waitMs: 6000 -> 5000' }])
  engine.set('lanes.A.timing', undefined)
  t.same(engine.compare(), [{ line: null, text: '- lanes.A.timing: {"waitMs":7000}' }])
  t.same(engine.rollback(0), [])
  t.match(await engine.commit(lin), { ok: true, revision: 3 })
  t.same(waits(), [5000, 6000, 7000, 5000])
  t.equal(engine.rollback(99), 'NO_SUCH_REVISION')
  t.equal(engine.compare(99), 'NO_SUCH_REVISION')
  await engine.stop()
})

t.test('a candidate that began from another revision is not committed over it', async t => {
  const { engine, writeFile } = await running(tempDir())
  engine.set(WAIT, 8000)
  writeFile(withWait(6000))
  t.match(await engine.reload(), { ok: true, revision: 1 })
  t.match(await engine.commit(lin), { code: 'CANDIDATE_STALE' })
  await engine.stop()
})

t.test('the history is bounded on disk too', async t => {
  const dir = tempDir()
  const { engine, crash } = await running(dir)
  for (let n = 1; n <= REVISIONS_MAX + 2; n++) {
    engine.set(WAIT, 5000 + n)
    await engine.commit(lin)
  }
  t.equal(engine.history().length, REVISIONS_MAX)
  await crash()
  const again = openDesk(dir)
  await again.engine.start()
  t.same(again.waits(), [5000 + REVISIONS_MAX + 2])
  t.equal(again.engine.history().length, REVISIONS_MAX)
  await again.engine.stop()
})

t.test('the file: edited it is the next revision, at a start or when told', async t => {
  const dir = tempDir()
  const first = await running(dir)
  first.engine.set(WAIT, 8000)
  await first.engine.commit(lin)
  t.match(await first.engine.reload(), { code: 'NOTHING_TO_COMMIT' }, 'it is as it was')
  await first.engine.stop()
  const second = openDesk(dir)
  await second.engine.start()
  t.same(second.waits(), [8000], 'an old file does not undo a commit')
  second.writeFile(withWait(6000))
  t.match(await second.engine.reload(), { ok: true, revision: 2 })
  await second.engine.stop()
  const third = openDesk(dir)
  third.writeFile(withWait(7000))
  await third.engine.start()
  t.same(third.waits(), [7000])
  t.same(third.world.rows, ['committed 3 by file, 3 runs'])
  third.writeFile(JSON.stringify(withWait(7000), null, 4))
  t.match(await third.engine.reload(), { code: 'NOTHING_TO_COMMIT' }, 'only its blanks')
  await third.engine.stop()
})

t.test('an edit of the file that was not taken undoes no revision made since', async t => {
  const ways: Record<string, (desk: Awaited<ReturnType<typeof running>>) => Promise<unknown>> = {
    async 'during a trial'({ engine }) {
      engine.set(WAIT, 8000)
      await engine.commit({ ...lin, confirmMs: 60_000 })
      await engine.reload()
      await engine.confirm('lin')
    },
    async 'during an emergency'({ engine, world }) {
      world.state = 'Emergency'
      t.match(await engine.reload(), { code: 'EMERGENCY' })
      world.state = 'Locked'
    },
    'nobody said so': async () => {},
  }
  for (const [way, work] of Object.entries(ways)) {
    const dir = join(tempDir(), way.replaceAll(' ', '-'))
    mkdirSync(dir)
    const first = await running(dir)
    first.writeFile(withWait(6000))
    await work(first)
    first.engine.set(WAIT, 9000)
    t.match(await first.engine.commit(lin), { ok: true }, way)
    await first.crash()
    const second = openDesk(dir)
    await second.engine.start()
    t.same(second.waits(), [9000], `${way}: the newest of all runs`)
    second.writeFile(withWait(7000))
    t.match(await second.engine.reload(), { ok: true })
    await second.engine.stop()
  }
})

t.test('an edit passed over by a newer revision is told, and taken when somebody asks', async t => {
  const dir = tempDir()
  const { engine, waits, world, writeFile } = await running(dir)
  writeFile(withWait(6000))
  engine.set(WAIT, 9000)
  await engine.commit(lin)
  t.equal(world.rows.at(-1), 'refused 1 by file, 1 runs')
  t.match(world.bodies.at(-1), { reason: /the file’s edit is older than revision 1/ })
  t.match(await engine.reload(), { ok: true, revision: 2 })
  t.same(waits(), [5000, 9000, 6000])
  t.match(await engine.reload(), { code: 'NOTHING_TO_COMMIT' })
  await engine.stop()
})

t.test(
  'a wrong file: nothing changes but what is told; at a first start it is refused',
  async t => {
    const dir = tempDir()
    const desk = openDesk(dir)
    desk.writeFile(withWait(50))
    await t.rejects(desk.engine.start(), { code: 'CONFIG_INVALID', message: /waitMs/ })
    desk.writeFile(withWait(5000))
    await desk.engine.start()
    const wrong: [string | ReturnType<typeof withWait>, string, RegExp][] = [
      ['{"gate": ', 'CONFIG_INVALID', /not JSON/],
      [withWait(50), 'CONFIG_INVALID', /line 1: lanes\.A\.timing\.waitMs: too small/],
      [
        { ...(withWait(6000) as object), station: 'south' },
        'FIXED_KEY',
        /station: can’t be changed/,
      ],
    ]
    for (const [file, code, why] of wrong) {
      desk.writeFile(file)
      t.match(await desk.engine.reload(), { ok: false, code, problems: why })
      t.match(desk.world.rows.at(-2), 'refused 0 by file, 0 runs')
      t.match(desk.world.bodies.at(-2), { reason: why })
      t.match(desk.world.bodies.at(-1), { code: 'CONFIG_FILE_BAD', on: true, detail: why })
    }
    const told = desk.world.rows.length
    desk.writeFile(withWait(5000))
    await desk.engine.reload()
    t.match(desk.world.bodies.at(-1), { code: 'CONFIG_FILE_BAD', on: false })
    await desk.engine.reload()
    t.equal(desk.world.rows.length, told + 1, 'told once')
    t.same(desk.waits(), [5000])
    await desk.engine.stop()
    desk.writeFile('{"gate": ')
    const again = openDesk(dir)
    await again.engine.start()
    t.same(again.waits(), [5000], 'the last good one runs')
    t.match(again.world.rows, [
      'refused 0 by file, 0 runs',
      /^CONFIG_FILE_BAD: .*gate\.json: not JSON: line 1, column 10: .*; the last good revision runs$/,
    ])
    await again.engine.stop()
  },
)

t.test(
  'a file that can’t start at a start, and one that a newer program does not take',
  async t => {
    const dir = tempDir()
    const first = await running(dir)
    await first.engine.stop()
    const world = createDeskWorld()
    world.faults.set(6000, 'no such pin')
    const second = openDesk(dir, world)
    second.writeFile(withWait(6000))
    await second.engine.start()
    t.same(second.waits(), [5000])
    t.match(world.rows.at(-1), /CONFIG_REVERTED: revision 1 by file: could not start: no such pin/)
    second.engine.set(WAIT, 7000)
    await second.engine.commit(lin)
    await second.engine.stop()
    const newer = createDeskWorld()
    newer.refuses.add(7000)
    const third = openDesk(dir, newer)
    await third.engine.start()
    t.same(third.waits(), [5000], 'the newest of those it takes')
    t.match(
      newer.rows.at(-1),
      /revision 2 by lin: not valid any more: waitMs: gone; revision 0 runs/,
    )
    await third.engine.stop()
    newer.refuses.add(5000).add(6000)
    await t.rejects(openDesk(dir, newer).engine.start(), { code: 'CONFIG_INVALID' })
  },
)

t.test('no change while a lane is open for everyone; a deadline waits for that too', async t => {
  const { engine, waits, world, advance } = await running(tempDir())
  engine.set(WAIT, 8000)
  world.state = 'Emergency'
  t.match(await engine.commit(lin), { code: 'EMERGENCY' })
  world.state = 'Locked'
  await engine.commit({ ...lin, confirmMs: 60_000 })
  world.state = 'Emergency'
  t.match(await engine.takeBack('lin'), { code: 'EMERGENCY' })
  await advance(120_000)
  t.same(waits(), [5000, 8000])
  world.state = 'Locked'
  await advance(1000)
  t.same(waits(), [5000, 8000, 5000])
  await engine.stop()
})

t.test('modes set by command outlive a change that does not speak of them', async t => {
  const { engine, world, running: now } = await running(tempDir())
  now.gate()?.lanes[0]?.setModes({ entry: 'free' }, { by: 'mei' })
  engine.set(WAIT, 8000)
  await engine.commit(lin)
  const free = { ...plainModes('entry'), entry: 'free' }
  t.same(world.starts[1]?.how.modes.get('A'), { modes: free, by: 'mei', revision: undefined })
  world.modes.splice(0)
  engine.set('lanes.A.modes', { entry: 'closed' })
  await engine.commit(lin)
  const wins = { lane: 'A', entry: 'closed', by: 'lin', revision: 2 }
  t.same(world.modes, [wins], 'what the config says of them wins')
  await engine.stop()
})

t.test(
  'a revision of modes alone acts on the lanes as they stand, and so does its end',
  async t => {
    const { engine, world, waits, advance } = await running(tempDir())
    engine.set('lanes.A.modes', { maintenance: true })
    t.match(await engine.commit({ ...lin, confirmMs: 60_000 }), { ok: true, onTrial: true })
    t.same(world.modes, [{ lane: 'A', maintenance: true, by: 'lin', revision: 1 }])
    await advance(60_000)
    t.same(world.modes[1], { lane: 'A', maintenance: false, by: 'file', revision: 0 })
    t.same(waits(), [5000], 'no start')
    await engine.stop()
  },
)

t.test('an emergency by config: opens at once, ends by config, and is no dead end', async t => {
  const { engine, world, waits } = await running(tempDir())
  const commit = async (modes: object, waitMs: number) => {
    engine.discard()
    engine.set('lanes.A.modes', modes as never)
    engine.set(WAIT, waitMs)
    const outcome = await engine.commit(lin)
    return outcome.ok ? 'taken' : outcome.code
  }
  t.equal(await commit({ emergency: true }, 6000), 'taken')
  t.match(world.modes, [{ emergency: true }], 'before the start that the rest of it needs')
  t.match(world.starts[1]?.how.modes.get('A'), { modes: { emergency: true }, by: 'lin' })
  world.state = 'Emergency'
  t.equal(await commit({ emergency: true }, 7000), 'EMERGENCY', 'it would close for a start')
  t.equal(await commit({ emergency: true, fareFree: true }, 6000), 'taken', 'this does not')
  t.equal(await commit({ fareFree: true }, 7000), 'taken', 'it ends it')
  t.equal(await commit({}, 8000), 'EMERGENCY', 'that was a fire’s')
  t.equal(await commit({}, 7000), 'taken')
  t.same(waits(), [5000, 6000, 7000])
  await engine.stop()
})

t.test('who asked for a lane’s modes is known by the revision that first said so', async t => {
  const dir = tempDir()
  const first = await running(dir)
  first.engine.set('lanes.A.modes', { fareFree: true })
  await first.engine.commit({ by: 'mei', reason: 'a festival' })
  first.engine.set(WAIT, 8000)
  await first.engine.commit(lin)
  await first.crash()
  const second = openDesk(dir)
  await second.engine.start()
  const { how } = second.world.starts[0] as { how: RevisionStart }
  t.match(how.modes.get('A'), { modes: { fareFree: true }, by: 'mei', revision: 1 })
  t.equal(how.revision(), 2)
  await second.engine.stop()
})
