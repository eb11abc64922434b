/** Two scanners on one lane, one at each end, attacked: nothing is admitted twice, nobody starves. */
import t, { type Test } from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { seeded } from '../../hardware/sim/seeded.ts'

const both = { direction: 'both', exitScanner: { port: 'exit-scanner' } } as const
const rounds = Number(process.env.ROUNDS ?? 300)

async function walk(gate: VirtualLane, way: 'entry' | 'exit') {
  const contact = way === 'entry' ? 'passA' : 'passB'
  await gate.contact(contact, true)
  await gate.contact(contact, false)
}

async function fireOpens(t: Test, gate: VirtualLane) {
  await gate.contact('fire', true)
  t.same([...gate.energised].toSorted(), ['entry', 'exit'], 'fire opens both ways')
}

t.test('who waits longest goes first, so that a stream at one end starves nobody', async t => {
  const gate = await createVirtualLane(both)
  await gate.scan(await gate.code({ cti: 1 }))
  await gate.scanAtExit(await gate.code({ cti: 100 }))
  for (let cti = 2; cti < 6; cti += 1) {
    await gate.time.advanceAsync(1000)
    await gate.scan(await gate.code({ cti }))
    await gate.scanAtExit(await gate.code({ cti: 100 + cti }))
    const [way] = gate.energised
    await walk(gate, way === 'exit' ? 'exit' : 'entry')
    await gate.time.advanceAsync(10)
    t.same([...gate.energised], [way === 'exit' ? 'entry' : 'exit'], `after ${way}`)
  }
  await fireOpens(t, gate)
})

t.test(
  'one code at both ends is granted once, whatever came of it, and the other is told',
  async t => {
    for (const first of ['scan', 'scanAtExit'] as const) {
      for (const came of ['nothing yet', 'walked', 'nobody walked'] as const) {
        const gate = await createVirtualLane(both)
        const second = first === 'scan' ? 'scanAtExit' : 'scan'
        const text = await gate.code()
        await gate[first](text)
        if (came === 'walked') await walk(gate, first === 'scan' ? 'entry' : 'exit')
        if (came === 'nobody walked') await gate.time.advanceAsync(6000)
        await gate[second](text)
        if (came === 'nothing yet') await walk(gate, first === 'scan' ? 'entry' : 'exit')
        await gate.time.advanceAsync(10)
        const rows = gate.rows()
        t.equal(rows.filter(row => row.startsWith('grant')).length, 1, `${first}, ${came}: ${rows}`)
        t.equal(rows.at(-1), 'scan ALREADY_USED')
        t.equal(gate.energised.size, 0)
        await fireOpens(t, gate)
      }
    }
  },
)

t.test('the lane is in service while both scanners are there', async t => {
  const gate = await createVirtualLane(both)
  const out = () => gate.lane.view().out
  await gate.scanner('lost')
  t.same(out(), ['SCANNER_LOST'])
  await gate.exitScanner('lost')
  await gate.scanner('ready')
  t.same(out(), ['SCANNER_LOST'], 'the other one is still away')
  await gate.scanAtExit(await gate.code({ cti: 1 }))
  await gate.scan(await gate.code({ cti: 2 }))
  t.same([...gate.energised], [])
  await gate.exitScanner('ready')
  t.same(out(), [])
  await gate.scan(await gate.code({ cti: 3 }))
  t.same([...gate.energised], ['entry'])
  await fireOpens(t, gate)
})

/** What may happen to a lane, each by a number of its own. */
async function happen(gate: VirtualLane, random: () => number, code: () => Promise<string>) {
  const what = Math.floor(random() * 10)
  if (what < 3) await gate.scan(await code())
  else if (what < 6) await gate.scanAtExit(await code())
  else if (what < 8) {
    const [way = 'entry'] = gate.energised
    if (way !== 'alarm') await walk(gate, way)
  } else if (what === 8) await gate.time.advanceAsync(random() * 7000)
  else {
    const lose = random() < 0.5 ? gate.scanner : gate.exitScanner
    await lose('lost')
    await gate.time.advanceAsync(random() * 3000)
    await lose('ready')
  }
}

t.test(`${rounds} rounds at random: one way at a time, a code once a way, all settled`, async t => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const random = seeded(seed)
    const gate = await createVirtualLane(both)
    const codes: string[] = []
    async function code(): Promise<string> {
      const old = codes[Math.floor(random() * codes.length)]
      if (old !== undefined && random() < 0.5) return old
      const fresh = await gate.code({ cti: codes.length + 1 })
      codes.push(fresh)
      return fresh
    }
    for (let round = 0; round < rounds / 10; round += 1) {
      await happen(gate, random, code)
      if (gate.energised.size > 1) t.fail(`seed ${seed}, round ${round}: both ways at once`)
    }
    await gate.time.advanceAsync(60_000)
    t.same([...gate.energised], [], `seed ${seed}`)
    const bodies = (gate.journal.pending()?.rows ?? []).map(({ kind, body }) => ({
      kind,
      ...(JSON.parse(body ?? '{}') as { cti?: string; presentedAt?: number; direction?: string }),
    }))
    const ways = new Map<string, Set<string | undefined>>()
    for (const { kind, cti, presentedAt, direction } of bodies) {
      if (kind !== 'grant') continue
      const seen = ways.get(`${cti} ${presentedAt}`) ?? new Set()
      ways.set(`${cti} ${presentedAt}`, seen.add(direction))
    }
    t.notOk(
      [...ways.values()].some(seen => seen.size > 1),
      'no code opened both ways',
    )
    const count = (kind: string) => bodies.filter(row => row.kind === kind).length
    t.equal(count('grant'), count('passage') + count('annulled'), 'every grant is settled')
    t.ok(count('passage') > 0 && gate.faults.length === 0, gate.faults.join())
    await fireOpens(t, gate)
  }
})
