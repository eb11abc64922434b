/**
 * What issuer keys are good for, at a gate: trust from before it was said, trust that has no key for
 * an entry, and passes that are out of scope.
 */
import { join } from 'node:path'
import t from 'tap'
import { createTravellers, type HandGate, startHandGate } from '../../fixtures/hand-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { TrustKey } from '../../pass/documents/trust.ts'
import { writeTrust } from '../../pass/documents/trust-documents.ts'
import { signByMany } from '../../pass/documents/trust-envelope.ts'
import type { Purpose } from '../../pass/purpose.ts'
import { bootGate } from '../testing/trust/gate.ts'
import { createOrigin, fetchFrom } from '../testing/trust/origin.ts'
import { T0, TrustWorld } from '../testing/trust/world.ts'
import type { TrustEvent } from '../trust/events.ts'

const told = (events: readonly TrustEvent[]) =>
  events.flatMap(one => (one.kind === 'scope' ? [`${one.is} ${one.trustVersion}`] : []))

/** The keys of a world, its issuers with another scope; without one in the old shape. */
const keysWith = (world: TrustWorld, purposes?: readonly Purpose[]): TrustKey[] =>
  world
    .keys()
    .map(({ purposes: before, ...key }) =>
      before === undefined || purposes === undefined ? key : { ...key, purposes },
    )

/** The next document as it was signed before issuer keys had a scope. */
async function rotateOld(world: TrustWorld): Promise<Uint8Array> {
  const document = world.document({ keys: keysWith(world) })
  const bytes = await signByMany(writeTrust(document), world.roots.slice(0, 2))
  world.files.documents.set(document.version, bytes)
  world.trustVersion = document.version
  return bytes
}

const secondsOf = ({ time }: HandGate) => Math.floor(time.clock.nowMs() / 1000)

/** A world of the old shape: factory trust and one more version. */
async function oldWorld(): Promise<TrustWorld> {
  const world = new TrustWorld(() => T0)
  world.factory = await rotateOld(world)
  await rotateOld(world)
  await world.publish({ lists: { 'tsl:1': [] } })
  return world
}

t.test('told at a start by what lies there, and with each newer trust', async t => {
  const world = await oldWorld()
  const { keeper, events } = bootGate(tempDir(), world, {
    fetch: fetchFrom(createOrigin(world)) as typeof fetch,
  })
  t.teardown(() => keeper.close())
  keeper.start()
  t.same(told(events), ['unsaid 1'], 'before anything was fetched')
  const next = async (purposes?: readonly Purpose[]) => {
    if (purposes === undefined) await rotateOld(world)
    else await world.rotate({ keys: keysWith(world, purposes) })
    await world.publish({})
    await keeper.pollNow()
    return `${keeper.status().trustVersion}: ${told(events).at(-1)}`
  }
  t.equal(await next(), '3: unsaid 1', 'told once')
  t.equal(await next(['entry', 'exit']), '4: good 4')
  t.equal(await next(['exit', 'sale']), '5: no entry 5')
  t.equal(await next(['entry']), '6: good 6')
  t.equal(told(events).length, 4)
})

t.test(
  'a cache of the old shape: the gate goes on as before, and tells it until it is over',
  async t => {
    const world = await oldWorld()
    const data = join(tempDir(), 'data')
    const code = createTravellers(world)
    const first = await startHandGate({ data, world })
    await first.until('fresh trust', () => first.log.some(line => line.stage === 'FRESH'))
    await first.stop()

    const gate = await startHandGate({ data, world, hostMs: (T0 + 60) * 1000, online: false })
    const alarms = () => gate.rows().filter(one => one.body.code === 'TRUST_SCOPE')
    await gate.until('told', () => alarms().length > 1)
    t.match(alarms().at(-1)?.body, {
      on: true,
      detail:
        /^trust 2 does not say what its issuer keys are good for: .* npm run trust -- rotate$/,
    })
    t.match(await gate.scan(await code(1, T0 + 61)), /^ADMIT/, 'offline')
    await gate.time.advanceAsync(10_000)
    await world.rotate({ keys: keysWith(world, ['sale', 'refund']) })
    await world.publish({ lists: { 'tsl:1': [] } })
    gate.origin.down = false
    await gate.until('newer trust', () => alarms().length > 2, 100)
    t.match(alarms().at(-1)?.body, {
      on: true,
      detail: /"production" in trust 3 is good for entry/,
    })
    t.equal(await gate.scan(await code(2, secondsOf(gate))), 'OUT_OF_SCOPE')
    gate.board.setContact('fire', true)
    t.same([...gate.energised].sort(), ['entry', 'exit'], 'at once')
    await gate.stop()
  },
)

t.test('out of scope: an exit lets out and flags, and fire opens', async t => {
  const world = await TrustWorld.create(() => T0)
  world.factory = await world.rotate({ keys: keysWith(world, ['entry', 'sale']) })
  await world.publish({ lists: { 'tsl:1': [7] } })
  const data = join(tempDir(), 'data')
  const gate = await startHandGate({ data, world, lane: { direction: 'exit' } })
  await gate.until('fresh trust', () => gate.log.some(line => line.stage === 'FRESH'))
  const code = createTravellers(world)
  t.equal(await gate.scan(await code(7, T0)), 'REVOKED', 'all else holds')
  await gate.time.advanceAsync(10_000)
  t.equal(await gate.scan(await code(1, secondsOf(gate))), 'ADMIT_FLAGGED')
  const row = () => gate.rows().find(one => one.body.code === 'ADMIT_FLAGGED')
  await gate.until('journaled', () => row() !== undefined)
  t.match(row()?.body, { flags: ['OUT_OF_SCOPE', 'NOT_INSIDE'] })
  gate.board.setContact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'at once')
  await gate.stop()
})
