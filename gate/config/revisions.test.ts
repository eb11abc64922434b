import t from 'tap'
import { REVISIONS_MAX } from './limits.ts'
import {
  committed,
  confirmed,
  currentOf,
  firstHistory,
  type History,
  reverted,
  revisionOf,
  saw,
  started,
} from './revisions.ts'

const next = (text: string) => ({ at: 1, by: 'lin', reason: 'a test', text, sha256: text })
const base = firstHistory(next('base'), 'f0')

t.test('a new revision runs on trial, then is good or goes back', async t => {
  t.match(currentOf(base), { number: 0, text: 'base', reverted: null })
  const trial = committed(base, next('one'), 60_000)
  t.match(currentOf(trial), { number: 1, text: 'one' })
  t.same(trial.trial, { previous: 0, confirmMs: 60_000 })
  t.equal(started(trial), trial, 'having started is not enough')
  t.equal(confirmed(trial).trial, null)
  const back = reverted(trial, 'not confirmed')
  t.equal(back.current, 0)
  t.equal(back.trial, null)
  t.equal(revisionOf(back, 1)?.reverted, 'not confirmed')
  t.equal(currentOf(committed(back, next('two'), null)).number, 2, 'a number is not used again')
  t.equal(base.revisions.length, 1, 'the old value stays as it was')
})

t.test('without a confirmation asked for it is good once it has started', async t => {
  const trial = committed(base, next('one'), null)
  t.same(trial.trial, { previous: 0, confirmMs: null })
  t.equal(started(trial).trial, null)
})

t.test('what was last seen of a source outlives a revert', async t => {
  const seen = { serviceRevision: 7, serviceSha256: 'aa' }
  const back = reverted(committed(base, next('one'), null, seen), 'would not start')
  t.match(back.seen, { ...seen, fileSha256: 'f0' })
  t.match(saw(back, { fileSha256: 'f1' }).seen, { ...seen, fileSha256: 'f1' })
})

t.test('the history is bounded, and what one could go back to stays', async t => {
  let history: History = base
  for (let n = 1; n < REVISIONS_MAX; n++) history = confirmed(committed(history, next('x'), null))
  t.equal(history.revisions.length, REVISIONS_MAX)
  t.ok(revisionOf(history, 0))
  history = confirmed(committed(history, next('x'), null))
  t.equal(history.revisions.length, REVISIONS_MAX)
  t.notOk(revisionOf(history, 0))
  const kept = history.current
  for (let n = 0; n < 2 * REVISIONS_MAX; n++) {
    history = reverted(committed(history, next('bad'), null), 'would not start')
    t.equal(history.current, kept)
  }
  t.equal(currentOf(history).text, 'x')
  t.equal(history.revisions.length, REVISIONS_MAX + 1, 'and the one that runs')
})
