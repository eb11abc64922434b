/** What gates tell of themselves, on each engine: the newest is kept, shown with its age, and missed. */
import { tempDir } from '../../../fixtures/temp-dir.ts'
import {
  HEALTH_ALARMS_MAX,
  HEALTH_LANES_MAX,
  type Health,
  type LaneHealth,
} from '../../../gate/contract/health.ts'

import { GATE_STALE_MS } from '../../limits.ts'
import { countGates } from '../../store/gates/gate-health.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { WELL } from '../../testing/health.ts'
import { makeClient, openWorld } from '../../testing/world.ts'

const LANE: LaneHealth = { name: 'A', state: 'Locked', alarms: [] }
const HEALTH: Health = { ...WELL, lanes: [LANE] }
const PATH = '/v1/gates/n-1/health'

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const { db } = world.service
  const operator = await world.signIn('operator')

  async function enrolled(gate: string) {
    const made = await world.post('/v1/fleet/enrolments', { gate, station: 'north' }, operator)
    const { code } = (await made.json()) as { code: string }
    const client = makeClient(world, 'EdDSA')
    await world.post('/v1/gates/enrol', { code, name: gate, publicKey: await client.publicJwk() })
    return client
  }
  const shown = async (): Promise<Record<string, unknown>[]> => {
    const answer = await world.call('/v1/fleet/gates', { headers: operator })
    return ((await answer.json()) as { rows: Record<string, unknown>[] }).rows
  }
  const north = await enrolled('n-1')
  const other = await enrolled('n-2')
  const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code

  await t.test('the newest is kept and shown with its age', async t => {
    t.match(await shown(), [{ gate: 'n-1', health: null }, { health: null }])
    t.same(await countGates(db, world.clock.time), { enrolled: 2, stale: 2 })
    t.equal((await north.send(PATH, HEALTH)).status, 204)
    const lanes = [{ ...LANE, state: 'OutOfService', alarms: ['BOARD_LOST'] }]
    t.equal((await north.send(PATH, { ...HEALTH, at: 2, lanes })).status, 204)
    const receivedAt = world.clock.time
    world.clock.time += GATE_STALE_MS - 1
    const health = { ...HEALTH, at: 2, lanes, receivedAt, ageMs: GATE_STALE_MS - 1, stale: false }
    t.match(await shown(), [{ gate: 'n-1', seenAt: receivedAt, health }, { health: null }])
    t.same(await countGates(db, world.clock.time), { enrolled: 2, stale: 1 })
    world.clock.time += 1
    t.match(await shown(), [{ health: { stale: true, ageMs: GATE_STALE_MS } }, {}])
    t.same(await countGates(db, world.clock.time), { enrolled: 2, stale: 2 })
    t.equal((await db.selectFrom('gate_health').selectAll().execute()).length, 1)
  })

  await t.test('who watches is told of it at once', async t => {
    const told: unknown[] = []
    const { told: before } = world.service.fleet
    Object.assign(world.service.fleet, { told: (...what: unknown[]) => told.push(what) })
    t.equal((await north.send(PATH, HEALTH)).status, 204)
    t.same(told, [['n-1', HEALTH, world.clock.time]])
    Object.assign(world.service.fleet, { told: before })
  })

  await t.test('one over each size, and what has no place in it', async t => {
    const lanes = (count: number) => Array.from({ length: count }, () => LANE)
    const alarms = (count: number) => [{ ...LANE, alarms: Array(count).fill('STOP') }]
    for (const good of [lanes(HEALTH_LANES_MAX), alarms(HEALTH_ALARMS_MAX)]) {
      t.equal((await north.send(PATH, { ...HEALTH, lanes: good })).status, 204)
    }
    const bad: object[] = [
      { lanes: lanes(HEALTH_LANES_MAX + 1) },
      { lanes: alarms(HEALTH_ALARMS_MAX + 1) },
      { software: 'x'.repeat(41) },
      { at: -1 },
      { clock: 'SURE' },
      { passengers: ['x'] },
    ]
    for (const more of bad)
      t.equal(await codeOf(await north.send(PATH, { ...HEALTH, ...more })), 'INVALID')
  })

  await t.test('a gate speaks for itself alone', async t => {
    t.equal(await codeOf(await other.send(PATH, HEALTH)), 'GATE_UNKNOWN')
  })
})
