/** Trust of another environment than the gate's: told at once, and when it is over. */
import { join } from 'node:path'
import t from 'tap'
import { createTravellers, startHandGate } from '../../fixtures/hand-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { bootGate } from '../testing/trust/gate.ts'
import { createOrigin, fetchFrom } from '../testing/trust/origin.ts'
import { T0, TrustWorld } from '../testing/trust/world.ts'
import type { TrustEvent } from '../trust/events.ts'

const told = (events: readonly TrustEvent[]) => events.filter(one => one.kind === 'environment')

t.test('at a start by the factory trust, later by fetched trust', async t => {
  const world = await TrustWorld.create(() => T0, 'test')
  const { keeper, events } = bootGate(tempDir(), world, {
    fetch: fetchFrom(createOrigin(world)) as typeof fetch,
  })
  t.teardown(() => keeper.close())
  keeper.start()
  const mismatch = { kind: 'environment', on: true, ours: 'production', theirs: 'test' }
  t.same(told(events), [mismatch], 'before anything was fetched')
  await keeper.pollNow()
  t.equal(told(events).length, 1, 'told once')

  const both = world
    .keys()
    .flatMap(key =>
      key.role === 'issuer' ? [key, { ...key, environment: 'production' as const }] : [key],
    )
  await world.rotate({ keys: both })
  await world.publish({})
  t.match(await keeper.pollNow(), { code: 'UPDATED' })
  t.match(told(events)[1], { on: false, ours: 'production' })
  await world.rotate()
  await world.publish({})
  t.match(await keeper.pollNow(), { code: 'UPDATED' })
  t.same(told(events)[2], mismatch, 'again when it is so again')
})

t.test('trust without issuers, or with ours among others, is no mismatch', async t => {
  const world = await TrustWorld.create(() => T0, 'production')
  const keys = world.keys().filter(key => key.role !== 'issuer')
  for (const factoryTrust of [world.factory, await world.rotate({ keys })]) {
    const { keeper, events } = bootGate(tempDir(), world, { factoryTrust })
    keeper.start()
    t.same(told(events), [])
    await keeper.close()
  }
})

t.test('a gate tells it with both names and the key; passes are refused, fire opens', async t => {
  const world = await TrustWorld.create(() => T0, 'test')
  const gate = await startHandGate({ data: join(tempDir(), 'data'), world })
  const row = () => gate.rows().find(one => one.body.code === 'ENVIRONMENT_MISMATCH')
  await gate.until('told', () => row() !== undefined)
  const detail =
    /^trust\.environment of this gate is "production", the service’s trust is of "test": .*"environment": "test"/
  t.match(row()?.body, { on: true, detail })
  t.match(
    gate.log.find(line => line.code === 'ENVIRONMENT_MISMATCH'),
    { on: true, detail },
  )
  await gate.until('fresh trust', () => gate.log.some(line => line.stage === 'FRESH'))
  const code = createTravellers(world)
  t.equal(await gate.scan(await code(1, T0)), 'TEST_KEY')
  gate.board.setContact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'at once')
  await gate.stop()
})
