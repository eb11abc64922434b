/** The usual upload at once, on each engine: the same rows as step by step, or nothing at all. */
import { CHAIN_START } from '../../../gate/contract/chain.ts'
import type { JournalRow, Upload } from '../../../gate/contract/events.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { chainRows, makeJournal, uploadOf } from '../../testing/journal.ts'
import { openDatabase } from '../engine/engines.ts'
import { transact } from '../engine/transact.ts'
import { ingestAtOnce } from './journal-at-once.ts'
import { ingest } from './journals.ts'
import { insertPassages, passagesAmong } from './passages.ts'

const EPOCH = '0123456789abcdef'
const PASSING_EPOCH = 'e'.repeat(16)

type Gate = Parameters<typeof ingestAtOnce>[1]

await onEachEngine(async (t, newPlace) => {
  const db = await openDatabase(await newPlace())
  t.teardown(() => db.destroy())
  const journal = makeJournal(EPOCH, 30)
  const [g1, g2] = ['g1', 'g2'].map(id => ({ id, station: 'north' })) as [Gate, Gate]
  for (const gate of [g1, g2]) {
    const { id } = gate
    const row = { ...gate, key_thumbprint: id, public_key: 'x', enrolled_at: 1 }
    await db
      .insertInto('gates')
      .values({ ...row, seen_at: null })
      .execute()
    const first = uploadOf(journal, 1, 10)
    t.equal(await ingestAtOnce(db, gate, first, 2), undefined, 'a new epoch is not so usual')
    await transact(db, tx => ingest(tx, id, first, 2))
  }
  const everything = async (gate: string, epoch = EPOCH) => {
    const of = (table: 'gate_events' | 'gate_epochs') =>
      db.selectFrom(table).selectAll().where('gate', '=', gate).where('epoch', '=', epoch).execute()
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
    const said = await ingestAtOnce(db, g1, { ...next, rows }, 7)
    const stepped = await transact(db, tx => ingest(tx, 'g2', { ...next, rows }, 7))
    t.same(stepped, { ok: true, next: 21, stored: 10 })
    t.same(said, { next: 21, passages: [] })
    const { seen_at } = await db
      .selectFrom('gates')
      .select('seen_at')
      .where('id', '=', 'g1')
      .executeTakeFirstOrThrow()
    t.equal(seen_at, 7)
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
  ]
  for (const [what, upload] of unusual) {
    await t.test(`${what}: left to the steps, and nothing is stored`, async t => {
      const before = await everything('g1')
      t.equal(await ingestAtOnce(db, g1, upload, 9), undefined)
      t.same(await everything('g1'), before)
    })
  }

  await t.test('the same upload many times at once is stored once', async t => {
    const all = await Promise.all(Array.from({ length: 6 }, () => ingestAtOnce(db, g1, after, 9)))
    const done = all.filter(one => one !== undefined)
    t.same(done, [{ next: 31, passages: [] }])
    t.equal((await everything('g1'))[0]?.length, 30)
  })

  await t.test('passages are kept with what their grants said, as step by step', async t => {
    const rows = passing(PASSING_EPOCH, 6)
    const passed = async (gate: Gate) => {
      const of = db.selectFrom('gate_passages').selectAll().where('gate', '=', gate.id)
      return (await of.orderBy('seq').execute()).map(({ gate: _, ...row }) => row)
    }
    // The first grant is of an upload before: its passage comes with the next one.
    for (const gate of [g1, g2])
      await transact(db, tx => ingest(tx, gate.id, uploadOf(rows, 1, 1), 3))
    const next = uploadOf(rows, 2, rows.length)
    const said = await ingestAtOnce(db, g1, next, 7)
    await transact(db, async tx => {
      await ingest(tx, g2.id, next, 7)
      await insertPassages(tx, await passagesAmong(tx, g2, next.rows))
    })
    const kept = await passed(g1)
    t.same(kept, await passed(g2))
    t.same(
      kept.map(one => [one.seq, one.station, one.area, one.direction, one.presented_at]),
      [
        [2, 'north', 'hall', 'entry', 1000],
        [4, 'north', 'hall', 'entry', 1002],
        [6, 'north', 'hall', 'entry', null],
      ],
    )
    t.equal(said?.passages.length, kept.length)
    t.same(await everything('g1', PASSING_EPOCH), await everything('g2', PASSING_EPOCH))
  })

  await t.test('an upload that is left to the steps keeps no passage', async t => {
    const before = await db.selectFrom('gate_passages').selectAll().execute()
    const rows = passing(PASSING_EPOCH, 6)
    t.equal(await ingestAtOnce(db, g1, uploadOf(rows, 2, 6), 9), undefined, 'sent before')
    t.same(await db.selectFrom('gate_passages').selectAll().execute(), before)
  })
})

/** A grant and its passage by turns; the last grant's row is no grant that anybody can read. */
function passing(epoch: string, count: number): JournalRow[] {
  const way = { direction: 'entry', area: 'hall', cti: 'c'.repeat(32) } as const
  const grant = { code: 'ADMIT', ...way, source: 'qr', flags: [], trace: [] }
  const bodies = Array.from({ length: count }, (_, i) => {
    if (i % 2 === 1) return { grant: { epoch, seq: i }, ...way }
    return i === count - 2 ? { presentedAt: 'soon' } : { ...grant, presentedAt: 1000 + i }
  })
  const rows = chainRows(epoch, 'passage', bodies)
  return rows.map((row, i) => (i % 2 === 0 ? { ...row, kind: 'grant' } : row))
}
