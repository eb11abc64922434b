/** How a lane is run: its directions, its modes, and what an emergency leaves behind. */
import t from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { modeBodySchema } from '../contract/events.ts'
import { plainModes } from '../machine/state.ts'

const state = (gate: VirtualLane) => gate.lane.view().state.name
const both = {
  direction: 'both',
  exitScanner: { port: 'exit-scanner' },
} as const

async function walkThrough(gate: VirtualLane, contact: 'passA' | 'passB' = 'passA') {
  await gate.contact(contact, true)
  await gate.contact(contact, false)
}

t.test('a lane for both ways opens the way of the scanner that read', async t => {
  const gate = await createVirtualLane(both)
  await gate.scan(await gate.code())
  t.same([...gate.energised], ['entry'])
  await walkThrough(gate)
  await gate.time.advanceAsync(6000)
  await gate.scanAtExit(await gate.code())
  t.same([...gate.energised], ['exit'])
  await walkThrough(gate, 'passB')
  t.same(gate.rows(), ['grant ADMIT', 'passage', 'grant ADMIT', 'passage'])
})

t.test('two who want to go opposite ways go one after the other', async t => {
  const gate = await createVirtualLane(both)
  await gate.scan(await gate.code({ cti: 1 }))
  await gate.scanAtExit(await gate.code({ cti: 2 }))
  t.same([...gate.energised], ['entry'])
  await walkThrough(gate)
  await gate.time.advanceAsync(0)
  t.same([...gate.energised], ['exit'])
  t.equal(gate.rows().at(-1), 'grant ADMIT_FLAGGED', 'NOT_INSIDE is soft at the exit')
})

t.test('a closed direction sends people to another lane, both closed close it', async t => {
  const gate = await createVirtualLane(both)
  await gate.modes({ entry: 'closed' })
  await gate.scan(await gate.code())
  await gate.modes({ exit: 'closed' })
  t.same(gate.shown(), ['cross'], 'a cross at rest')
  await gate.scan(await gate.code({ cti: 2 }))
  t.same(gate.rows(), ['mode', 'scan WRONG_DIRECTION', 'mode', 'scan LANE_CLOSED'])
  t.equal(gate.energised.size, 0)
})

t.test('free flow: open, silent, scans recorded, the closed way still watched', async t => {
  const gate = await createVirtualLane()
  await gate.modes({ entry: 'free' })
  t.equal(state(gate), 'Open')
  t.same([...gate.energised], ['entry'])
  t.same(gate.shown(), ['arrow'])
  await walkThrough(gate)
  await gate.scan(await gate.code())
  await gate.scan('anything')
  await walkThrough(gate, 'passB')
  t.same(gate.rows(), ['mode', 'scan ADMIT', 'scan MALFORMED', 'alarm WRONG_WAY'])
  await gate.modes({ entry: 'controlled' })
  t.equal(state(gate), 'Locked')
  t.equal(gate.energised.size, 0)
})

t.test('free one way, controlled the other: shut for the one, then open again', async t => {
  const gate = await createVirtualLane({ ...both, modes: { entry: 'free' } })
  t.same([...gate.energised], ['entry'])
  await gate.scanAtExit(await gate.code())
  t.same([...gate.energised], ['exit'])
  await walkThrough(gate, 'passB')
  t.same([...gate.energised], ['entry'])
  t.same(gate.rows(), ['mode', 'grant ADMIT_FLAGGED', 'passage'])
})

t.test('a mode waits for the passage that runs', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code())
  await gate.contact('passA', true)
  await gate.modes({ maintenance: true })
  t.equal(state(gate), 'Passing')
  await gate.contact('passA', false)
  t.equal(state(gate), 'Maintenance')
  t.same(gate.shown(), ['amber'])
  await walkThrough(gate)
  await gate.contact('tamper', true)
  await gate.scan(await gate.code({ cti: 2 }))
  const rows = gate.rows().slice(-2)
  t.same(rows, ['passage', 'alarm TAMPER'], 'turning the arm is no alarm, a code is no scan')
  await gate.modes({ maintenance: false })
  t.equal(state(gate), 'Locked')
})

t.test('emergency release: open at once, no verdicts, tolerated afterwards', async t => {
  const gate = await createVirtualLane()
  await gate.scan(await gate.code())
  await walkThrough(gate)
  await gate.time.advanceAsync(6000)
  await gate.scan(await gate.code({ cti: 2 }))
  await gate.modes({ emergency: true })
  t.same([...gate.energised].sort(), ['entry', 'exit'])
  await gate.scan(await gate.code({ cti: 3 }))
  await gate.contact('stop', true)
  await gate.contact('stop', false)
  t.equal(gate.energised.size, 2, 'stop does not close it')
  await gate.time.advanceAsync(60_000)
  await gate.modes({ emergency: false })
  t.equal(state(gate), 'Locked')
  t.equal(gate.energised.size, 0)
  await gate.scan(await gate.code())
  t.match(gate.journal.memory().pardons, [{ area: 'main' }], 'also after a restart')
  t.same(gate.rows(), [
    ...['grant ADMIT', 'passage', 'grant ADMIT', 'annulled EMERGENCY', 'mode'],
    ...['alarm STOP', 'alarm STOP', 'mode', 'grant ADMIT'],
  ])
})

t.test('a lane that begins in an emergency opens as soon as its board is there', async t => {
  const modes = { emergency: true }
  const gate = await createVirtualLane({ modes }, undefined, { scanners: false })
  t.equal(state(gate), 'Emergency', 'no scanner is waited for')
  t.same([...gate.energised].sort(), ['entry', 'exit'])
  t.same(gate.faults, [])
  t.same(gate.rows(), ['mode'])
  await gate.board('lost')
  await gate.board('ready')
  t.equal(gate.energised.size, 2, 'opened again')
  await gate.scanner('ready')
  await gate.modes({ emergency: false })
  t.equal(state(gate), 'Locked')
  t.equal(gate.energised.size, 0)
  await gate.contact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens it')
})

t.test('a row says how a lane is run, how it was, and who asked for it', async t => {
  const gate = await createVirtualLane({ modes: { fareFree: true } })
  await gate.modes({ fareFree: false, maintenance: true })
  await gate.modes({ maintenance: true })
  const bodies = gate.journal
    .pending()
    ?.rows.map(row => modeBodySchema.parse(JSON.parse(row.body ?? '')))
  const plain = plainModes('entry')
  t.same(bodies, [
    { ...plain, fareFree: true, was: { fareFree: false }, by: 'config' },
    { ...plain, maintenance: true, was: { fareFree: true, maintenance: false }, by: 'test' },
  ])
  await gate.contact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens it')
})

t.test('a fire during an emergency release outlives the command', async t => {
  const gate = await createVirtualLane()
  await gate.modes({ emergency: true })
  await gate.contact('fire', true)
  await gate.modes({ emergency: false })
  t.equal(state(gate), 'Emergency')
  await gate.contact('fire', false)
  await gate.contact('release', true)
  t.equal(state(gate), 'Locked')
  t.equal(gate.energised.size, 0)
})

t.test('fare-free admits anybody and says so; time-free an expired pass', async t => {
  const gate = await createVirtualLane({ modes: { fareFree: true } })
  await gate.scan('no pass at all')
  t.same([...gate.energised], ['entry'])
  await walkThrough(gate)
  t.same(gate.rows(), ['mode', 'grant ADMIT_FLAGGED', 'passage'])

  const late = await createVirtualLane()
  const code = await late.code()
  await late.time.advanceAsync(3_600_000)
  await late.modes({ timeFree: true })
  await late.scan(code)
  t.equal(late.rows().at(-1), 'scan STALE_CODE', 'a screenshot stays a screenshot')
})

t.test('a relay that does not close, and one that does not let go', async t => {
  const dead = await createVirtualLane()
  await dead.stickRelay(true)
  await dead.scan(await dead.code())
  await dead.time.advanceAsync(1000)
  t.equal(state(dead), 'OutOfService')
  t.same(dead.rows(), ['grant ADMIT', 'annulled BOARD_LOST', 'alarm RELAY_STUCK'])
  await dead.stickRelay(false)
  await dead.modes({ maintenance: true })
  await dead.modes({ maintenance: false })
  t.equal(state(dead), 'Locked', 'a technician vouches for it')

  const welded = await createVirtualLane()
  await welded.scan(await welded.code())
  await welded.stickRelay(true)
  await walkThrough(welded)
  await welded.time.advanceAsync(1000)
  t.equal(state(welded), 'OutOfService')
  t.equal(welded.rows().at(-1), 'alarm RELAY_STUCK')
  await welded.stickRelay(false)
  t.equal(state(welded), 'Locked', 'it let go')
})

t.test('no feedback contact, no complaint', async t => {
  const gate = await createVirtualLane({
    board: { port: 'b', pins: { relayFeedback: null } },
  })
  await gate.stickRelay(true)
  await gate.scan(await gate.code())
  await gate.time.advanceAsync(2000)
  t.same(gate.rows(), ['grant ADMIT'])
})

t.test('an opened cabinet and a held passage are shown and told', async t => {
  const gate = await createVirtualLane()
  await gate.contact('tamper', true)
  await gate.scan(await gate.code())
  await gate.contact('passA', true)
  await gate.time.advanceAsync(15_000)
  t.same(gate.rows(), ['alarm TAMPER', 'grant ADMIT', 'alarm HELD'])
  await gate.contact('passA', false)
  t.equal(gate.rows().at(-1), 'passage')
})
