import fc from 'fast-check'
import t from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { SCAN_HOPS } from '../timing/scan-hops.ts'

const state = (gate: VirtualLane) => gate.lane.view().state.name

async function walkThrough(gate: VirtualLane, contact: 'passA' | 'passB' = 'passA') {
  await gate.contact(contact, true)
  await gate.contact(contact, false)
}

t.test('a passage from scan to row', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code())
  t.ok(gate.energised.has('entry'))
  t.same(gate.rows(), ['grant ADMIT'])
  await gate.contact('passA', true)
  t.notOk(gate.energised.has('entry'), 'the arm turns: nobody may follow')
  await gate.contact('passA', false)
  t.same(gate.rows(), ['grant ADMIT', 'passage'])
  t.equal(state(gate), 'Locked')
})

t.test('the hops of a grant and of a refusal', async t => {
  const gate = await createVirtualLane()
  const code = await gate.code()
  await gate.scan(code)
  t.same(gate.hops, SCAN_HOPS)
  await walkThrough(gate)
  await gate.time.advanceAsync(6000)
  await gate.scan(code)
  t.same(gate.hops.slice(SCAN_HOPS.length), ['read', 'verify', 'decide'])
})

t.test('a scanner that repeats itself changes nothing', async t => {
  const gate = await createVirtualLane()
  const code = await gate.code()
  await gate.scan(code)
  await gate.scan(code)
  await walkThrough(gate)
  await gate.time.advanceAsync(4000)
  await gate.scan(code)
  t.same(gate.rows(), ['grant ADMIT', 'passage'])
  await gate.time.advanceAsync(2000)
  await gate.scan(code)
  t.same(gate.rows().at(-1), 'scan ALREADY_USED')
})

t.test('nobody walks: the same code may be used once more, not twice', async t => {
  const gate = await createVirtualLane()
  const code = await gate.code()
  for (const expected of ['annulled NO_TURN', 'annulled NO_TURN', 'scan ALREADY_USED']) {
    await gate.scan(code)
    await gate.time.advanceAsync(6000)
    t.equal(gate.rows().at(-1), expected)
    t.equal(gate.energised.size, 0)
  }
})

t.test('the next person waits, already verified; a third is told to wait', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code({ cti: 1 }))
  await gate.contact('passA', true)
  await gate.scan(await gate.code({ cti: 2 }))
  await gate.scan(await gate.code({ cti: 3 }))
  t.same(gate.rows(), ['grant ADMIT', 'scan BUSY'])
  await gate.time.advanceAsync(12_000)
  await gate.contact('passA', false)
  await gate.time.advanceAsync(0)
  t.same(gate.rows(), ['grant ADMIT', 'scan BUSY', 'passage', 'grant ADMIT'])
  t.ok(gate.energised.has('entry'))
})

t.test('who waits is decided by what is believed when their turn comes', async t => {
  const revoked = await createVirtualLane()
  await revoked.scan(await revoked.code({ cti: 1 }))
  await revoked.contact('passA', true)
  await revoked.scan(await revoked.code({ cti: 2 }))
  revoked.revoke(2)
  await revoked.contact('passA', false)
  t.same(revoked.rows(), ['grant ADMIT', 'passage', 'scan REVOKED'])
  t.equal(revoked.energised.size, 0)
  await revoked.contact('fire', true)
  t.equal(revoked.energised.size, 2, 'fire opens both ways')

  const late = await createVirtualLane()
  await late.scan(await late.code({ cti: 1 }))
  await late.contact('passA', true)
  await late.scan(await late.code({ cti: 2, agoMs: 25_000 }))
  await late.time.advanceAsync(14_000)
  await late.contact('passA', false)
  t.equal(late.rows().at(-1), 'grant ADMIT', 'but it was fresh when it was read')

  const expired = await createVirtualLane()
  await expired.scan(await expired.code({ cti: 1 }))
  await expired.contact('passA', true)
  await expired.scan(await expired.code({ cti: 2, endsInMs: 5000 }))
  await expired.time.advanceAsync(10_000)
  await expired.contact('passA', false)
  t.equal(expired.rows().at(-1), 'scan EXPIRED')
})

t.test('of two who wait, one at each end, one goes and the other waits on', async t => {
  const gate = await createVirtualLane({ direction: 'both', exitScanner: { port: 'exit' } })
  await gate.scan(await gate.code({ cti: 1 }))
  await gate.contact('passA', true)
  await gate.scan(await gate.code({ cti: 2 }))
  await gate.scanAtExit(await gate.code({ cti: 3 }))
  await gate.contact('passA', false)
  t.same(gate.rows(), ['grant ADMIT', 'passage', 'grant ADMIT'])
  await gate.contact('passA', true)
  await gate.contact('passA', false)
  t.same(gate.rows().slice(3), ['passage', 'grant ADMIT_FLAGGED'])
})

t.test(
  'codes that came in part are counted by why; nothing moves, nothing is recorded',
  async t => {
    const gate = await createVirtualLane()
    t.same(gate.lane.unread(), {})
    for (const fault of ['CUT', 'BROKEN', 'CUT', 'TOO_LONG'] as const) await gate.cut(fault)
    t.same(gate.lane.unread(), { CUT: 2, BROKEN: 1, TOO_LONG: 1 })
    t.same([gate.rows(), gate.energised.size], [[], 0])
    await gate.contact('fire', true)
    t.same([...gate.energised].toSorted(), ['entry', 'exit'], 'fire opens')
  },
)

t.test('by policy nobody waits: the next is told so at once', async t => {
  const gate = await createVirtualLane({ policy: { queue: 'refuse' } })
  await gate.scan(await gate.code({ cti: 1 }))
  const next = await gate.code({ cti: 2 })
  await gate.scan(next)
  await walkThrough(gate)
  await gate.time.advanceAsync(0)
  t.same(gate.rows(), ['grant ADMIT', 'scan BUSY', 'passage'])
  await gate.scan(next)
  t.equal(gate.rows().at(-1), 'grant ADMIT', 'and the code is not used up')
})

t.test('a stale code at the exit, by policy', async t => {
  const staff = await createVirtualLane({ direction: 'exit' })
  const stale = () => staff.code({ agoMs: 40_000 })
  await staff.scan(await stale())
  await staff.time.advanceAsync(5000)
  await staff.scan(await stale())
  await staff.scan(await staff.code())
  t.same(staff.rows(), ['scan STALE_CODE', 'scan STALE_AGAIN', 'grant ADMIT_FLAGGED'])

  const refuse = await createVirtualLane({ direction: 'exit', policy: { staleExit: 'refuse' } })
  for (let i = 0; i < 2; i++) {
    await refuse.scan(await refuse.code({ agoMs: 40_000 }))
    await refuse.time.advanceAsync(5000)
  }
  t.same(refuse.rows(), ['scan STALE_CODE', 'scan STALE_CODE'])

  const flag = await createVirtualLane({ direction: 'exit', policy: { staleExit: 'flag' } })
  await flag.scan(await flag.code({ agoMs: 40_000 }))
  t.same(flag.rows(), ['grant ADMIT_FLAGGED'])
  const entry = await createVirtualLane({ policy: { staleExit: 'flag' } })
  await entry.scan(await entry.code({ agoMs: 40_000 }))
  t.same(entry.rows(), ['scan STALE_CODE'], 'an entry stays strict')
})

t.test('who waits while the lane goes out of service is not let in when it comes back', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code({ cti: 1 }))
  await gate.scan(await gate.code({ cti: 2 }))
  await gate.board('lost')
  await gate.time.advanceAsync(600_000)
  await gate.board('ready')
  await gate.time.advanceAsync(0)
  t.equal(state(gate), 'Locked')
  t.equal(gate.energised.size, 0)
  t.equal(gate.rows().filter(row => row.startsWith('grant')).length, 1)
})

t.test('who waits longer than a code is good for shows a fresh one', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code({ cti: 1 }))
  await gate.contact('passA', true)
  await gate.scan(await gate.code({ cti: 2 }))
  await gate.time.advanceAsync(31_000)
  await gate.contact('passA', false)
  await gate.time.advanceAsync(0)
  t.equal(gate.energised.size, 0)
  t.equal(gate.rows().filter(row => row.startsWith('grant')).length, 1)
})

t.test('a certificate that is inside is refused at another entry scan', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code())
  await walkThrough(gate)
  await gate.time.advanceAsync(20_000)
  await gate.scan(await gate.code())
  t.equal(gate.rows().at(-1), 'scan ALREADY_INSIDE')
})

t.test('revoked, stale, and without trust', async t => {
  const gate = await createVirtualLane()
  gate.revoke(7)
  await gate.scan(await gate.code({ cti: 7 }))
  await gate.scan(await gate.code({ agoMs: 31_000 }))
  gate.stage('CLOSED')
  await gate.scan(await gate.code())
  t.same(gate.rows(), ['scan REVOKED', 'scan STALE_CODE', 'scan TRUST_STALE'])
  t.equal(gate.energised.size, 0)
})

t.test('a row that can’t be written moves nothing, and the code is not used up', async t => {
  const gate = await createVirtualLane()
  gate.failWrites(true)
  const code = await gate.code()
  await gate.scan(code)
  t.match(gate.lane.view().state, { name: 'Refusing', code: 'JOURNAL_FULL' })
  t.equal(gate.energised.size, 0)
  t.match(gate.faults, ['a grant could not be journaled'])
  gate.failWrites(false)
  await gate.scan(code)
  t.same(gate.rows(), ['grant ADMIT'])
})

t.test(
  'the board unplugged in the middle of a passage: released, told, back by itself',
  async t => {
    const gate = await createVirtualLane()
    await gate.scan(await gate.code())
    await gate.board('lost')
    t.equal(state(gate), 'OutOfService')
    t.equal(gate.energised.size, 0)
    await gate.scan(await gate.code({ cti: 2 }))
    await gate.board('ready')
    t.equal(state(gate), 'Locked')
    t.same(gate.rows(), [
      'grant ADMIT',
      'annulled BOARD_LOST',
      'alarm BOARD_LOST',
      'scan LANE_CLOSED',
      'alarm BOARD_LOST',
    ])
  },
)

t.test('a fire that broke out while the board was away', async t => {
  const gate = await createVirtualLane()
  await gate.board('lost')
  await gate.contact('fire', true)
  await gate.board('ready')
  t.same([...gate.energised].sort(), ['entry', 'exit'])
  t.equal(state(gate), 'Emergency')
})

t.test('fire opens both ways at once: disk full, or a write that never ends', async t => {
  for (const disk of ['full', 'stalled'] as const) {
    for (const during of ['rest', 'grant', 'passage'] as const) {
      const gate = await createVirtualLane()
      if (during === 'passage') {
        await gate.scan(await gate.code())
        await gate.contact('passA', true)
      }
      if (disk === 'full') gate.failWrites(true)
      else gate.stallWrites()
      if (during === 'grant') await gate.scan(await gate.code())
      await gate.contact('fire', true)
      t.same([...gate.energised].sort(), ['entry', 'exit'], `${disk}, during a ${during}`)
      t.equal(state(gate), 'Emergency')
    }
  }
})

t.test('a clean stop lets the passage end, takes no more scans, and releases', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code())
  const stopped = gate.lane.stop()
  await gate.scan(await gate.code({ cti: 2 }))
  await walkThrough(gate)
  await stopped
  t.same(gate.rows(), ['grant ADMIT', 'passage'])
  t.equal(state(gate), 'OutOfService')
  t.equal(gate.time.pending(), 0, 'no timer is left')
})

t.test('a stop does not wait for ever', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code())
  await gate.contact('passA', true)
  const stopped = gate.lane.stop()
  await gate.time.advanceAsync(8000)
  await stopped
  t.same(gate.rows(), ['grant ADMIT', 'annulled STOPPED'])
  t.equal(gate.energised.size, 0)
})

t.test('a scan of anything at all never throws and never opens', async t => {
  const gate = await createVirtualLane()
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2000 }),
    fc.string({ unit: fc.constantFrom(...'RP1:0A9Z %*+-./$') }).map(text => `RP1:${text}`),
  )
  await fc.assert(
    fc.asyncProperty(anything, async text => {
      await gate.scan(text)
      return gate.energised.size === 0 && state(gate) === 'Refusing'
    }),
    { numRuns: 500 },
  )
  t.same(gate.faults, [])
  t.ok(gate.rows().every(row => /^scan (MALFORMED|UNSUPPORTED_VERSION)$/.test(row)))
})
