import t from 'tap'
import { measureRevocation } from './revocation.ts'

for (const events of [false, true]) {
  t.test(`a revocation reaches the barrier, ${events ? 'told' : 'by polling alone'}`, async t => {
    const took = await measureRevocation(events, 2)
    t.equal(took.length, 2, 'each was refused at the barrier')
  })
}
