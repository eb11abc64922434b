import t from 'tap'
import { layoutOf } from './beam-layout.ts'
import { believed, type Draft, know, newPerson, type Walker } from './walkers.ts'

t.test('one on either side of a beam is believed to have gone on', async t => {
  const around = (heading: 1 | -1): Walker => ({
    ...{ person: 1, from: 'entry', lo: 3, hi: 1, heading, sinceMs: 0 },
  })
  t.same(believed(around(1)), { lo: 3, hi: 2 })
  t.same(believed(around(-1)), { lo: 2, hi: 1 })
  t.same(believed({ ...around(-1), hi: 4 }), { lo: 3, hi: 4 }, 'one who is seen is there')
})

t.test('nothing is known of who is not there', async t => {
  const draft: Draft = {
    ...{ layout: layoutOf([], []), nowMs: 7, gapBeams: 2, walkers: [] },
    ...{ people: new Map(), nextPerson: 1, lastOut: undefined },
  }
  know(draft, newPerson(draft, 'exit'), { arrived: true })
  know(draft, 99, { arrived: true })
  t.match([...draft.people], [[1, { from: 'exit', bornMs: 7, arrived: true }]])
  t.equal(draft.people.size, 1)
})
