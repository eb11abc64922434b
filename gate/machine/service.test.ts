import t from 'tap'
import { createMachineRig, machineSettings } from '../../fixtures/machine-rig.ts'
import { askReset, found } from './service.ts'
import { type LaneState, type OutReason, plainModes, startingLane } from './state.ts'

const lane = (change: Partial<LaneState> = {}): LaneState => ({
  ...startingLane(plainModes('entry')),
  ...{ awaited: [], state: { name: 'Locked' } },
  ...change,
})
const outBy = (...out: OutReason[]) => lane({ state: { name: 'OutOfService' }, out })

t.test(
  'a board that is back is asked anew for its relay and its beams, and for nothing else',
  async t => {
    const all = outBy('BOARD_LOST', 'RELAY_STUCK', 'BEAM_STUCK', 'SCANNER_LOST')
    t.same(found(all, 'BOARD_LOST').lane.out, ['SCANNER_LOST'])
    const scanner = outBy('SCANNER_LOST', 'RELAY_STUCK', 'BEAM_STUCK')
    t.same(found(scanner, 'SCANNER_LOST').lane.out, ['RELAY_STUCK', 'BEAM_STUCK'])
  },
)

t.test('a device that comes and goes while somebody walks lets them walk', async t => {
  const rig = createMachineRig(machineSettings({ profile: 'tripod' }))
  rig.grant()
  rig.contact('passA', true)
  for (const reason of ['SCANNER_LOST', 'BEAM_STUCK', 'TAILGATE'] as const) {
    rig.feed({ type: 'lost', reason, detail: 'gone' })
    t.equal(rig.lane().state.name, 'Passing', reason)
    rig.feed({ type: 'found', reason })
    t.equal(rig.lane().state.name, 'Passing', `${reason} over`)
  }
  t.equal(rig.energised.size, 0)
  rig.contact('passA', false)
  t.equal(rig.rows.at(-1), 'passage')
})

t.test('fire during an emergency release is told, and over only with both', async t => {
  const rig = createMachineRig(machineSettings())
  rig.feed({ type: 'mode', change: { emergency: true }, by: 'lin' })
  rig.contact('fire', true)
  rig.contact('fire', true)
  t.same(rig.rows, ['mode', 'alarm FIRE'], 'once')
  rig.contact('fire', false)
  rig.contact('release', true)
  t.equal(rig.rows.at(-1), 'alarm FIRE off')
  t.match(rig.lane(), { latched: false, state: { name: 'Emergency', resetAsked: false } })
  t.equal(rig.energised.size, 2, 'the release goes on')
  rig.feed({ type: 'mode', change: { emergency: false }, by: 'lin' })
  t.equal(rig.lane().state.name, 'Locked')
})

t.test('staff can not reset an emergency release by the button', async t => {
  const released = lane({ state: { name: 'Emergency', resetAsked: false } })
  t.same(askReset(released), { lane: released, effects: [] })
})
