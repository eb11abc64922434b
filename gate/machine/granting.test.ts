import t from 'tap'
import { machineSettings } from '../../fixtures/machine-rig.ts'
import type { Direction, GrantBody, LaneModes } from '../contract/events.ts'
import { FARE_FREE } from '../contract/visits.ts'
import { staffRelease, verdict } from './granting.ts'
import { passed } from './passage.ts'
import { type Effect, type LaneState, plainModes, startingLane } from './state.ts'

const grant: GrantBody = {
  ...{ code: 'ADMIT', direction: 'entry', area: 'main', source: 'scanner' },
  ...{ cti: 'ab'.repeat(16), presentedAt: 1_770_000_000, flags: [], trace: [] },
}
const lane = (modes: LaneModes, name: 'Locked' | 'Open' = 'Locked'): LaneState => ({
  ...startingLane(modes),
  ...{ awaited: [], state: { name } },
})
const rowsOf = (effects: readonly Effect[]) =>
  effects.flatMap(one => (one.type === 'record' ? [one.body] : []))

t.test('the staff button lets through where the lane lets anybody through', async t => {
  const way = (direction: Direction, modes: LaneModes) => {
    const { state } = staffRelease(lane(modes), machineSettings({ direction })).lane
    return state.name === 'Admitting' ? state.grant.direction : undefined
  }
  t.equal(way('entry', plainModes('entry')), 'entry')
  t.equal(way('entry', plainModes('exit')), 'exit', 'turned around')
  t.equal(way('exit', plainModes('entry')), 'entry')
  t.equal(way('exit', plainModes('exit')), 'exit')
  const closed: LaneModes = { ...plainModes('entry'), entry: 'closed' }
  t.equal(way('entry', closed), 'entry', 'a closed lane, its own way')
})

t.test('a pass that fare-free let by settles no visit: it may be a copy', async t => {
  const free = { ...grant, flags: [FARE_FREE] }
  const modes: LaneModes = { ...plainModes('entry'), entry: 'free' }
  const areaOf = (given: GrantBody) => {
    const open = lane(modes, 'Open')
    const { effects } = verdict(open, { verdict: 'admit', grant: given }, machineSettings())
    return (rowsOf(effects)[0] as { area?: string } | undefined)?.area
  }
  t.equal(areaOf(grant), 'main', 'on a free way')
  t.equal(areaOf(free), undefined)
  const ref = { epoch: 'e', seq: 7 }
  const named = (given: GrantBody) =>
    rowsOf(passed(lane(plainModes('entry')), given, ref).effects).some(body => 'cti' in body)
  t.ok(named(grant), 'by a grant')
  t.notOk(named(free))
})
