import t from 'tap'
import type { Use, Visit } from './facts.ts'
import { createNames, packUse, packVisit, unpackUse, unpackVisit } from './ledger-entries.ts'

const use: Use = {
  ...{ kind: 'use', gate: 'north-1', lane: 'A', cti: 'ab'.repeat(16), presentedAt: -7 },
  ...{ area: 'main', direction: 'entry', outcome: 'reserved', at: 1000, grants: 2 },
}
const visit: Visit = {
  ...{ kind: 'visit', gate: 'north-1', area: 'main', cti: 'ab'.repeat(16), inside: true, at: 1000 },
}

t.test('names are numbered from 1, the same again, and no more than may be', async t => {
  const names = createNames(2)
  t.same([names.numberOf('a'), names.numberOf('b'), names.numberOf('a')], [1, 2, 1])
  t.equal(names.numberOf('c'), undefined)
  t.equal(names.known('b'), 2)
  t.equal(names.known('c'), undefined)
  t.same([names.nameOf(0), names.nameOf(1), names.nameOf(2), names.nameOf(3)], ['', 'a', 'b', ''])
})

t.test('what is packed is the same when it is unpacked', async t => {
  const names = createNames(9)
  const { area: _, ...nowhere } = use
  const uses: Use[] = [use, { ...use, direction: 'exit' }, nowhere]
  for (const outcome of ['interrupted', 'annulled', 'passed'] as const) {
    uses.push({ ...use, outcome, direction: 'exit' })
  }
  for (const one of uses) {
    const packed = packUse(one, names)
    t.same(packed && unpackUse(packed, names), one)
  }
  for (const one of [visit, { ...visit, inside: false }, { ...visit, unsure: true } as const]) {
    const packed = packVisit(one, names)
    t.same(packed && unpackVisit(packed, names), one)
  }
})

t.test('nothing is packed for which there is no number any more', async t => {
  t.equal(packUse(use, createNames(0)), undefined)
  t.equal(packUse(use, createNames(1)), undefined, 'a lane and no area')
  const full = createNames(1)
  full.numberOf('main')
  t.equal(packUse(use, full), undefined, 'an area and no lane')
  t.equal(packVisit(visit, createNames(1)), undefined)
  t.equal(packVisit(visit, full), undefined)
})
