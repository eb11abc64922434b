/** A journal whose files are deleted or replaced while it is open: all that it held goes on. */
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { GrantBody } from '../contract/events.ts'
import { TAILS } from '../files/file-identity.ts'
import { unpackMemory } from '../memory/packed-memory.ts'
import type { JournalEntry } from '../memory/projection.ts'
import { type Moved, openJournalDatabase } from '../store/database.ts'
import { type Journal, openJournal } from '../store/journal.ts'

const row = (kind: string, body: unknown): JournalEntry => ({
  ...{ at: 1000, clock: 'TRUSTED', lane: 'A', kind, body },
})
const grant = (cti: string): GrantBody => ({
  ...{ code: 'ADMIT', direction: 'entry', area: 'main', cti: cti.repeat(32), presentedAt: 100 },
  ...{ source: 's', flags: [], trace: [] },
})

interface Held {
  readonly journal: Journal
  readonly file: string
  readonly moved: Moved[]
  readonly open: { readonly epoch: string; readonly seq: number }
}

/** A journal with somebody inside, an open grant, a row that the service has, and a copy of it before. */
async function held(t: Test, folder = tempDir()): Promise<Held> {
  const file = join(folder, 'journal.db')
  const journal = await openJournal(file, 7, randomBytes)
  const moved: Moved[] = []
  journal.onMoved(one => moved.push(one))
  t.teardown(() => journal.close())
  const boot = await journal.append(row('boot', {}))
  const passed = await journal.append(row('grant', grant('a')))
  const { cti, direction, area } = grant('a')
  await journal.append(row('passage', { grant: passed, cti, direction, area }))
  await journal.acknowledge(boot.epoch, 3)
  for (const tail of TAILS) cpSync(file + tail, `${file}.old${tail}`)
  const open = await journal.append(row('grant', grant('b')))
  return { journal, file, moved, open }
}

/** After the next row: everything is there, in a new epoch. */
async function goesOn(t: Test, { journal, file, moved, open }: Held, how: string): Promise<void> {
  const next = await journal.append(row('alarm', { code: 'HELD', on: true, detail: '' }))
  t.match(moved, [{ how }], 'told once')
  t.match(moved[0]?.kept, `epoch ${open.epoch} is kept up to row 4, head `)
  t.not(next.epoch, open.epoch)
  t.equal(next.seq, 1)
  t.match(await journal.openGrants(), [{ ref: open }])
  const memory = unpackMemory(await journal.memory())
  t.match(memory.visits, [{ cti: 'a'.repeat(32), inside: true }])
  t.match(
    memory.presentations.map(one => [one.cti[0], one.outcome]),
    [
      ['a', 'passed'],
      ['b', 'reserved'],
    ],
  )
  const upload = await journal.pending()
  t.equal(upload?.epoch, open.epoch)
  t.match(
    upload?.rows.map(one => one.seq),
    [3, 4],
    'what the service lacks',
  )
  const onDisk = readJournal(file).map(one => `${one.epoch === next.epoch} ${one.seq}`)
  t.same(onDisk, ['false 2', 'false 3', 'false 4', 'true 1'], 'from the anchor on')
  await journal.append(row('annulled', { grant: open, reason: 'NO_TURN' }))
  t.same(await journal.openGrants(), [], 'an open grant ends by the name that it had')
  t.equal(moved.length, 1)
  const walked = await journal.walk({ ordinal: 0, seq: 0, hash: undefined }, 100)
  t.match(walked, { broken: undefined })
  t.notOk(existsSync(`${file}.next`))
}

const remove = (file: string) => {
  for (const tail of TAILS) rmSync(file + tail, { force: true })
}

t.test('deleted', async t => {
  const one = await held(t)
  remove(one.file)
  await goesOn(t, one, 'deleted')
  t.equal(one.moved[0]?.setAside, undefined)
  await one.journal.close()
  t.equal(readJournal(one.file).length, 5, 'and it closes as any other')
})

t.test('its folder deleted', async t => {
  const one = await held(t, join(t.testdir({ data: {} }), 'data'))
  rmSync(join(one.file, '..'), { recursive: true })
  await goesOn(t, one, 'deleted')
})

t.test('its log alone, or its index alone', async t => {
  for (const tail of ['-wal', '-shm']) {
    const one = await held(t, t.testdir({ [tail]: {} }))
    rmSync(one.file + tail)
    await goesOn(t, one, 'deleted')
    t.match(one.moved[0]?.setAside, /journal\.db\.replaced-19700101T000000007Z/)
  }
})

t.test('replaced by an older copy, which is set aside', async t => {
  const one = await held(t)
  remove(one.file)
  for (const tail of TAILS) renameSync(`${one.file}.old${tail}`, one.file + tail)
  await goesOn(t, one, 'replaced')
  const aside = one.moved[0]?.setAside ?? ''
  t.equal(readJournal(aside).length, 3, 'as it lay there')
})

t.test('noticed by a mark of life too', async t => {
  const one = await held(t)
  remove(one.file)
  await one.journal.beat(1_000_000)
  t.match(one.moved, [{ how: 'deleted' }])
  t.ok(existsSync(one.file))
})

t.test('again and again', async t => {
  const one = await held(t)
  for (let n = 1; n <= 3; n++) {
    remove(one.file)
    await one.journal.append(row('alarm', { code: 'HELD', on: true, detail: '' }))
    t.equal(one.moved.length, n)
  }
  t.same(
    readJournal(one.file)
      .map(({ kind }) => kind)
      .slice(-4),
    ['grant', 'alarm', 'alarm', 'alarm'],
  )
})

t.test('a process that ended half way: the next start takes what is whole', async t => {
  const dir = tempDir()
  const file = join(dir, 'journal.db')
  openJournalDatabase(file, 0).db.close()
  renameSync(file, `${file}.next`)
  const { db, setAside } = openJournalDatabase(file, 0)
  t.equal(setAside, undefined)
  t.equal(db.prepare('SELECT count(*) AS n FROM epochs').get()?.n, 0)
  db.close()
  writeFileSync(`${file}.next`, 'a rest')
  openJournalDatabase(file, 0).db.close()
  t.same(readdirSync(dir), ['journal.db'])
})
