import t from 'tap'
import { beatsUse, beatsVisit, type Use, type Visit } from './facts.ts'

const use: Use = {
  ...{ kind: 'use', gate: 'b', lane: 'B', cti: 'ab', presentedAt: 7, direction: 'entry' },
  ...{ outcome: 'interrupted', at: 1000, grants: 2 },
}
const visit: Visit = { kind: 'visit', gate: 'b', area: 'main', cti: 'ab', inside: true, at: 1000 }

t.test('of two words on one use the later wins, and a passage always', async t => {
  const later: readonly [string, Partial<Use>][] = [
    ['a passage, however old', { outcome: 'passed', at: 1 }],
    ['by its time', { at: 1001, grants: 1 }],
    ['by its grants', { grants: 3, outcome: 'reserved' }],
    ['by what became of it', { outcome: 'annulled', gate: 'a' }],
    ['by the gate’s name', { gate: 'c', lane: 'A' }],
    ['by the lane’s name', { lane: 'C' }],
  ]
  for (const [why, more] of later) {
    t.equal(beatsUse({ ...use, ...more }, use), true, why)
    t.equal(beatsUse(use, { ...use, ...more }), false, why)
  }
  t.equal(beatsUse(use, use), false, 'the same word again changes nothing')
})

t.test(
  'of two words on one visit the later wins; at one moment who is inside for sure',
  async t => {
    const outside = { ...visit, inside: false }
    const unsure: Visit = { ...visit, unsure: true }
    t.equal(beatsVisit({ ...outside, at: 1001 }, visit), true)
    for (const [more, less] of [
      [visit, unsure],
      [unsure, outside],
      [visit, outside],
    ] as const) {
      t.equal(beatsVisit(more, less), true)
      t.equal(beatsVisit(less, more), false)
    }
    t.equal(beatsVisit(visit, visit), false)
  },
)
