/** Faults that meet each other, and who mends what they leave. */
import t from 'tap'
import { createGround } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { Fault } from './fault-kind.ts'
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

t.test('a lane whose relay hung serves again once a technician has tested it', async t => {
  const plan = seedPlan(1, { ...USUAL_SIZE, lanes: 2, passengers: 6, faults: 0 })
  const faults: readonly Fault[] = [
    { kind: 'relay feedback stuck', atMs: 70_000, forMs: 60_000, lane: 0, pick: 0 },
    // It hangs once more when they come, five minutes after the first time.
    { kind: 'relay feedback stuck', atMs: 400_000, forMs: 100_000, lane: 0, pick: 0 },
  ]
  const seen: string[] = []
  const alarms: unknown[] = []
  const { broken } = await simulate(
    await createGround(tempDir(), 6),
    { ...plan, spanMs: 840_000, everyMs: 60_000, healMs: 60_000, faults },
    {
      onSeen({ lane, atMs, ...one }) {
        const at = `${Math.floor(atMs / 1000)} s`
        if (lane !== 'in1') return
        if (one.what === 'step' && one.text === 'relay test') seen.push(`${at} test`)
        if (one.what === 'row' && one.kind === 'mode') seen.push(`${at} ${one.body.maintenance}`)
        if (one.what === 'row' && one.body.code === 'RELAY_STUCK') alarms.push(one.body.on)
      },
    },
  )
  t.same(broken, [])
  t.same(seen, ['430 s true', '440 s test', '572 s test', '575 s false'])
  t.same(alarms, [true, false])
})
