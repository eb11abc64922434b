/** Rows that a service, or what stands before it, can't take: the others go on. */
import { Hono } from 'hono'
import t, { type Test } from 'tap'
import type { JournalRow, Upload } from '../contract/events.ts'
import { createJournalCore } from '../store/journal-core.ts'
import { lineTo, serveApp } from '../testing/uplink/line.ts'

type Refusal = 400 | 413 | 422
type Takes = (upload: Upload) => Refusal | undefined

/** A service that keeps what it takes, by its number; `takes` says what it can't. */
async function picky(t: Test, rows: number, takes: Takes) {
  const sent: Upload[] = []
  const kept = new Map<number, JournalRow>()
  const rule = { takes }
  const app = new Hono().post('/v1/gates/g1/events', async c => {
    const upload = (await c.req.json()) as Upload
    sent.push(upload)
    const refusal = rule.takes(upload)
    if (refusal !== undefined) return c.json({ code: 'TOO_LARGE' }, refusal)
    for (const row of upload.rows) kept.set(row.seq, row)
    return c.json({ next: (upload.rows.at(-1)?.seq ?? 0) + 1 })
  })
  const aside = (db: ReturnType<typeof lineTo>['db']) =>
    db.prepare('SELECT seq, why, refused_at, whole, body FROM refused_rows ORDER BY seq').all()
  const made = lineTo(t, rows, await serveApp(t, app))
  return { ...made, sent, kept, rule, aside: () => aside(made.db) }
}

const sizes = (sent: readonly Upload[]) => sent.map(({ rows }) => rows.length)
const has = (upload: Upload, seq: number) => upload.rows.some(row => row.seq === seq)
const EVERY = (rows: number) => Array.from({ length: rows }, (_, i) => i + 1)

t.test('413 for many rows: fewer at a time, and more again afterwards', async t => {
  const service = await picky(t, 700, ({ rows }) => (rows.length > 60 ? 413 : undefined))
  void service.uploader.flush()
  await service.until('350 rows are there', () => service.kept.size >= 350)
  t.same(sizes(service.sent).slice(0, 4), [200, 100, 50, 50])
  service.rule.takes = () => undefined
  await service.sentAll()
  t.ok(sizes(service.sent).slice(-4).includes(200), 'as many as ever')
  t.equal(service.kept.size, 700)
  t.same(service.aside(), [])
  t.same(service.alarms, [])
})

for (const status of [400, 413, 422] as const) {
  t.test(`${status} for one row: it goes up without its body, the rest goes on`, async t => {
    const bad: Takes = upload =>
      upload.rows.some(row => row.seq === 150 && row.body !== null) ? status : undefined
    const service = await picky(t, 420, bad)
    void service.uploader.flush()
    await service.sentAll()
    t.same([...service.kept.keys()], EVERY(420))
    t.same(
      [...service.kept.values()].filter(row => row.body === null).map(row => row.seq),
      [150],
    )
    t.match(service.aside(), [{ seq: 150, whole: 0, refused_at: 9, body: /north/ }])
    t.match(service.alarms, [['ROW_REFUSED', /body of row 150/]])
    t.ok(
      sizes(service.sent)
        .slice(-2)
        .some(n => n >= 100),
      'the batch has grown again',
    )

    service.core.prune(1e12, 60_000)
    t.same(service.aside(), [], 'kept until its time is over')
  })
}

t.test('a row refused without its body too is set aside whole, and declared as a gap', async t => {
  const service = await picky(t, 6, upload => (has(upload, 3) || has(upload, 4) ? 422 : undefined))
  void service.uploader.flush()
  await service.sentAll()
  t.same([...service.kept.keys()], [1, 2, 5, 6])
  t.match(service.aside(), [
    { seq: 3, whole: 1, why: 'status 422, TOO_LARGE' },
    { seq: 4, whole: 1 },
  ])
  const after = service.sent.find(upload => upload.rows[0]?.seq === 5)
  t.match(after, { gap: { from: 3, why: 'refused' }, previousHash: /^[0-9a-f]{64}$/ })
  t.equal(service.count(), 6, 'the journal keeps its chain')
  service.append()
  await service.sentAll()
  t.equal(service.sent.at(-1)?.gap, undefined, 'declared until it is known')
})

t.test('the first row of all refused: the rest goes on', async t => {
  const service = await picky(t, 4, upload => (has(upload, 1) ? 413 : undefined))
  void service.uploader.flush()
  await service.sentAll()
  t.same([...service.kept.keys()], [2, 3, 4])
})

t.test('whoever refuses everything has no row set aside', async t => {
  let open = true
  const service = await picky(t, 5, () => (open ? undefined : 413))
  await service.uploader.flush()
  open = false
  service.append()
  await service.until('thirty requests', () => service.sent.length > 30)
  t.same(service.aside(), [])
  t.ok(service.pausesMs.some(ms => ms === 30_000))
  open = true
  await service.sentAll()
  t.ok(
    [...service.kept.values()].every(row => row.body !== null),
    'and every row arrives with its body',
  )
})

t.test('a row set aside outlives a restart and a full disk', async t => {
  const service = await picky(t, 6, upload => (has(upload, 3) ? 422 : undefined))
  void service.uploader.flush()
  await service.sentAll()
  service.uploader.close()
  service.db.exec('DELETE FROM rows WHERE seq < 6')
  const again = createJournalCore(service.db, () => 'f'.repeat(16))
  t.equal(again.pending(), undefined)
  t.match(service.aside(), [{ seq: 3, body: /north/ }])
})
