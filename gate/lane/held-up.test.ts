/** Codes before the reader of a lane in maintenance, and after it. */
import t from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { TAKEN_AWAY_MS } from '../limits.ts'

const told = (gate: VirtualLane) => gate.rows().filter(row => /^(scan|grant)/.test(row))

/** In maintenance, with a code held up for as long as a test takes, read each second. */
async function tested(text: (gate: VirtualLane) => Promise<string>) {
  const gate = await createVirtualLane()
  await gate.modes({ maintenance: true })
  const code = await text(gate)
  for (let n = 0; n < 5; n++) {
    await gate.scan(code)
    await gate.time.advanceAsync(1000)
  }
  return { gate, code }
}

t.test('in maintenance no code makes a row, moves anything or is used, however many', async t => {
  const { gate, code } = await tested(gate => gate.code())
  for (let n = 0; n < 100; n++) await gate.scan(`no pass ${n}`)
  await gate.scanner('lost')
  await gate.scan(code)
  t.same([told(gate), gate.energised.size], [[], 0])
  await gate.scanner('ready')
  await gate.modes({ maintenance: false })
  await gate.time.advanceAsync(TAKEN_AWAY_MS)
  await gate.scan(code)
  t.same(told(gate), ['grant ADMIT'])
})

t.test('a code that is held up as it ends is refused until it was taken away', async t => {
  const { gate, code } = await tested(gate => gate.code())
  await gate.modes({ maintenance: false })
  for (let n = 0; n < 5; n++) {
    await gate.scan(code)
    await gate.time.advanceAsync(TAKEN_AWAY_MS - 1)
  }
  t.same(
    told(gate),
    Array.from({ length: 5 }, () => 'scan LANE_CLOSED'),
  )
  t.equal(gate.energised.size, 0)
  const [first] = (gate.journal.pending()?.rows ?? []).filter(({ kind }) => kind === 'scan')
  t.match(JSON.parse(first?.body ?? ''), { trace: [{ saw: /take it away first/ }] })
  await gate.time.advanceAsync(1)
  await gate.scan(code)
  t.equal(told(gate).at(-1), 'grant ADMIT')
})

t.test('the next code of the phone that is held up is refused too, no other phone’s', async t => {
  const { gate } = await tested(gate => gate.code({ cti: 1, agoMs: 5000 }))
  await gate.modes({ maintenance: false })
  await gate.time.advanceAsync(10_000)
  await gate.scan(await gate.code({ cti: 1 }))
  t.same(told(gate), ['scan LANE_CLOSED'])
  await gate.scan(await gate.code({ cti: 2 }))
  t.equal(told(gate).at(-1), 'grant ADMIT')
})

t.test('a phone that was taken away and shows a newer code goes through', async t => {
  const { gate } = await tested(gate => gate.code({ cti: 1, agoMs: 9000 }))
  await gate.modes({ maintenance: false })
  await gate.time.advanceAsync(8000)
  await gate.scan(await gate.code({ cti: 1, agoMs: 5000 }))
  t.same(told(gate), ['grant ADMIT'])
})

t.test('whoever shows a code while somebody passes is held to it as well', async t => {
  const { gate, code } = await tested(gate => gate.code({ cti: 1 }))
  await gate.modes({ maintenance: false })
  await gate.scan(await gate.code({ cti: 2 }))
  await gate.scan(code)
  await gate.contact('passA', true)
  await gate.contact('passA', false)
  await gate.time.advanceAsync(100)
  t.same(told(gate), ['grant ADMIT', 'scan LANE_CLOSED'])
  t.equal(gate.energised.size, 0, 'it does not wait for its turn')
})
