/** The usual upload as one statement, on each engine: the same rows as step by step, or nothing at all. */
import { CHAIN_START } from '../../../gate/contract/chain.ts'
import type { JournalRow, Upload } from '../../../gate/contract/events.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { makeJournal, uploadOf } from '../../testing/journal.ts'
import { openDatabase } from '../engine/engines.ts'
import { transact } from '../engine/transact.ts'
import { ingestAtOnce } from './journal-at-once.ts'
import { ingest } from './journals.ts'

const EPOCH = '0123456789abcdef'

await onEachEngine(async (t, newPlace, postgres) => {
  const db = await openDatabase(await newPlace())
  t.teardown(() => db.destroy())
  const journal = makeJournal(EPOCH, 30)
  const gates = ['g1', 'g2']
  for (const id of gates) {
    const row = { id, station: 'north', key_thumbprint: id, public_key: 'x', enrolled_at: 1 }
    await db
      .insertInto('gates')
      .values({ ...row, seen_at: null })
      .execute()
    const first = uploadOf(journal, 1, 10)
    t.equal(await ingestAtOnce(db, id, first, 2), undefined, 'a new epoch is not so usual')
    await transact(db, tx => ingest(tx, id, first, 2))
  }
  const everything = async (gate: string) => {
    const of = (table: 'gate_events' | 'gate_epochs') =>
      db.selectFrom(table).selectAll().where('gate', '=', gate).execute()
    const rows = await Promise.all([of('gate_events'), of('gate_epochs')])
    return rows.map(all => all.map(({ gate: _, ...row }) => JSON.stringify(row)).sort())
  }

  await t.test('goes on where the last one ended, as step by step', async t => {
    const next = uploadOf(journal, 11, 20)
    const [row] = next.rows as [JournalRow]
    const odd = '{"text":"\\u00e9 𠮷 \\" \\\\ \\n"}'
    const upload = {
      ...next,
      rows: [
        { ...row, body: null },
        { ...row, seq: 12, body: odd },
      ],
    }
    const rows = [...upload.rows, ...next.rows.slice(2)]
    const said = await ingestAtOnce(db, 'g1', { ...next, rows }, 7)
    const stepped = await transact(db, tx => ingest(tx, 'g2', { ...next, rows }, 7))
    t.same(stepped, { ok: true, next: 21, stored: 10 })
    if (postgres === undefined) {
      t.equal(said, undefined, 'SQLite has no such statement')
      await transact(db, tx => ingest(tx, 'g1', { ...next, rows }, 7))
    } else {
      t.same(said, stepped)
      const { seen_at } = await db
        .selectFrom('gates')
        .select('seen_at')
        .where('id', '=', 'g1')
        .executeTakeFirstOrThrow()
      t.equal(seen_at, 7)
    }
    t.same(await everything('g1'), await everything('g2'))
  })

  const after = uploadOf(journal, 21, 30)
  const unusual: readonly [string, Upload][] = [
    ['rows that were sent before', uploadOf(journal, 11, 20)],
    ['rows that were sent before, and more', uploadOf(journal, 15, 25)],
    ['rows are missing before', uploadOf(journal, 22, 30)],
    ['a gap is declared', { ...after, gap: { from: 20, why: 'dropped' } }],
    ['another history', { ...after, previousHash: CHAIN_START }],
    ['nothing is known of the row before', { ...after, previousHash: null }],
    ['another epoch', { ...after, epoch: 'f'.repeat(16) }],
    [
      'a passage among them',
      { ...after, rows: after.rows.map((row, i) => (i === 3 ? { ...row, kind: 'passage' } : row)) },
    ],
  ]
  for (const [what, upload] of unusual) {
    await t.test(`${what}: left to the steps, and nothing is stored`, async t => {
      const before = await everything('g1')
      t.equal(await ingestAtOnce(db, 'g1', upload, 9), undefined)
      t.same(await everything('g1'), before)
    })
  }

  await t.test('the same upload many times at once is stored once', async t => {
    const all = await Promise.all(Array.from({ length: 6 }, () => ingestAtOnce(db, 'g1', after, 9)))
    const done = all.filter(one => one !== undefined)
    t.same(done, postgres === undefined ? [] : [{ ok: true, next: 31, stored: 10 }])
    t.equal((await everything('g1'))[0]?.length, postgres === undefined ? 20 : 30)
  })
})
