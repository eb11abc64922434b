import t from 'tap'
import { outcomeOf } from './config-outcome.ts'

/** The service's number: Unix seconds. */
const GIVEN = 1_800_000_000
const AT = GIVEN * 1000 + 5_000

const row = (body: object, at = AT) => ({ kind: 'config', at, body: JSON.stringify(body) })
const ours = { by: 'service', reason: 'longer waits', runs: 4, revision: 4 }
const committed = { ...ours, about: 'committed', serviceRevision: GIVEN }
/** Written in this order; a journal shows the newest first. */
const became = (...rows: ReturnType<typeof row>[]) => outcomeOf(rows.reverse(), GIVEN)

t.test('from the first word of the gate to the last', async t => {
  t.same(became(), { is: 'waits' })
  const trial = row({ ...committed, confirmMs: 300_000 })
  t.same(became(trial), { is: 'tried', at: AT })
  t.same(became(trial, row({ ...ours, about: 'confirmed' }, AT + 9)), {
    ...{ is: 'confirmed', at: AT + 9 },
  })
  t.same(became(row(committed)), { is: 'confirmed', at: AT }, 'it acts without a trial')
  t.same(became(trial, row({ ...ours, about: 'reverted', reason: 'lane A is out' }, AT + 9)), {
    ...{ is: 'reverted', at: AT + 9, why: 'lane A is out' },
  })
})

t.test('refused: without a number of the service, so by when it was', async t => {
  const refused = { ...ours, about: 'refused', revision: 3, reason: 'no such port' }
  t.match(became(row(refused)), { is: 'refused', why: 'no such port' })
  t.same(became(row(refused, AT - 3600_000)), { is: 'waits' }, 'another one, long ago')
  t.same(became(row({ ...refused, by: 'file' })), { is: 'waits' }, 'a file of the gate')
})

t.test('rows about other revisions, and rows without a body, say nothing of it', async t => {
  const other = row({ ...committed, serviceRevision: GIVEN - 60, revision: 3, confirmMs: 1 })
  const theirs = row({ ...ours, revision: 3, about: 'confirmed' })
  t.same(became(other, theirs), { is: 'waits' })
  t.same(became({ kind: 'config', at: AT, body: null as never }), { is: 'waits' })
})
