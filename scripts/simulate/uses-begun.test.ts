/** Uses that gates counted, as long as siblings may believe in them. */
import t from 'tap'
import { createGround } from '../../fixtures/one-process.ts'
import type { Observed } from '../../fixtures/stage/observed.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { RESERVATION_MS } from '../../gate/limits.ts'
import type { Fault } from './fault-kind.ts'
import { simulate } from './run.ts'
import { createUsesBegun } from './uses-begun.ts'

t.test('by certificate, by code, and for as long as one under way is believed', async t => {
  const uses = createUsesBegun()
  uses.begins('in1', { cti: 'c1', presentedAt: 5 }, 1000)
  uses.begins('in2', { cti: 'c1', presentedAt: 6 }, 2000)
  uses.begins('in2', {}, 2000)
  const lanesOf = (...asked: Parameters<typeof uses.of>) =>
    uses.of(...asked).map(({ lane }) => lane)
  t.same(lanesOf('c1', undefined, 2000), ['in1', 'in2'])
  t.same(lanesOf('c1', 6, 2000), ['in2'])
  t.same(lanesOf('c2', undefined, 2000), [])
  t.same(lanesOf('c1', undefined, 1000 + RESERVATION_MS), ['in1', 'in2'])
  t.same(lanesOf('c1', undefined, 1001 + RESERVATION_MS), ['in2'])
  uses.begins('in3', { cti: 'c1', presentedAt: 7 }, 1001 + RESERVATION_MS)
  t.same(lanesOf('c1', undefined, 2000), ['in2', 'in3'], 'and is forgotten then')
})

t.test(
  'a code that a gate without a disk counted is refused by its sibling, for cause',
  async t => {
    const MINUTE_MS = 60_000
    const PEOPLE = 12
    const faults: Fault[] = [
      { kind: 'disk fails', atMs: MINUTE_MS / 2, forMs: 2 * MINUTE_MS, lane: 0, pick: 0 },
    ]
    const refused: Observed[] = []
    const { broken } = await simulate(
      await createGround(tempDir(), PEOPLE, 2),
      {
        ...{ seed: 3, spanMs: 3 * MINUTE_MS, healMs: MINUTE_MS, gates: 2, lanes: 2, faults },
        ...{ phones: PEOPLE, people: Array.from({ length: PEOPLE }, (_, n) => n), everyMs: 15_000 },
      },
      {
        onSeen(one) {
          const isUsed = one.what === 'row' && one.body.code === 'ALREADY_USED'
          if (isUsed && JSON.stringify(one.body.trace).includes('annulled on lane north-1')) {
            refused.push(one)
          }
        },
      },
    )
    t.same(broken, [])
    t.ok(refused.length > 0, 'it happened')
  },
)
