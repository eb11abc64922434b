import t from 'tap'
import { WELL } from '../testing/health.ts'
import { healthPoint, healthPointSchema, slotOf } from './health-point.ts'

const minutes = (...last: number[]) => [
  ...Array.from({ length: 15 - last.length }, () => 9),
  ...last,
]

t.test('a gate of an earlier version tells less', async t => {
  const point = healthPoint(WELL)
  t.same(healthPointSchema.parse(point), point)
  t.match(point, { queue: null, clockOffsetMs: null, verdicts: null, scanToRelayP99Ms: null })
})

t.test(
  'verdicts of the five full minutes, lanes that serve, each code of an alarm once',
  async t => {
    const point = healthPoint({
      ...WELL,
      lanes: [
        { name: 'A', state: 'OutOfService', alarms: ['BOARD_LOST'] },
        { name: 'B', state: 'OutOfService', alarms: ['BOARD_LOST'] },
        { name: 'C', state: 'Open', alarms: [] },
      ],
      journal: { ...WELL.journal, unsent: 4 },
      recent: {
        verdicts: { ADMIT: minutes(1, 2, 3, 4, 5, 100), STALE_CODE: minutes(0, 0, 0, 0, 0, 7) },
        passages: minutes(),
        scanToRelay: { count: 3, p50Ms: 4, p99Ms: 5.2 },
      },
    })
    t.match(point, { lanes: 3, lanesServing: 1, alarms: ['BOARD_LOST'], queue: 4 })
    t.same([point.verdicts, point.scanToRelayP99Ms], [{ ADMIT: 15 }, 5.2])
  },
)

t.test('a gate that had no scan lately has no time of one', async t => {
  const recent = { verdicts: {}, passages: minutes(), scanToRelay: null }
  t.match(healthPoint({ ...WELL, recent }), { verdicts: {}, scanToRelayP99Ms: null })
})

t.test('a slot each five minutes, the same one a day later', async t => {
  const minuteMs = 60_000
  const midnight = Date.UTC(2026, 0, 2)
  const slots = [0, 4.99, 5, 60, 24 * 60 - 1].map(minute => slotOf(midnight + minute * minuteMs))
  t.same(slots, [0, 0, 1, 12, 287])
  t.equal(slotOf(midnight + (24 * 60 + 7) * minuteMs), 1)
})
