import t from 'tap'
import { BEAM_ROW, layoutOf } from './beam-layout.ts'
import { rename, separate, separateFrom } from './separation.ts'
import { type Draft, newPerson, THING, type Walker } from './walkers.ts'

/** Bodies from the entry side up, each as `person lo hi`. */
function draftOf(from: 'entry' | 'exit', ...bodies: [number, number, number][]): Draft {
  const walkers = bodies.map(
    ([person, lo, hi]): Walker => ({
      ...{ person, from, lo, hi, heading: from === 'entry' ? 1 : -1, sinceMs: 0 },
    }),
  )
  const draft: Draft = {
    ...{ layout: layoutOf(BEAM_ROW, []), nowMs: 1000, gapBeams: 2, walkers },
    ...{ people: new Map(), nextPerson: 1, lastOut: undefined },
  }
  newPerson(draft, from)
  newPerson(draft, from)
  return draft
}
const people = ({ walkers }: Draft) => walkers.map(({ person }) => person)
const YOUNG = () => 2000

t.test('two free beams between two bodies make whoever is behind somebody else', async t => {
  for (const [from, after] of [
    ['entry', [3, 3, 1, 1]],
    ['exit', [1, 1, 3, 3]],
  ] as const) {
    const draft = draftOf(from, [1, 0, 0], [1, 1, 1], [1, 4, 4], [1, 5, 5])
    separate(draft, YOUNG)
    t.same(people(draft), after, from)
  }
  const near = draftOf('entry', [1, 1, 1], [1, 3, 3])
  separate(near, YOUNG)
  t.same(people(near), [1, 1], 'one free beam does not')
})

t.test('only those who were one person are separated', async t => {
  const entry = draftOf('entry', [2, 0, 0], [1, 1, 1], [1, 4, 4])
  separate(entry, YOUNG)
  t.same(people(entry), [2, 3, 1])
  const things = draftOf('entry', [THING, 0, 0], [THING, 4, 4])
  separate(things, YOUNG)
  t.same(people(things), [THING, THING], 'two things are nobody')
})

t.test('what has stood there since before they came is a thing that they passed', async t => {
  const heldSince = (...ms: number[]) => {
    const draft = draftOf('entry', [1, 0, ms.length - 1], [1, 5, 5])
    separate(draft, index => ms[index] ?? 2000)
    return people(draft)[0]
  }
  t.equal(heldSince(900), THING)
  t.equal(heldSince(1000), THING, 'at the moment when they came')
  t.equal(heldSince(1001), 3)
  t.equal(heldSince(900, 900), THING)
  t.equal(heldSince(900, 1001), 3, 'all of its beams')
  t.equal(heldSince(1001, 900), 3)
})

t.test('who has left takes along only what is close behind', async t => {
  for (const [from, edge, near, far] of [
    ['entry', 6, 4, 3],
    ['exit', -1, 1, 2],
  ] as const) {
    const close = draftOf(from, [1, near, near])
    separateFrom(close, 1, from, edge)
    t.same(people(close), [1], from)
    const apart = draftOf(from, [1, far, far])
    separateFrom(apart, 1, from, edge)
    t.same(people(apart), [3], from)
    const nobody = draftOf(from, [2, far, far])
    separateFrom(nobody, 1, from, edge)
    t.same(people(nobody), [2], 'nothing of theirs is left')
  }
  const chain = draftOf('entry', [1, 0, 0], [1, 4, 4])
  separateFrom(chain, 1, 'entry', 6)
  t.same(people(chain), [1, 1], 'the first of what is left counts')
  const back = draftOf('exit', [1, 1, 1], [1, 5, 5])
  separateFrom(back, 1, 'exit', -1)
  t.same(people(back), [1, 1])
  const other = draftOf('entry', [1, 3, 3], [2, 5, 5])
  separateFrom(other, 1, 'entry', 6)
  t.same(people(other), [3, 2], 'not who stands between')
})

t.test('only a person of whom something is left gets another number', async t => {
  const draft = draftOf('entry', [2, 0, 0], [1, 1, 1])
  rename(draft, 1)
  t.same(people(draft), [2, 3])
  rename(draft, 1)
  rename(draft, 99)
  t.same(people(draft), [2, 3])
  t.equal(draft.people.size, 3)
  const forgotten = draftOf('entry', [7, 0, 0])
  rename(forgotten, 7)
  t.same(people(forgotten), [7], 'nor one who is not known')
})
