import t from 'tap'
import { nextShanghaiDay, nextShanghaiMonth, shanghaiDate } from './shanghai.ts'

const iso = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z')

t.test('the next day and month of Shanghai', async t => {
  const rows: [string, string, string][] = [
    ['2026-05-20T04:00:00Z', '2026-05-20T16:00:00Z', '2026-05-31T16:00:00Z'],
    ['2026-05-20T15:59:59Z', '2026-05-20T16:00:00Z', '2026-05-31T16:00:00Z'],
    ['2026-05-20T16:00:00Z', '2026-05-21T16:00:00Z', '2026-05-31T16:00:00Z'],
    ['2026-05-31T15:59:59Z', '2026-05-31T16:00:00Z', '2026-05-31T16:00:00Z'],
    ['2026-05-31T16:00:00Z', '2026-06-01T16:00:00Z', '2026-06-30T16:00:00Z'],
    ['2026-12-31T16:00:00Z', '2027-01-01T16:00:00Z', '2027-01-31T16:00:00Z'],
    ['2028-02-01T00:00:00Z', '2028-02-01T16:00:00Z', '2028-02-29T16:00:00Z'],
  ]
  for (const [at, day, month] of rows) {
    t.equal(iso(nextShanghaiDay(Date.parse(at))), day, at)
    t.equal(iso(nextShanghaiMonth(Date.parse(at))), month, at)
  }
})

t.test('a date as people read it', async t => {
  const rows: [string, string, string][] = [
    ['2026-05-31T16:00:00Z', '6月1日零时', '1 June, 00:00'],
    ['2026-12-31T16:00:00Z', '1月1日零时', '1 January, 00:00'],
    ['2026-11-30T15:00:00Z', '11月30日零时', '30 November, 00:00'],
  ]
  for (const [at, zh, en] of rows) t.same(shanghaiDate(Date.parse(at)), { zh, en }, at)
})
