/** A gate's journal by pages, each row held against the chain. */
import t from 'tap'
import { makeJournal, uploadOf } from '../../testing/journal.ts'
import { newGate } from '../testing/fleet-gates.ts'
import { type NodeFleet, openFleetTests } from '../testing/fleet-in-node.ts'
import { chainOf, JOURNAL_ROWS, type JournalPage } from './journal.ts'

const { nodeWorld, open } = await openFleetTests(t)
const { world } = nodeWorld
const EPOCH = '0000000000000001'
const COUNT = 2 * JOURNAL_ROWS + 10

const pageOf = ({ fleet }: NodeFleet): JournalPage => {
  const { value } = fleet.journal.page
  if (value.is !== 'here') throw new Error(JSON.stringify(value))
  return value.value
}
const seqs = (one: NodeFleet) => {
  const { rows } = pageOf(one)
  return [rows[0]?.seq, rows.at(-1)?.seq]
}

t.test('newest first, page by page, and each page’s chain holds', async t => {
  const gate = await newGate(world, 'j-1')
  const rows = makeJournal(EPOCH, COUNT + 1)
  await gate.upload(uploadOf(rows, 1, COUNT))
  const one = await open('technician', { hash: '#/gates/j-1/journal' })
  const { journal } = one.fleet
  await one.settle()
  t.same(seqs(one), [COUNT, COUNT - JOURNAL_ROWS + 1])
  t.match(pageOf(one), { isNewest: true, isOldest: false, chain: { is: 'holds' }, last: COUNT })

  await gate.upload(uploadOf(rows, COUNT + 1, COUNT + 1))
  await one.advance(3_100)
  t.same(seqs(one), [COUNT + 1, COUNT - JOURNAL_ROWS + 2], 'new rows come by themselves')

  await journal.older()
  t.same(seqs(one), [COUNT - JOURNAL_ROWS + 1, COUNT - 2 * JOURNAL_ROWS + 2])
  await journal.older()
  t.same(seqs(one), [COUNT - 2 * JOURNAL_ROWS + 1, 1])
  t.match(pageOf(one), { isOldest: true, isNewest: false, chain: { is: 'holds' } })
  await journal.newer()
  t.same(seqs(one), [COUNT - JOURNAL_ROWS + 1, COUNT - 2 * JOURNAL_ROWS + 2])
  await journal.newer()
  t.equal(pageOf(one).isNewest, true)
  await journal.older()
  await journal.newest()
  t.equal(seqs(one)[0], COUNT + 1)
})

t.test('a row that was changed, one that was left out: the chain breaks there', async t => {
  const rows = makeJournal(EPOCH, 5).map(row => ({ ...row, receivedAt: 1 }))
  const shown = (change: (all: typeof rows) => typeof rows, missing: JournalPage['missing'] = []) =>
    chainOf({ rows: change(structuredClone(rows)).reverse(), missing })
  t.same(await shown(all => all), { is: 'holds' })
  t.same(await shown(all => all.slice(2)), { is: 'holds' }, 'what is before it is not shown')
  const put = (i: number, change: object) => (all: typeof rows) =>
    all.map((row, at) => (at === i ? { ...row, ...change } : row))
  t.same(await shown(put(2, { body: '{}' })), { is: 'broken', seq: 3 }, 'another body')
  t.same(await shown(put(2, { at: 7 })), { is: 'broken', seq: 3 }, 'another time')
  t.same(await shown(put(0, { lane: 'x' })), { is: 'broken', seq: 1 }, 'the first one')
  t.same(await shown(put(2, { body: null })), { is: 'holds' }, 'a body that was dropped')
  const withoutThird = (all: typeof rows) => all.filter(({ seq }) => seq !== 3)
  t.same(await shown(withoutThird), { is: 'broken', seq: 4 })
  const gap = { epoch: EPOCH, from: 3, to: 3, why: 'dropped', toldAt: 1 } as const
  t.same(await shown(withoutThird, [gap]), { is: 'holds' }, 'a gap that was declared')
})

t.test('a gate without a journal, and one that is none', async t => {
  await newGate(world, 'j-2')
  const one = await open('auditor', { hash: '#/gates/j-2/journal' })
  t.same(one.fleet.journal.page.value, { is: 'none' })
  one.fleet.go('#/gates/nobody/journal')
  await one.settle()
  t.same(one.fleet.journal.page.value, { is: 'none' })
})

t.test('without the service what was read stays; at another place nothing is asked', async t => {
  const one = await open('operator', { hash: '#/gates/j-1/journal' })
  one.network = 'none'
  await one.advance(20_000)
  t.equal(pageOf(one).rows.length, JOURNAL_ROWS)
  one.fleet.go('#/gates')
  t.same(one.fleet.journal.page.value, { is: 'loading' })
  one.fleet.go('#/gates/j-1/journal')
  await one.advance(20_000)
  t.match(one.fleet.journal.page.value, { is: 'away', trouble: { kind: 'offline' } })
})
