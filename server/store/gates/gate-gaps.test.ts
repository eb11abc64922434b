/** Journals with rows that never come, on each engine. */
import { CHAIN_START } from '../../../gate/contract/chain.ts'
import type { Upload } from '../../../gate/contract/events.ts'
import { isChain } from '../../domain/journal.ts'
import { GAPS_PER_GATE_MAX } from '../../limits.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { makeJournal, uploadOf } from '../../testing/journal.ts'
import { sweepAway } from '../../testing/sweeping.ts'
import { openDatabase } from '../engine/engines.ts'
import { transact } from '../engine/transact.ts'
import { gapsOfGates, keepGap } from './gate-gaps.ts'
import { ingest } from './journals.ts'

const DAY_MS = 86_400_000
const EPOCH = 'a'.repeat(16)
const rows = makeJournal(EPOCH, 30)

/** Rows `from` to `to`, with the gap before them from `gapFrom` on; `known`: the row before is held. */
function behindGap(gapFrom: number, from: number, to: number, known = false): Upload {
  const upload = uploadOf(rows, from, to)
  const previousHash = known ? upload.previousHash : null
  return { ...upload, previousHash, gap: { from: gapFrom, why: known ? 'refused' : 'dropped' } }
}

await onEachEngine(async (t, newPlace) => {
  const db = await openDatabase(await newPlace())
  t.teardown(() => db.destroy())
  let now = 1
  const take = (upload: Upload, gate = 'g') => {
    if (!isChain(upload)) return Promise.resolve('no chain')
    return transact(db, tx => ingest(tx, gate, upload, now))
  }
  const seqs = async () =>
    (
      await db
        .selectFrom('gate_events')
        .select('seq')
        .where('gate', '=', 'g')
        .orderBy('seq')
        .execute()
    ).map(row => row.seq)
  const gaps = async () => (await gapsOfGates(db)).get('g') ?? []

  await t.test('rows behind a declared gap are stored, once, and the gap is kept', async t => {
    t.match(await take(uploadOf(rows, 1, 5)), { ok: true, next: 6 })
    t.match(await take(behindGap(7, 10, 12)), { code: 'CHAIN_GAP', next: 6 }, 'begins too late')
    t.match(await take(behindGap(3, 10, 12)), { ok: true, next: 13, stored: 3 })
    t.match(await take(behindGap(3, 10, 12)), { ok: true, next: 13, stored: 0 }, 'the same again')
    t.match(await take(behindGap(3, 10, 14)), { ok: true, next: 15, stored: 2 })
    t.same(await gaps(), [{ epoch: EPOCH, from: 6, to: 9, why: 'dropped', toldAt: 1 }])
    t.match(await take(uploadOf(rows, 15, 16)), { ok: true, next: 17 }, 'and it goes on')
    t.match(await take(behindGap(17, 18, 18, true)), { ok: true, next: 19 })
    t.match(await gaps(), [{}, { from: 17, to: 17, why: 'refused' }])
    t.match(await take(behindGap(17, 18, 19, true)), { ok: true, next: 20 }, 'its answer was lost')
    t.same(await seqs(), [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 18, 19])
  })

  await t.test('a gap is no way to another history', async t => {
    const other = makeJournal(EPOCH, 30, 'other')
    const of = (from: number, to: number) => ({ ...uploadOf(other, from, to), previousHash: null })
    t.match(await take({ ...of(12, 20), gap: { from: 3, why: 'dropped' } }), { code: 'CHAIN_FORK' })
    t.match(await take({ ...of(20, 21), gap: { from: 3, why: 'dropped' } }), { code: 'CHAIN_FORK' })
    t.match(await take({ ...uploadOf(rows, 20, 20), previousHash: null }), { ok: true, next: 21 })
    t.equal(await take({ ...uploadOf(rows, 1, 2), previousHash: null }), 'no chain')
    const gap = { from: 5, why: 'dropped' } as const
    t.equal(await take({ ...uploadOf(rows, 5, 6), gap }), 'no chain', 'not before the first row')
    t.match(await take({ ...uploadOf(rows, 25, 26), previousHash: CHAIN_START }), 'no chain')
    t.equal((await gaps()).length, 2)
  })

  await t.test('bodies go in their time on both sides of a gap', async t => {
    const left = async () =>
      (await db.selectFrom('gate_events').select('body').execute()).filter(row => row.body).length
    t.equal(await left(), 15)
    now = 1000 * DAY_MS
    for (let i = 0; i < 3; i++) await sweepAway(db, 'journalBodies', now)
    t.equal(await left(), 0)
    t.match(await take(behindGap(21, 24, 25)), { ok: true, next: 26 })
    t.equal(await left(), 2)
    now += 91 * DAY_MS
    await sweepAway(db, 'journalBodies', now)
    t.equal(await left(), 0)
  })

  await t.test('so many gaps and no more', async t => {
    await transact(db, async tx => {
      for (let n = 1; n < GAPS_PER_GATE_MAX; n++) {
        await keepGap(tx, 'h', {
          epoch: EPOCH,
          from: 100 + n,
          to: 100 + n,
          why: 'dropped',
          toldAt: 1,
        })
      }
    })
    t.match(await take(behindGap(1, 3, 4), 'h'), { ok: true, next: 5 }, 'at the limit')
    t.match(await take(behindGap(5, 8, 9), 'h'), { code: 'TOO_MANY_GAPS' }, 'one over')
  })
})
