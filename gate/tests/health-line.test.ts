/** How a gate is, from the real gate to the fleet of the real service. */
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, startStation } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { type Health, healthSchema } from '../contract/health.ts'

interface Row {
  readonly gate: string
  readonly health: (Health & { readonly ageMs: number; readonly stale: boolean }) | null
}

t.test('a lane is shown in service, and soon as out of it when its scanner goes', async t => {
  const world = await createWorld({ dir: tempDir(), lanes: [{ name: 'A', direction: 'entry' }] })
  t.teardown(() => world.close())
  await startStation(world)
  const operator = await world.signIn('operator')

  /** What the fleet shows of the gate once its lane is in `state` and its trust fresh. */
  async function shown(state: string): Promise<NonNullable<Row['health']>> {
    let health: Row['health'] | undefined
    await until(`the fleet shows ${state}`, async () => {
      const { rows } = (await operator.get('/v1/fleet/gates')) as unknown as { rows: Row[] }
      health = rows.find(row => row.gate === 'north-1')?.health
      return health?.lanes[0]?.state === state && health.trust.stage === 'FRESH'
    })
    return health as NonNullable<Row['health']>
  }

  const well = await shown('Locked')
  const { ageMs, stale, receivedAt, ...health } = well as typeof well & { receivedAt: number }
  t.same(healthSchema.parse(health), health)
  t.match(well, { stale: false, trust: { stage: 'FRESH' }, clock: 'TRUSTED', configRevision: 0 })
  t.match(well.journal, { waiting: 0, disk: { held: Boolean } })
  t.ok(ageMs >= 0 && receivedAt > 0 && !stale)

  t.match(well, { configSha256: /^[0-9a-f]{64}$/, alarms: [], clockOffsetMs: Number })
  t.match(well.journal, { unsent: Number })
  t.match(well.lanes, [{ modes: { entry: 'controlled', maintenance: false } }])
  t.same(well.recent, { verdicts: {}, passages: Array(15).fill(0), scanToRelay: null })

  world.lanes[0]?.scannerWire.unplug()
  const unwell = await shown('OutOfService')
  t.match(unwell.lanes, [{ name: 'A', alarms: ['SCANNER_LOST'] }])
  t.match(unwell.alarms, [{ lane: 'A', code: 'SCANNER_LOST', since: Number }])
})
