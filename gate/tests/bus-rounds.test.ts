import t from 'tap'
import { BUS_FAULTS, runBusRounds } from '../testing/bus/bus-rounds.ts'

t.test(
  'whatever the bus does, no code is admitted twice without a flag or a row that says it',
  async t => {
    const { broken, ...figures } = await runBusRounds({ rounds: 100, seed: 1 })
    t.comment(JSON.stringify(figures))
    t.same(broken, [])
    t.ok(figures.twice > 50 && figures.named > 5, 'codes were admitted twice')
    t.ok(figures.refused > 1000, 'and refused')
    t.ok(figures.grantsFlagged < figures.grants / 3, 'most grants carry no flag')
    t.ok(figures.unhealed > 5)
    for (const fault of BUS_FAULTS) t.ok(figures.faults[fault] > 10, fault)
  },
)
