/** A disk that does not answer: an entry is withdrawn, and whoever leaves does not wait for it. */
import t, { type Test } from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import type { JournalEntry } from '../memory/projection.ts'
import { createBacklog } from '../store/backlog.ts'

const BOTH = { direction: 'both', exitScanner: { port: 'exit-scanner' } }
const state = (gate: VirtualLane) => gate.lane.view().state

/** Fire opens both ways at once, whatever the disk does. */
async function opensForFire(t: Test, gate: VirtualLane): Promise<void> {
  await gate.contact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens both ways at once')
}

t.test('an entry whose row does not come is withdrawn; late, its row is annulled', async t => {
  const gate = await createVirtualLane()
  gate.stallWrites()
  await gate.scan(await gate.code())
  await gate.time.advanceAsync(2499)
  t.equal(state(gate).name, 'Admitting')
  await gate.time.advanceAsync(1)
  t.match(state(gate), { name: 'Refusing', code: 'JOURNAL_SLOW' })
  t.ok(gate.shown().length > 0, 'the lamp says so')
  await gate.time.advanceAsync(60_000)
  await gate.scan(await gate.code({ cti: 2 }))
  t.match(state(gate), { name: 'Refusing', code: 'JOURNAL_SLOW' }, 'the next is told at once')
  await gate.resumeWrites()
  t.equal(gate.energised.size, 0, 'a late row opens nothing')
  t.same(gate.rows(), ['grant ADMIT', 'annulled JOURNAL_SLOW'])
  t.same(gate.journal.openGrants(), [])
  await gate.time.advanceAsync(5000)
  await gate.scan(await gate.code())
  t.equal(gate.rows().at(-1), 'grant ADMIT', 'the disk answers: entries go on')
  t.same([...gate.energised], ['entry'])
  await opensForFire(t, gate)
})

t.test('the pass of a withdrawn entry is free', async t => {
  const gate = await createVirtualLane()
  gate.stallWrites()
  const code = await gate.code()
  await gate.scan(code)
  await gate.time.advanceAsync(3000)
  await gate.resumeWrites()
  await gate.scan(code)
  t.same(gate.rows(), ['grant ADMIT', 'annulled JOURNAL_SLOW', 'grant ADMIT'])
  await opensForFire(t, gate)
})

t.test('an exit scan that comes while an entry waits for its row is served', async t => {
  const gate = await createVirtualLane(BOTH)
  gate.stallWrites()
  await gate.scan(await gate.code({ cti: 1 }))
  await gate.time.advanceAsync(1000)
  await gate.scanAtExit(await gate.code({ cti: 2 }))
  await gate.time.advanceAsync(1500)
  t.same([...gate.energised], ['exit'], 'with the entry’s end, not after its sign')
  await gate.contact('passB', true)
  await gate.contact('passB', false)
  await gate.resumeWrites()
  await settle(4)
  const rows = ['grant ADMIT', 'annulled JOURNAL_SLOW', 'grant ADMIT_FLAGGED', 'passage']
  t.same(gate.rows().sort(), rows.sort())
  t.same(gate.journal.openGrants(), [])
  await opensForFire(t, gate)
})

t.test('staff’s release does not wait for an entry’s row', async t => {
  const gate = await createVirtualLane(BOTH)
  gate.stallWrites()
  await gate.scan(await gate.code())
  await gate.time.advanceAsync(1000)
  await gate.contact('release', true)
  await gate.contact('release', false)
  t.match(state(gate), { name: 'Admitting', grant: { code: 'STAFF_RELEASE' } })
  await gate.time.advanceAsync(1500)
  t.same([...gate.energised], ['entry'])
  await gate.resumeWrites()
  await settle(4)
  const rows = ['grant ADMIT', 'annulled JOURNAL_SLOW', 'grant STAFF_RELEASE']
  t.same(gate.rows().sort(), rows.sort())
  await opensForFire(t, gate)
})

t.test('once the disk is known to stand still, exit and release open at once', async t => {
  const gate = await createVirtualLane(BOTH)
  gate.stallWrites()
  await gate.scanAtExit(await gate.code({ cti: 1 }))
  await gate.time.advanceAsync(2499)
  t.equal(gate.energised.size, 0)
  await gate.time.advanceAsync(1)
  t.same([...gate.energised], ['exit'], 'the first waits for its row so long')
  for (let cti = 2; cti < 5; cti++) {
    await gate.contact('passB', true)
    await gate.contact('passB', false)
    t.equal(gate.energised.size, 0)
    await gate.scanAtExit(await gate.code({ cti }))
    t.same([...gate.energised], ['exit'], 'those after it do not wait')
  }
  await gate.contact('passB', true)
  await gate.contact('passB', false)
  await gate.contact('release', true)
  t.same([...gate.energised], ['entry'], 'nor does staff')
  await gate.resumeWrites()
  await settle(20)
  t.same(
    gate.rows(),
    [...Array(4).fill(['grant ADMIT_FLAGGED', 'passage']).flat(), 'grant STAFF_RELEASE'],
    'all of it is written, in order',
  )
  await opensForFire(t, gate)
})

t.test('a stop on a disk that stands still ends, with its relays at rest', async t => {
  for (const first of ['entry', 'exit'] as const) {
    const gate = await createVirtualLane(BOTH)
    gate.stallWrites()
    if (first === 'entry') await gate.scan(await gate.code())
    else await gate.scanAtExit(await gate.code())
    let stopped = false
    void gate.lane.stop().then(() => {
      stopped = true
    })
    await gate.time.advanceAsync(8000 + 4000)
    t.ok(stopped, `${first}: within 12 s`)
    t.equal(gate.energised.size, 0)
  }
})

const row = (kind: string, n: number): JournalEntry => ({
  ...({ at: 1000, clock: 'TRUSTED', lane: 'A', kind } as const),
  body: { n },
})

/** A backlog over a disk that answers when it is told to. */
function standing() {
  const time = createVirtualTime()
  const written: unknown[] = []
  const gates: (() => void)[] = []
  const faults: string[] = []
  const rows = createBacklog({
    journal: {
      appendAll: async entries => {
        await new Promise<void>(resolve => gates.push(resolve))
        return entries.map(({ body }) => {
          written.push((body as { n: number }).n)
          return { epoch: 'e'.repeat(16), seq: written.length }
        })
      },
    },
    timers: time.timers,
    onFault: what => faults.push(what),
  })
  const answer = async () => {
    gates.shift()?.()
    await settle()
  }
  return { time, rows, written, faults, answer }
}

t.test('rows that wait behind one that hangs: the bound counts from the first', async t => {
  const { time, rows, written, faults, answer } = standing()
  const first = rows.append(row('grant', 1))
  await time.advanceAsync(2000)
  const second = rows.append(row('grant', 2))
  let opened = 0
  for (let n = 3; n < 6; n++) void rows.appendOrKeep(row('grant', n)).then(() => opened++)
  await time.advanceAsync(499)
  t.equal(opened, 0)
  await Promise.all([
    t.rejects(second, { code: 'JOURNAL_SLOW' }, 'not under way: it never will be'),
    time.advanceAsync(1),
  ])
  t.equal(opened, 3, 'all at once')
  await t.rejects(rows.append(row('grant', 6)), { code: 'JOURNAL_SLOW' })
  await rows.keep(row('scan', 7))
  await rows.flush()
  t.equal(rows.waiting(), 5)
  t.match(faults[0], /stands still/)
  for (let n = 0; n < 2; n++) await answer()
  t.match(await first, { seq: 1 }, 'the first is told when it is there')
  t.same(written, [1, 3, 4, 5, 7], 'in their order')
  t.equal(rows.waiting(), 0)
  t.equal(time.pending(), 0)
})

t.test('a disk that is slow and never quite stands still holds no exit up for longer', async t => {
  const { time, rows, answer } = standing()
  for (let n = 1; n < 4; n++) void rows.keep(row('scan', n))
  let opened = false
  void rows.appendOrKeep(row('grant', 4)).then(() => {
    opened = true
  })
  await time.advanceAsync(2000)
  await answer()
  await time.advanceAsync(499)
  t.notOk(opened)
  await time.advanceAsync(1)
  t.ok(opened, '2.5 s after it was asked for')
})
