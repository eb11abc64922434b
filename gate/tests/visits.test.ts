/** Where a certificate is, as far as lanes in their modes can tell. */
import t, { type Test } from 'tap'
import { createSmallMemory } from '../../fixtures/small-memory.ts'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'

const MINUTE_MS = 60_000
const CTI = '01'.repeat(16)

async function walk(gate: VirtualLane, contact: 'passA' | 'passB' = 'passA') {
  await gate.contact(contact, true)
  await gate.contact(contact, false)
}

/** Whatever happened before: everybody out. */
async function fireOpens(t: Test, gate: VirtualLane) {
  await gate.contact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens both ways')
}

/** What a restart would know. */
const afterRestart = (gate: VirtualLane) => createSmallMemory(gate.journal.memory())

t.test('fare-free: a code that would have been refused changes nobody’s visit', async t => {
  const gate = await createVirtualLane({ modes: { fareFree: true } })
  await gate.scan(await gate.code({ agoMs: 2 * MINUTE_MS }))
  t.equal(gate.rows().at(-1), 'grant ADMIT_FLAGGED', 'an old screenshot is let through')
  await walk(gate)
  t.equal(afterRestart(gate).visit('main', CTI), undefined, 'its owner is not inside')
  await gate.modes({ fareFree: false })
  await gate.time.advanceAsync(MINUTE_MS)
  await gate.scan(await gate.code())
  t.equal(gate.rows().at(-1), 'grant ADMIT', 'the owner’s live code is good')
  await walk(gate)

  await gate.modes({ fareFree: true })
  await gate.time.advanceAsync(MINUTE_MS)
  await gate.scan(await gate.code())
  t.equal(gate.rows().at(-1), 'grant ADMIT_FLAGGED', 'ALREADY_INSIDE, let through')
  const since = afterRestart(gate).visit('main', CTI)
  await walk(gate)
  t.same(afterRestart(gate).visit('main', CTI), since, 'it is inside since its own entry')
  await fireOpens(t, gate)
})

t.test('fare-free: who would have been admitted is inside', async t => {
  const gate = await createVirtualLane({ modes: { fareFree: true } })
  await gate.scan(await gate.code())
  await walk(gate)
  t.match(afterRestart(gate).visit('main', CTI), { inside: true })
  await fireOpens(t, gate)
})

t.test('fare-free: a copy on its way does not keep the owner out of another lane', async t => {
  const memory = createSmallMemory()
  const blind = await createVirtualLane({ modes: { fareFree: true } }, undefined, { memory })
  blind.stage('CLOSED')
  await blind.scan(await blind.code({ agoMs: 1000 }))
  t.equal(blind.rows().at(-1), 'grant ADMIT_FLAGGED', 'would have been TRUST_STALE')
  const other = await createVirtualLane({ name: 'B' }, undefined, { memory })
  await other.scan(await other.code())
  t.equal(other.rows().at(-1), 'grant ADMIT')
  await fireOpens(t, other)
})

const both = { direction: 'both', exitScanner: { port: 'exit-scanner' } } as const

t.test('exit free: a scan on the way out ends the visit, and its holder may come back', async t => {
  const gate = await createVirtualLane(both)
  await gate.scan(await gate.code())
  await walk(gate)
  await gate.modes({ exit: 'free' })
  await gate.time.advanceAsync(10 * MINUTE_MS)
  await gate.scanAtExit(await gate.code())
  t.equal(gate.rows().at(-1), 'scan ADMIT')
  await walk(gate, 'passB')
  t.match(afterRestart(gate).visit('main', CTI), { inside: false })
  await gate.time.advanceAsync(10 * MINUTE_MS)
  await gate.scan(await gate.code())
  t.equal(gate.rows().at(-1), 'grant ADMIT')
  await fireOpens(t, gate)
})

t.test('exit free: a code that is refused there ends no visit', async t => {
  const gate = await createVirtualLane({ ...both, modes: { exit: 'free' } })
  await gate.scan(await gate.code())
  await walk(gate)
  await gate.scanAtExit(await gate.code({ agoMs: 2 * MINUTE_MS }))
  t.equal(gate.rows().at(-1), 'scan STALE_CODE')
  await gate.modes({ fareFree: true })
  await gate.scanAtExit(await gate.code({ agoMs: 2 * MINUTE_MS }))
  t.equal(gate.rows().at(-1), 'scan ADMIT_FLAGGED', 'nor does fare-free')
  await gate.modes({ fareFree: false })
  await gate.time.advanceAsync(MINUTE_MS)
  await gate.scan(await gate.code())
  t.equal(gate.rows().at(-1), 'scan ALREADY_INSIDE')
  await fireOpens(t, gate)
})

t.test('exit free: the code scanned there lets nobody in, on paper neither', async t => {
  const memory = createSmallMemory()
  const gate = await createVirtualLane({ ...both, modes: { exit: 'free' } }, undefined, { memory })
  await gate.scan(await gate.code())
  await walk(gate)
  await gate.time.advanceAsync(MINUTE_MS)
  const code = await gate.code()
  await gate.scanAtExit(code)
  await gate.scanAtExit(code)
  t.equal(gate.rows().filter(row => row === 'scan ADMIT').length, 1, 'a scanner repeats itself')
  await gate.time.advanceAsync(10_000)
  await gate.scan(code)
  t.equal(gate.rows().at(-1), 'scan ALREADY_USED', 'handed to somebody outside')
  const [used] = gate.journal.memory().presentations.slice(-1)
  t.match(used, { outcome: 'passed', direction: 'exit' }, 'also after a restart')

  const taken = { ...both, policy: { takesPaper: true }, modes: { exit: 'free' } } as const
  const station = await createVirtualLane(taken)
  const paper = await station.paper()
  await station.scan(paper)
  await walk(station)
  await station.scanAtExit(paper)
  t.equal(station.rows().at(-1), 'scan ADMIT')
  await station.time.advanceAsync(MINUTE_MS)
  await station.scan(paper)
  t.equal(station.rows().at(-1), 'scan ALREADY_USED', 'once a direction')
  t.equal(station.journal.memory().presentations.filter(one => one.paper).length, 2)
  await fireOpens(t, station)
})

t.test('entry free: who scanned in is let out by a hard exit', async t => {
  const hard = { policy: { passback: 'hard' } } as const
  const gate = await createVirtualLane({ ...both, ...hard, modes: { entry: 'free' } })
  await gate.scan(await gate.code())
  t.equal(gate.rows().at(-1), 'scan ADMIT')
  t.match(afterRestart(gate).visit('main', CTI), { inside: true })
  await gate.time.advanceAsync(10 * MINUTE_MS)
  await gate.scanAtExit(await gate.code())
  t.equal(gate.rows().at(-1), 'grant ADMIT')
  await walk(gate, 'passB')
  await gate.scanAtExit(await gate.code({ cti: 2 }))
  t.equal(gate.rows().at(-1), 'scan NOT_INSIDE', 'who did not scan is staff’s to let out')
  await fireOpens(t, gate)
})

t.test('siblings hear of whoever went through on a free way', async t => {
  const memory = createSmallMemory()
  const facts: unknown[] = []
  memory.onFact(fact => facts.push(fact))
  const gate = await createVirtualLane({ modes: { entry: 'free' } }, undefined, { memory })
  await gate.scan(await gate.code())
  t.match(facts, [
    { kind: 'use', cti: CTI, outcome: 'passed' },
    { kind: 'visit', area: 'main', cti: CTI, inside: true },
  ])
  await fireOpens(t, gate)
})

t.test('an area within another: only who is inside that one, and out of both with it', async t => {
  const memory = createSmallMemory()
  const outer = await createVirtualLane(both, undefined, { memory })
  const nested = { ...both, name: 'P', area: 'platform', within: 'main' }
  const inner = await createVirtualLane(nested, undefined, { memory })
  const later = async () => {
    for (const one of [outer, inner]) await one.time.advanceAsync(MINUTE_MS)
  }
  await inner.scan(await inner.code())
  t.equal(inner.rows().at(-1), 'scan NOT_INSIDE', 'not without the outer one')
  await outer.scan(await outer.code())
  await walk(outer)
  await later()
  await inner.scan(await inner.code())
  t.equal(inner.rows().at(-1), 'grant ADMIT')
  await walk(inner)
  await later()
  await inner.scan(await inner.code())
  t.equal(inner.rows().at(-1), 'scan ALREADY_INSIDE')

  // Out of the outer one, past a way of the inner that nobody reads.
  await outer.scanAtExit(await outer.code())
  await walk(outer, 'passB')
  await later()
  await inner.scan(await inner.code())
  t.equal(inner.rows().at(-1), 'scan NOT_INSIDE')
  await outer.scan(await outer.code())
  await walk(outer)
  await later()
  await inner.scan(await inner.code())
  t.equal(inner.rows().at(-1), 'grant ADMIT', 'and not still inside')
  await walk(inner)
  await fireOpens(t, inner)
})

t.test('an area within another: soft flags, off does not ask, order-free says so', async t => {
  const nested = { area: 'platform', within: 'main' }
  for (const [passback, row] of [
    ['hard', 'scan NOT_INSIDE'],
    ['soft', 'grant ADMIT_FLAGGED'],
    ['off', 'grant ADMIT'],
  ] as const) {
    const gate = await createVirtualLane({ ...nested, policy: { passback } })
    await gate.scan(await gate.code())
    t.equal(gate.rows().at(-1), row, passback)
    await fireOpens(t, gate)
  }
  const free = await createVirtualLane({ ...nested, modes: { orderFree: true } })
  await free.scan(await free.code())
  t.equal(free.rows().at(-1), 'grant ADMIT_FLAGGED', 'order-free')
  await fireOpens(t, free)
})

t.test(
  'fire and emergency void what is known of their own area, and of those within it',
  async t => {
    for (const what of ['fire', 'emergency'] as const) {
      const memory = createSmallMemory()
      const lane = (name: string, change: object) =>
        createVirtualLane({ name, ...change }, undefined, { memory })
      const main = await lane('A', {})
      const platform = await lane('P', { area: 'platform', within: 'main' })
      const depot = await lane('D', { area: 'depot' })
      const all = [main, platform, depot]
      for (const one of all) {
        await one.scan(await one.code())
        await walk(one)
        for (const each of all) await each.time.advanceAsync(MINUTE_MS)
      }
      if (what === 'fire') await main.contact('fire', true)
      else await main.modes({ emergency: true })
      t.same([...main.energised].sort(), ['entry', 'exit'], `${what} opens both ways`)
      await platform.scan(await platform.code())
      await depot.time.advanceAsync(MINUTE_MS)
      await depot.scan(await depot.code())
      t.equal(platform.rows().at(-1), 'grant ADMIT', what)
      t.equal(depot.rows().at(-1), 'scan ALREADY_INSIDE', `${what} elsewhere says nothing of it`)
      t.match(main.journal.memory().pardons, [{ area: 'main' }], 'and so on disk')
      const restarted = afterRestart(main)
      t.ok(restarted.pardonedMs('main') > 0)
      t.equal(restarted.pardonedMs('depot'), 0)
      await fireOpens(t, depot)
    }
  },
)
