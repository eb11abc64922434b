/** Paper passes at a lane that takes them: used once a direction, and only while their list is young. */
import t from 'tap'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

t.test('offline, paper ends long before the lane does; a phone’s code goes on', async t => {
  const policy = { takesPaper: true }
  for (const [listAgeMs, entry, exit] of [
    [29 * MINUTE_MS, 'grant ADMIT_FLAGGED', 'grant ADMIT_FLAGGED'],
    [30 * MINUTE_MS, 'scan PAPER_LIST_OLD', 'grant ADMIT_FLAGGED'],
    [12 * HOUR_MS, 'scan PAPER_LIST_OLD', 'grant ADMIT_FLAGGED'],
  ] as const) {
    for (const [direction, row] of [
      ['entry', entry],
      ['exit', exit],
    ] as const) {
      const gate = await createVirtualLane({ direction, policy })
      gate.stage('DEGRADED')
      gate.listAge(listAgeMs)
      await gate.scan(await gate.paper())
      t.equal(gate.rows().at(-1), row, `${direction}, ${listAgeMs} ms`)
      await gate.contact('fire', true)
      t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens both ways')
    }
    const gate = await createVirtualLane({ policy })
    gate.stage('DEGRADED')
    gate.listAge(listAgeMs)
    await gate.scan(await gate.code())
    t.equal(gate.rows().at(-1), 'grant ADMIT_FLAGGED', 'a phone’s')
  }
})

t.test(
  'the bound is the station’s to set, and paper is taken again once the list is young',
  async t => {
    const policy = { takesPaper: true, paperListMs: 2 * HOUR_MS }
    const gate = await createVirtualLane({ policy })
    gate.stage('DEGRADED')
    gate.listAge(2 * HOUR_MS)
    await gate.scan(await gate.paper())
    t.equal(gate.rows().at(-1), 'scan PAPER_LIST_OLD')
    t.same(gate.shown(), ['cross'])
    gate.stage('FRESH')
    gate.listAge(0)
    await gate.scan(await gate.paper())
    t.equal(gate.rows().at(-1), 'grant ADMIT')
    await gate.contact('fire', true)
    t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens both ways')
  },
)
