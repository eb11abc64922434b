import t from 'tap'
import type { StateName } from './state.ts'
import { type StateTraits, traitsOf } from './state-traits.ts'

const NAMES: readonly StateName[] = [
  ...(['Starting', 'Locked', 'Admitting', 'Passing', 'Refusing'] as const),
  ...(['Open', 'Blocked', 'Emergency', 'OutOfService', 'Maintenance'] as const),
]
const of = (name: StateName) => traitsOf({ state: { name } })
const named = (is: (traits: StateTraits) => boolean) => NAMES.filter(name => is(of(name)))

t.test('who may be next follows from what becomes of a code', async t => {
  t.same(
    named(({ next }) => next === 0),
    named(({ scan }) => scan === 'hold'),
    'a code waits exactly while nobody else may be next',
  )
  t.same(
    named(({ next }) => next === 1),
    ['Refusing'],
  )
  t.same(
    named(({ scan }) => scan === 'decide'),
    ['Locked', 'Refusing', 'Open'],
  )
  t.same(
    named(({ scan }) => scan === 'ignore'),
    ['Emergency'],
  )
})

t.test('while a grant is under way nothing else takes the barrier', async t => {
  t.same(
    named(({ granted }) => granted),
    ['Admitting', 'Passing'],
  )
  for (const name of named(({ granted }) => granted)) {
    const { next, resting, takesModes, guarded } = of(name)
    t.same(
      { next, resting, takesModes, guarded },
      { next: 0, resting: false, takesModes: false, guarded: true },
    )
  }
})

t.test(
  'who passes without a grant is noticed wherever the lane serves, and only there',
  async t => {
    const serves = named(({ scan }) => scan === 'decide' || scan === 'hold')
    t.same(
      named(({ guarded }) => guarded),
      serves,
    )
    t.same(
      named(({ inService }) => !inService),
      ['Starting', 'OutOfService'],
    )
  },
)
