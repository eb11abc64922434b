import t from 'tap'
import { cutoffsAt, dueRows } from './retention.ts'

t.test('the order of a history counts, not its times alone', async t => {
  const [cutoff, now] = [100, 200]
  const cases: [string, number[], number][] = [
    ['nothing', [], 0],
    ['all past', [1, 2, 99], 3],
    ['at the limit it stays', [99, 100], 1],
    ['none past', [100, 150], 0],
    ['written by a clock that was behind: after a younger one', [99, 150, 3, 4], 1],
    ['by one that was ahead: goes with a later one that is due', [50, 900, 60, 150], 3],
    ['ahead, and nothing due after it', [50, 900, 150], 1],
    ['ahead alone', [900, 901], 0],
    ['now is not ahead', [50, 200, 60], 1],
    ['a millisecond on it is', [50, 201, 60], 3],
    ['due to the last millisecond', [99, 100, 99], 1],
  ]
  for (const [name, times, due] of cases) t.equal(dueRows(times, cutoff, now), due, name)
})

t.test('cutoffs', async t => {
  const kept = { certificateDays: 31, ticketDays: 2, journalDays: 3, auditDays: 4 }
  const now = Date.UTC(2026, 0, 31, 16)
  const day = 24 * 3600_000
  const { certificates, tickets, journals, audit, month } = cutoffsAt(now, kept)
  t.same(
    [certificates, tickets, journals, audit],
    [31, 2, 3, 4].map(days => now - days * day),
  )
  t.equal(month, '2026-02', 'the month is Shanghai’s')
})
