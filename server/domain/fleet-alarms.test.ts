import t from 'tap'
import type { Health, HeldAlarm, LaneHealth } from '../../gate/contract/health.ts'
import { WELL } from '../testing/health.ts'
import { alarmsOf } from './fleet-alarms.ts'

const lane = (change: Partial<LaneHealth> = {}): LaneHealth => ({
  ...{ name: 'A', state: 'Locked', alarms: [] },
  ...change,
})
const held = (code: HeldAlarm['code'], lane = '', since = 0): HeldAlarm => ({ code, lane, since })
const told = (change: Partial<Health>, offlineSince: number | null = null) =>
  alarmsOf({ ...WELL, ...change }, offlineSince).map(
    one => `${one.lane} ${one.code} ${one.severity} ${one.since}`,
  )

t.test('of a gate that lists none: what its state comes to, and nothing more', async t => {
  t.same(told({}), [])
  t.same(told({ journal: { waiting: 0, disk: null } }), [], 'nobody knows its disk')
  t.same(told({ lanes: [lane({ lostReaders: [] })] }), [])
  t.same(told({ clock: 'UNCERTAIN' }), [' CLOCK_UNCERTAIN soon null'])
  t.same(told({ journal: { waiting: 0, disk: { freeBytes: 0, held: false } } }), [
    ' DISK_LOW soon null',
  ])
  t.same(told({ lanes: [lane({ lostReaders: ['A.hid'] })] }), ['A READER_LOST soon null'])
})

t.test('a clock in doubt is for later, and a lane that it shuts is for now', async t => {
  t.same(told({ alarms: [held('CLOCK_UNCERTAIN')] }), [' CLOCK_UNCERTAIN soon 0'])
  const shut = lane({ state: 'OutOfService', alarms: ['CLOCK_UNCERTAIN'] })
  t.same(told({ lanes: [shut], alarms: [held('CLOCK_UNCERTAIN', 'A')] }), [
    'A CLOCK_UNCERTAIN now 0',
  ])
  t.same(told({ lanes: [lane()], alarms: [held('CLOCK_UNCERTAIN', 'A')] }), [
    'A CLOCK_UNCERTAIN now 0',
  ])
})

t.test('the worst first, then the oldest, one of no age before it', async t => {
  const alarms = [held('DISK_LOW', '', 30), held('FIRE', 'A', 20), held('FIRE', 'B', 10)]
  t.same(told({ alarms }, 15), [
    ...['B FIRE now 10', ' OFFLINE now 15', 'A FIRE now 20', ' DISK_LOW soon 30'],
  ])
  const ageless = lane({ name: 'C', state: 'OutOfService', alarms: ['BOARD_LOST'] })
  t.same(told({ lanes: [ageless] }, 15), ['C BOARD_LOST now null', ' OFFLINE now 15'])
  t.same(
    told({ alarms: [held('FIRE', 'A', 5), held('FIRE', 'B', -5)] }),
    ['B FIRE now -5', 'A FIRE now 5'],
    'a clock that was never set',
  )
})
