import t from 'tap'
import { HELD_ALARMS_MAX, type Health } from '../contract/health.ts'
import { createHeldAlarms } from './held-alarms.ts'

const WELL: Pick<Health, 'clock' | 'trust' | 'journal' | 'lanes'> = {
  clock: 'TRUSTED',
  trust: { stage: 'FRESH', version: 1, manifestVersion: 1 },
  journal: { waiting: 0, disk: { freeBytes: 1, held: true } },
  lanes: [{ name: 'A', state: 'Locked', alarms: [] }],
}
const NOTHING = { busUp: undefined, stuckBeams: new Set<string>() }
const out = { ...WELL, lanes: [{ name: 'A', state: 'OutOfService', alarms: ['BOARD_LOST'] }] }

t.test('an alarm keeps its age while it holds, and begins anew when it comes again', async t => {
  const held = createHeldAlarms()
  t.same(held(WELL, NOTHING, 1), [])
  t.same(held(out, NOTHING, 2), [{ lane: 'A', code: 'BOARD_LOST', since: 2 }])
  t.same(held(out, NOTHING, 9), [{ lane: 'A', code: 'BOARD_LOST', since: 2 }])
  t.same(held(WELL, NOTHING, 10), [])
  t.same(held(out, NOTHING, 11), [{ lane: 'A', code: 'BOARD_LOST', since: 11 }])
})

t.test(
  'of the whole gate: trust, clock, disk, bus; of a lane that goes on: readers, beams',
  async t => {
    const state = {
      ...{ clock: 'UNCERTAIN' as const, trust: { ...WELL.trust, stage: 'STAFF' as const } },
      journal: { waiting: 0, disk: { freeBytes: 1, held: false } },
      lanes: [{ name: 'A', state: 'Locked', alarms: [], lostReaders: ['A.hid'] }],
    }
    const found = createHeldAlarms()(state, { busUp: false, stuckBeams: new Set(['A']) }, 1)
    t.same(
      found.map(({ lane, code }) => `${lane}:${code}`),
      [
        ...[':TRUST_STAFF', ':CLOCK_UNCERTAIN', ':DISK_LOW', ':BUS_DOWN'],
        ...['A:READER_LOST', 'A:BEAM_STUCK'],
      ],
    )
  },
)

t.test(
  'one lane’s alarm is none of another’s; a code twice is one; and a bound on all',
  async t => {
    const lanes = Array.from({ length: 16 }, (_, n) => ({
      ...{ name: `L${n}`, state: 'OutOfService' },
      alarms: ['BEAM_STUCK', ...Array.from({ length: 15 }, (_, i) => `CODE_${i}`)],
    }))
    const all = { ...WELL, lanes }
    const found = createHeldAlarms()(all, { ...NOTHING, stuckBeams: new Set(['L0']) }, 1)
    t.equal(found.length, HELD_ALARMS_MAX)
    t.equal(found.filter(({ lane, code }) => lane === 'L0' && code === 'BEAM_STUCK').length, 1)
    t.same(found[16], { lane: 'L1', code: 'BEAM_STUCK', since: 1 })
  },
)
