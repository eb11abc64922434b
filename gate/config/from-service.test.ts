/** A config from the service: taken on trial, confirmed by being well, or taken back and not tried again. */
import { createHash } from 'node:crypto'
import t from 'tap'
import { settle } from '../../fixtures/clock.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { generateSigningKey, type Signer } from '../../pass/cose-node.ts'
import { type ConfigDocument, signConfig } from '../../pass/documents/gate-config.ts'
import type { StationConfig } from '../../pass/documents/station.ts'
import { decodeTrust } from '../../pass/documents/trust.ts'
import { type Desk, openDesk, withWait } from '../testing/config/desk.ts'
import { DAY_S, T0, TrustWorld } from '../testing/trust/world.ts'
import { followServiceConfig } from './from-service.ts'
import { createRemoteDoor } from './remote-door.ts'

const trustWorld = await TrustWorld.create()
const configKey = generateSigningKey('ES256')
const window = { from: T0 - DAY_S, to: T0 + 30 * DAY_S }
const keys = [...trustWorld.keys(), { ...trustWorld.key('config', configKey), ...window }]
const trust = decodeTrust(await trustWorld.rotate({ keys }))
const lane = (waitMs: number, board = 'b') => ({
  name: 'A',
  direction: 'entry',
  board: { port: board },
  scanner: { port: 's' },
  timing: { waitMs },
})

/** A gate that follows a service played by hand. */
async function following(dir: string, open: (dir: string) => Desk = openDesk) {
  const desk = open(dir)
  desk.writeFile(withWait(5000))
  await desk.engine.start()
  const alarms: string[] = []
  const listeners = new Set<() => void>()
  let entry: StationConfig | undefined
  let bytes = new Uint8Array()
  const door = createRemoteDoor({
    engine: desk.engine,
    check: desk.check,
    onFault: what => t.fail(what),
  })
  const stop = followServiceConfig({
    gate: 'north-1',
    station: {
      current: () => entry && { manifest: { configs: [entry] } as never, ageMs: 0 },
      onChanged(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      async document(path, sha256, length) {
        t.equal(path, `/v1/gates/north-1/config/${Buffer.from(sha256).toString('hex')}`)
        return length === bytes.length ? { ok: true, bytes } : { ok: false, code: 'LENGTH' }
      },
    },
    trust: {
      document: () => trust,
      now: () => ({ nowMs: T0 * 1000, state: 'TRUSTED', aheadByMaxMs: 0 }),
      pollNow: async () => ({ code: 'UNCHANGED' }),
    },
    remote: door,
    monotonicMs: desk.time.clock.monotonicMs,
    onEvent: event => void ('code' in event && alarms.push(`${event.code}`)),
  })

  /** A new manifest names this document; resolves when it was dealt with. */
  async function publish(
    revision: number,
    config: unknown,
    over: Partial<ConfigDocument> & { signer?: Signer; named?: number } = {},
  ): Promise<void> {
    const { signer = configKey, named = revision, ...more } = over
    const text = typeof config === 'string' ? config : JSON.stringify(config)
    const shown = { gate: 'north-1', text, confirmS: 300, reason: 'from afar' }
    bytes = new Uint8Array(await signConfig({ revision, iat: T0, ...shown, ...more }, signer))
    const sha256 = createHash('sha256').update(bytes).digest()
    entry = { gate: 'north-1', revision: named, sha256, length: bytes.length }
    await tell()
  }
  async function tell(): Promise<void> {
    for (const listener of listeners) listener()
    await settle(3)
    await desk.advance(0)
  }
  return { ...desk, alarms, publish, tell, stop }
}

const last = ({ world }: Pick<Desk, 'world'>) => world.rows.at(-1)

t.test('taken on trial with the gate’s own keys, confirmed when it is well', async t => {
  const gate = await following(tempDir())
  const { engine, world, advance } = gate
  await gate.publish(7, { lanes: [lane(8000)], trust: { staleAfterMs: 60_000 } })
  t.same(gate.waits(), [5000, 8000])
  t.match(engine.show(), {
    revision: { number: 1, by: 'service', reason: 'from afar' },
    trial: { previous: 0, confirmMs: 300_000 },
    value: {
      gate: 'north-1',
      data: '.',
      service: { url: 'http://127.0.0.1:1' },
      trust: { factory: 'trust-1.cbor', staleAfterMs: 60_000 },
    },
  })
  t.match(world.bodies.at(-1), { about: 'committed', serviceRevision: 7, confirmMs: 300_000 })
  await advance(200_000)
  t.ok(engine.show().trial, 'the service did not answer yet')
  world.reached = true
  world.state = 'OutOfService'
  await advance(50_000)
  t.ok(engine.show().trial, 'the lane was in service before')
  world.state = 'Locked'
  await advance(1000)
  t.equal(engine.show().trial, null)
  t.equal(last(gate), 'confirmed 1 by service, 1 runs')
  await gate.tell()
  t.same(gate.waits(), [5000, 8000], 'seen once')
  await engine.stop()
})

t.test(
  'lanes under new names, fewer of them, or turned round: as many must serve again',
  async t => {
    const gate = await following(tempDir())
    const { engine, world, advance } = gate
    world.reached = true
    const way = (name: string, direction = 'entry', more = {}) => ({
      ...{ name, direction, board: { port: `b-${name}` }, scanner: { port: `s-${name}` } },
      ...more,
    })
    const good = [way('A'), way('B'), way('C', 'exit')]
    let revision = 0
    const given = async (lanes: object[]) => {
      revision += 1
      await gate.publish(revision, { lanes })
      t.ok(engine.show().trial, 'on trial')
      await advance(5000)
      return engine.show().trial === null ? 'good' : 'on trial'
    }
    t.equal(await given(good), 'good')
    world.dead.add('b-X')
    t.equal(await given([way('A'), way('X'), way('C', 'exit')]), 'on trial', 'X is on a dead port')
    world.dead.delete('b-X')
    await advance(1000)
    t.equal(engine.show().trial, null, 'in service under its new name')
    const bad = [
      [way('X'), way('C', 'exit')],
      [way('C', 'exit')],
      [way('X'), way('C', 'exit'), way('D', 'exit')],
      [way('A'), way('X', 'exit'), way('C', 'exit')],
      [way('A'), way('X')],
    ]
    for (const lanes of bad) {
      t.equal(await given(lanes), 'on trial', JSON.stringify(lanes))
      await advance(295_000)
      t.match(last(gate), /^CONFIG_REVERTED: .*not confirmed in 300 s/)
    }
    const closed = { modes: { entry: 'closed' } }
    t.equal(await given([way('A'), way('X', 'entry', closed), way('C', 'exit')]), 'good', 'closed')
    t.equal(await given([way('A'), way('C', 'exit')]), 'good', 'it served nobody any more')
    const both = way('A', 'both', { exitScanner: { port: 's2' } })
    t.equal(await given([both]), 'good', 'one lane both ways')
    await engine.stop()
  },
)

t.test(
  'a fix while a bad one is on trial is taken at once, and judged by what was good',
  async t => {
    const gate = await following(tempDir())
    const { engine, world, advance } = gate
    world.reached = true
    await gate.publish(7, { lanes: [lane(8000)] })
    await advance(1000)
    t.equal(engine.show().trial, null)
    world.dead.add('no').add('none')
    await gate.publish(8, { lanes: [lane(8000, 'no')] })
    await advance(10_000)
    t.ok(engine.show().trial, 'the lane is out')
    await gate.publish(9, { lanes: [lane(8000, 'none')] })
    t.match(engine.show(), { revision: { number: 3 }, trial: { previous: 1 } })
    await advance(10_000)
    t.ok(engine.show().trial, 'what the bad one left in service is no measure')
    await gate.publish(10, { lanes: [lane(9000)] })
    await advance(1000)
    t.match(engine.show(), { revision: { number: 4, by: 'service' }, trial: null })
    t.same(gate.waits(), [5000, 8000, 8000, 8000, 9000])
    await engine.stop()
  },
)

t.test('not well in time: taken back, and not tried again, also by the next start', async t => {
  const dir = tempDir()
  const gate = await following(dir)
  await gate.publish(7, { lanes: [lane(8000)] })
  await gate.advance(300_000)
  t.same(gate.waits(), [5000, 8000, 5000])
  t.match(last(gate), /^CONFIG_REVERTED: revision 1 by service: not confirmed in 300 s/)
  await gate.tell()
  t.equal(gate.waits().length, 3)
  await gate.engine.stop()
  const again = await following(dir)
  await again.publish(7, { lanes: [lane(8000)] })
  t.same(again.waits(), [5000])
  await again.publish(8, { lanes: [lane(9000)] })
  t.same(again.waits(), [5000, 9000], 'the next one is')
  await again.engine.stop()
})

t.test('hostile documents change nothing, and are told as what they are', async t => {
  const gate = await following(tempDir())
  const good = { lanes: [lane(8000)] }
  await gate.publish(7, good, { signer: trustWorld.status })
  t.same(gate.alarms, ['TRUST_UNSIGNED'])
  await gate.publish(7, good, { gate: 'north-2' })
  await gate.publish(7, good, { named: 9 })
  t.same(gate.alarms, ['TRUST_UNSIGNED', 'TRUST_EQUIVOCATION'])
  await gate.publish(7, good, { iat: T0 + 121 })
  t.same(gate.waits(), [5000])
  await gate.publish(7, good)
  gate.world.reached = true
  await gate.advance(1000)
  t.same(gate.waits(), [5000, 8000])
  await gate.publish(6, { lanes: [lane(9000)] })
  await gate.publish(6, { lanes: [lane(9000)] }, { named: 8 })
  await gate.publish(7, { lanes: [lane(9000)] })
  t.same(gate.alarms, ['TRUST_UNSIGNED', 'TRUST_EQUIVOCATION', 'TRUST_ROLLBACK'], 'once an hour')
  await gate.advance(3_600_000)
  await gate.publish(6, { lanes: [lane(9000)] }, { named: 8 })
  t.equal(gate.alarms.at(-1), 'TRUST_ROLLBACK', 'an old document under a new number')
  t.same(gate.waits(), [5000, 8000])
  await gate.engine.stop()
})

t.test('a config that is wrong, or speaks of what is not the service’s: told once', async t => {
  const gate = await following(tempDir())
  const cases: [unknown, RegExp][] = [
    [{ lanes: [lane(50)] }, /lanes\.A\.timing\.waitMs: too small, at least 1000/],
    [{ lanes: [lane(8000)], gate: 'north-2' }, /gate: is set on the gate itself/],
    [{ lanes: [lane(8000)], data: '/x' }, /data: is set on the gate itself/],
    [{ lanes: [lane(8000)], trust: { environment: 'test' } }, /trust\.environment: is set on/],
    [{ lanes: [lane(8000)], service: { url: 'http://evil' } }, /service\.url: is set on/],
    [{ lanes: [lane(8000)], colour: 'red' }, /colour: unknown key/],
    ['{"lanes":', /not JSON/],
    [`${'['.repeat(10_000)}${']'.repeat(10_000)}`, /expected an object/],
  ]
  for (const [n, [config, why]] of cases.entries()) {
    await gate.publish(n + 1, config)
    t.equal(last(gate), 'refused 0 by service, 0 runs')
    t.match(gate.world.bodies.at(-1), { reason: why })
    const rows = gate.world.rows.length
    await gate.tell()
    t.equal(gate.world.rows.length, rows)
  }
  await gate.publish(99, { lanes: [lane(5000)] })
  t.same(gate.waits(), [5000], 'what runs already is left alone')
  t.equal(gate.engine.seen()?.serviceRevision, 99)
  await gate.engine.stop()
})

t.test('one that comes at the wrong time is taken later', async t => {
  const gate = await following(tempDir())
  gate.world.state = 'Emergency'
  await gate.publish(7, { lanes: [lane(8000)] })
  t.same(gate.waits(), [5000])
  gate.world.state = 'Locked'
  gate.engine.set('lanes.A.timing.waitMs', 6000)
  await gate.engine.commit({ by: 'lin', reason: '', confirmMs: 60_000 })
  await gate.tell()
  t.same(gate.waits(), [5000, 6000], 'a technician’s trial comes first')
  await gate.engine.confirm('lin')
  await gate.tell()
  t.same(gate.waits(), [5000, 6000, 8000])
  gate.stop()
  await gate.publish(8, { lanes: [lane(9000)] })
  t.equal(gate.waits().length, 3, 'nothing after the end')
  await gate.engine.stop()
})
