import t from 'tap'
import { CONFIG_REASON_CHARS_MAX, type LaneModes } from '../contract/events.ts'
import { changeModes, restSign } from './rest.ts'
import { type LaneState, type ModesAsked, plainModes, startingLane } from './state.ts'

const lane = (change: Partial<LaneState> = {}): LaneState => ({
  ...startingLane(plainModes('entry')),
  ...{ awaited: [], state: { name: 'Locked' } },
  ...change,
})
/** The row of a change of modes. */
function rowOf(from: LaneState, change: Partial<LaneModes>, asked: ModesAsked) {
  const [row] = changeModes(from, change, asked).effects.flatMap(one =>
    one.type === 'record' && one.kind === 'mode' ? [one.body] : [],
  )
  return row
}

t.test('a change of modes names who asked for it, why, and by which config', async t => {
  const by = rowOf(lane(), { entry: 'free' }, { by: 'lin' })
  t.match(by, { entry: 'free', was: { entry: 'controlled' }, by: 'lin' })
  t.notOk(by !== undefined && ('revision' in by || 'reason' in by), 'what was not said is left out')
  t.match(rowOf(lane(), {}, { by: 'lin', revision: 7, reason: 'rush hour' }), {
    ...{ revision: 7, reason: 'rush hour' },
  })
  const long = rowOf(lane(), {}, { by: 'y'.repeat(81), reason: 'x'.repeat(401) })
  t.equal(long?.by.length, 80)
  t.equal(long?.reason?.length, CONFIG_REASON_CHARS_MAX)
})

t.test(
  'a technician who ends the maintenance vouches for the relay, and for nothing else',
  async t => {
    const modes = { ...plainModes('entry'), maintenance: true }
    const hung = lane({
      modes,
      state: { name: 'OutOfService' },
      out: ['SCANNER_LOST', 'RELAY_STUCK'],
    })
    const after = changeModes(hung, { maintenance: false }, { by: 'lin' }).lane
    t.same(after.out, ['SCANNER_LOST'])
    t.equal(after.state.name, 'OutOfService')
  },
)

t.test('a lane that waits for a device serves nobody, however it is run', async t => {
  const waiting = lane({ state: { name: 'OutOfService' }, awaited: ['BOARD_LOST'] })
  const { lane: after, effects } = changeModes(waiting, { entry: 'free' }, { by: 'lin' })
  t.equal(after.state.name, 'OutOfService')
  t.match(effects.at(-1), { type: 'sign', sign: 'refuse', code: 'LANE_CLOSED' })
})

t.test('fare-free hides what it forgives, and nothing else', async t => {
  const sign = (entryShut: LaneState['entryShut'], fareFree: boolean) =>
    restSign(lane({ entryShut, modes: { ...plainModes('entry'), fareFree } }))
  t.match(sign('TRUST_STALE', true), { sign: 'idle' })
  t.match(sign('TRUST_STALE', false), { sign: 'closed', code: 'TRUST_STALE' })
  t.match(sign('JOURNAL_FULL', true), { sign: 'closed', code: 'JOURNAL_FULL' })
  t.match(sign(undefined, true), { sign: 'idle' })
})
