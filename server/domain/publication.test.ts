import t from 'tap'
import { basisOf, type PublishState, revisionsOf } from './publication.ts'

const state: PublishState = {
  trustVersion: 3,
  deniedKids: ['aa', 'bb'],
  lists: [
    { number: 8, revision: 2 },
    { number: 9, revision: 5 },
  ],
}

t.test('the basis is another as soon as there is something new to say', async t => {
  t.equal(basisOf({ ...state, deniedKids: [...state.deniedKids] }), basisOf(state))
  const news: Partial<PublishState>[] = [
    { trustVersion: 4 },
    { deniedKids: ['aa'] },
    { lists: state.lists.slice(1) },
    { lists: [{ number: 8, revision: 3 }, ...state.lists.slice(1)] },
    { lists: [{ number: 7, revision: 2 }, ...state.lists.slice(1)] },
  ]
  const bases = new Set(news.map(one => basisOf({ ...state, ...one })))
  t.equal(bases.add(basisOf(state)).size, news.length + 1)
})

t.test('a basis holds the revision of each list', async t => {
  t.same(
    revisionsOf(basisOf(state)),
    new Map([
      [8, 2],
      [9, 5],
    ]),
  )
  t.same(revisionsOf(basisOf({ ...state, lists: [] })), new Map())
})
