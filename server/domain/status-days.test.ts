import t from 'tap'
import { DOCUMENT_AHEAD_MAX_S, EXIT_GRACE_MS } from '../../pass/limits.ts'
import { CERTIFICATE_MS } from './certificate.ts'
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

t.test('a list lives as long as an exit may take the last pass of its day', async t => {
  const lastIssue = 20_001 * DAY_MS - 1
  const taken = lastIssue + CERTIFICATE_MS + EXIT_GRACE_MS
  t.equal(dropAt(20_000) - 1 - taken, DOCUMENT_AHEAD_MAX_S * 1000, 'also by a clock that is behind')
})
