/** The health history of a gate, on each engine. */
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { HEALTH_POINT_MS, HEALTH_POINTS } from '../../limits.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { enrolledGate } from '../../testing/enrolled.ts'
import { WELL } from '../../testing/health.ts'
import { openWorld } from '../../testing/world.ts'

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 4, await newPlace())
  t.teardown(() => world.close())
  const operator = await world.signIn('operator')
  const gate = await enrolledGate(world, operator, 'n-1')
  const start = world.clock.time - (world.clock.time % HEALTH_POINT_MS)
  const report = async (at: number, software: string) => {
    world.clock.time = at
    t.equal((await gate.send('/v1/gates/n-1/health', { ...WELL, software })).status, 204)
  }
  const shown = async () => {
    const answer = await world.call('/v1/fleet/gates/n-1/health', { headers: operator })
    return ((await answer.json()) as { rows: { at: number; software: string }[] }).rows
  }

  await t.test('the first report of each five minutes, the oldest first', async t => {
    t.same(await shown(), [])
    await report(start, '1')
    await report(start + HEALTH_POINT_MS - 1, '2')
    await report(start + HEALTH_POINT_MS, '3')
    t.match(await shown(), [
      { at: start, software: '1', stage: 'FRESH', lanes: 1, lanesServing: 1, verdicts: null },
      { at: start + HEALTH_POINT_MS, software: '3' },
    ])
  })

  await t.test('a day later its place is used again, and what is older is not shown', async t => {
    const later = start + HEALTH_POINTS * HEALTH_POINT_MS
    await report(later - 1, '4')
    t.match(await shown(), [{ software: '1' }, { software: '3' }, { software: '4' }])
    await report(later, '5')
    t.match(await shown(), [{ software: '3' }, { software: '4' }, { software: '5' }])
    const rows = await world.service.db.selectFrom('gate_health_points').selectAll().execute()
    t.equal(rows.length, 3)
    world.clock.time = later + 2 * HEALTH_POINTS * HEALTH_POINT_MS
    t.same(await shown(), [], 'after days of silence')
    world.clock.time = later
    await world.service.db.updateTable('gate_health_points').set({ body: '{}' }).execute()
    t.same(await shown(), [], 'what another version kept')
  })

  await t.test('no gate, no history', async t => {
    const answer = await world.call('/v1/fleet/gates/x/health', { headers: operator })
    t.match(await answer.json(), { code: 'NOT_FOUND' })
  })
})
