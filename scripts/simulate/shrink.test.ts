/** A failing plan gets smaller, down to what it needs. */
import t from 'tap'
import { planFaults } from './fault-plan.ts'
import { shrink } from './shrink.ts'

const SPAN_MS = 20 * 60_000
const plan = {
  ...{ seed: 1, spanMs: SPAN_MS, healMs: 60_000, lanes: 4, phones: 30, everyMs: 240_000 },
  people: Array.from({ length: 30 }, (_, n) => n),
  faults: planFaults(1, 12, SPAN_MS),
}

t.test('a failing plan gets smaller, down to what it needs', async t => {
  const [a, b] = [plan.faults[3], plan.faults[9]]
  let tries = 0
  const small = await shrink(plan, {
    triesMax: 200,
    async fails({ faults, people }) {
      tries += 1
      return [a, b].every(one => one !== undefined && faults.includes(one)) && people.includes(17)
    },
  })
  t.same(small.faults, [a, b])
  t.equal(small.spanMs, 60_000 * Math.ceil(((b?.atMs ?? 0) + 1) / 60_000), 'it ends soon after')
  t.same(small.people, [17])
  t.ok(tries < 100, `${tries} tries`)
  const none = await shrink(plan, { triesMax: 3, fails: async () => true })
  t.ok(none.faults.length < plan.faults.length, 'it ends after so many tries')
})
