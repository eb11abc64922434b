import t from 'tap'
import { BUS_FAULTS, runBusRounds } from './testing/bus-rounds.ts'

t.test('whatever the bus does, no code is admitted twice without a sign', async t => {
  const { broken, ...figures } = await runBusRounds({ rounds: 60, seed: 1 })
  t.comment(JSON.stringify(figures))
  t.same(broken, [])
  t.ok(figures.twice > 20 && figures.refused > 1000, 'and codes were shown twice, and refused')
  for (const fault of BUS_FAULTS) t.ok(figures.faults[fault] > 5, fault)
})
