import t from 'tap'
import { DAY_MS, daysToOpen, dropAt } from './status-days.ts'

t.test('today always, tomorrow in the last hour', async t => {
  const noon = 20_000 * DAY_MS + DAY_MS / 2
  const late = 20_001 * DAY_MS - 60_000
  const cases: [number, number[], number[]][] = [
    [noon, [], [20_000]],
    [noon, [20_000], []],
    [late, [], [20_000, 20_001]],
    [late, [20_000], [20_001]],
    [late, [20_000, 20_001], []],
  ]
  for (const [now, open, want] of cases) t.same(daysToOpen(new Set(open), now), want)
})

t.test('a list outlives the last certificate of its day', async t => {
  const lastIssue = 20_001 * DAY_MS - 1
  t.ok(dropAt(20_000) > lastIssue + DAY_MS)
})
