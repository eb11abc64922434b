/** Steps that wait: for a pause of the service, which passes, and for time that does not go on. */
import t from 'tap'
import { StuckError } from '../../fixtures/clock.ts'
import { createGround, startOneProcessService } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { Fault } from './fault-kind.ts'
import { FAULT_KINDS } from './faults.ts'
import { type Plan, simulate } from './run.ts'

const MINUTE_MS = 60_000
const planOf = (faults: readonly Omit<Fault, 'forMs' | 'lane' | 'pick'>[]): Plan => ({
  ...{ seed: 1, lanes: 2, phones: 3, people: [0, 1, 2], everyMs: MINUTE_MS },
  ...{ spanMs: 4 * MINUTE_MS, healMs: MINUTE_MS },
  faults: faults.map(one => ({ ...one, forMs: 1000, lane: 0, pick: 0 })),
})
const ground = await createGround(tempDir(), 3)
const REVOKED_MS = 3 * MINUTE_MS

t.test(
  'two revocations at once: the second waits for the publisher, and people come on',
  async t => {
    const kind = 'revocation'
    const ended: number[] = []
    const plan = planOf([REVOKED_MS, REVOKED_MS].map(atMs => ({ kind, atMs })))
    const { broken, counts } = await simulate(ground, plan, {
      onSeen(one) {
        if (one.what === 'step' && one.text === `${kind} is over`) ended.push(one.atMs - REVOKED_MS)
      },
    })
    t.same(broken, [])
    t.same(ended, [1000, 1100], 'a list each tenth of a second')
    t.ok(counts.walked > 5, `${counts.walked} passages`)
  },
)

t.test('a step that waits for time ends the simulation with its seed and its place', async t => {
  const kind = 'a wait'
  const kinds = FAULT_KINDS as Record<string, (typeof FAULT_KINDS)[string]>
  kinds[kind] = {
    s: [1, 1],
    begin: ({ time }) => new Promise(go => time.timers.after(1000, () => go(() => {}))),
  }
  t.teardown(() => Reflect.deleteProperty(kinds, kind))
  await t.rejects(simulate(ground, planOf([{ kind, atMs: 1500 }])), {
    ...{ name: StuckError.name, code: 'STUCK' },
    message: /^seed 1 at 1\.5 s: this waits for time to go on; /,
  })
})

t.test(
  'a step that fails is the failure of the simulation, not the end of the program',
  async t => {
    const kind = 'a failure'
    const kinds = FAULT_KINDS as Record<string, (typeof FAULT_KINDS)[string]>
    const begin = async ({ time }: Parameters<(typeof FAULT_KINDS)[string]['begin']>[0]) => {
      await time.advanceAsync(0)
      throw new Error('it failed')
    }
    kinds[kind] = { s: [1, 1], begin }
    t.teardown(() => Reflect.deleteProperty(kinds, kind))
    await t.rejects(simulate(ground, planOf([{ kind, atMs: 1500 }])), { message: 'it failed' })
  },
)

t.test('somebody who applies too often is refused, and comes again', async t => {
  const service = await startOneProcessService(ground, 1)
  const [phone] = service.people
  const codes = new Set<string | undefined>()
  for (let n = 0; n < 60; n += 1)
    codes.add(
      (await service.inTime(phone?.certificate() ?? Promise.reject(new Error('nobody')))).code,
    )
  t.ok(codes.has('RATE_LIMITED'), [...codes].join())
  await service.inTime(service.world.close())
})
