/** Faults that meet each other. */
import t from 'tap'
import { createGround } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { Fault } from './faults.ts'
import { simulate } from './run.ts'
import { seedPlan, USUAL_SIZE } from './seed-plan.ts'

t.test(
  'power that comes back while the disk hangs: the gate starts when it moves again',
  async t => {
    const plan = seedPlan(1, { ...USUAL_SIZE, lanes: 2, passengers: 1, faults: 0 })
    const faults: readonly Fault[] = [
      { kind: 'power cut', atMs: 60_000, forMs: 10_000, lane: 0, pick: 0 },
      { kind: 'disk hangs', atMs: 65_000, forMs: 20_000, lane: 0, pick: 0 },
    ]
    const rows: string[] = []
    const { broken } = await simulate(
      await createGround(tempDir(), 1),
      { ...plan, spanMs: 180_000, faults },
      {
        onSeen(one) {
          if (one.what === 'row' && one.kind === 'boot')
            rows.push(`${Math.floor(one.atMs / 1000)} s`)
        },
      },
    )
    t.same(broken, [])
    t.same(rows, ['-5 s', '85 s'])
  },
)
