import t from 'tap'
import { createMachineRig, machineSettings } from '../../fixtures/machine-rig.ts'
import { type PartTest, TEST_MS_MAX, TEST_MS_MIN } from '../contract/part-test.ts'
import { testRefusal } from './part-test.ts'
import type { Input } from './state.ts'

const settings = machineSettings()
const relay: PartTest = { part: 'relay', relay: 'entry', ms: 1500 }
const input = (test: PartTest): Input => ({ type: 'test', test, by: 'lin' })
const MAINTENANCE: Input = { type: 'mode', change: { maintenance: true }, by: 'lin' }

function inMaintenance(change = {}) {
  const rig = createMachineRig(machineSettings(change))
  rig.feed(MAINTENANCE)
  return rig
}

t.test('only a lane in maintenance is tested: one that serves moves nothing', async t => {
  const rig = createMachineRig(settings)
  t.equal(testRefusal(rig.lane(), relay, settings), 'NOT_IN_MAINTENANCE')
  rig.feed(input(relay))
  t.equal(rig.energised.size, 0)
  t.same(rig.rows, [])
  rig.grant()
  rig.feed(MAINTENANCE)
  t.equal(rig.lane().state.name, 'Admitting', 'who is under way passes first')
  t.equal(testRefusal(rig.lane(), relay, settings), 'NOT_IN_MAINTENANCE')
  const broken = createMachineRig(settings)
  broken.feed({ type: 'lost', reason: 'SCANNER_LOST', detail: 'gone' })
  t.equal(testRefusal(broken.lane(), relay, settings), 'NOT_IN_MAINTENANCE', 'it may be back soon')
})

t.test('a relay is energised for so long, recorded, and released', async t => {
  const rig = inMaintenance()
  t.equal(testRefusal(rig.lane(), relay, settings), undefined)
  rig.feed(input(relay))
  t.same([...rig.energised], ['entry'])
  t.equal(testRefusal(rig.lane(), relay, settings), 'BARRIER_BUSY')
  rig.advance(1499)
  t.equal(rig.energised.size, 1)
  rig.advance(1)
  t.equal(rig.energised.size, 0)
  t.match(rig.rows.at(-1), 'test')
})

t.test('with a missing scanner too; never without a board or with the stop pressed', async t => {
  for (const [reason, said] of [
    ['SCANNER_LOST', undefined],
    ['BOARD_LOST', 'BOARD_NOT_READY'],
    ['NO_DEADMAN', 'BOARD_NOT_READY'],
    ['STOP', 'BOARD_NOT_READY'],
  ] as const) {
    const rig = inMaintenance()
    rig.feed({ type: 'lost', reason, detail: 'gone' })
    t.equal(testRefusal(rig.lane(), relay, settings), said, reason)
  }
})

t.test('not with somebody in the lane; a panel that was opened waits for them', async t => {
  const rig = inMaintenance()
  rig.contact('beamA', true)
  t.equal(testRefusal(rig.lane(), relay, settings), 'LANE_OCCUPIED')
  rig.contact('beamA', false)
  rig.advance(5000)
  rig.feed(input(relay))
  rig.contact('beamC', true)
  rig.advance(1500)
  t.same([...rig.energised], ['entry'], 'somebody walked in meanwhile')
  for (const [to, from] of ['DC', 'ED', 'FE']) {
    rig.contact(`beam${to}` as 'beamD', true)
    rig.contact(`beam${from}` as 'beamC', false)
  }
  rig.contact('beamF', false)
  t.equal(rig.energised.size, 0)
})

t.test('a fire, and the end of maintenance, take over from a test', async t => {
  const burning = inMaintenance()
  burning.feed(input(relay))
  burning.contact('fire', true)
  burning.advance(TEST_MS_MAX)
  burning.feed({ type: 'deadline', name: 'test' })
  t.same([...burning.energised].sort(), ['entry', 'exit'])
  const free = inMaintenance()
  free.feed(input(relay))
  free.feed({ type: 'mode', change: { maintenance: false, entry: 'free' }, by: 'lin' })
  free.advance(TEST_MS_MAX)
  t.same([...free.energised], ['entry'], 'free flow stays open')
})

t.test('bounds, and parts that are not there', async t => {
  const rig = inMaintenance()
  const said = (test: PartTest, how = settings) => testRefusal(rig.lane(), test, how)
  for (const ms of [TEST_MS_MIN, TEST_MS_MAX]) t.equal(said({ ...relay, ms }), undefined)
  for (const ms of [TEST_MS_MIN - 1, TEST_MS_MAX + 1, Number.NaN]) {
    t.equal(said({ ...relay, ms }), 'OUT_OF_RANGE')
  }
  t.equal(said(relay, machineSettings({ relays: ['exit'] })), 'NO_SUCH_PART')
})
