/** Wrong clocks, stolen time keys and replayed answers, over plain HTTP to a real server. */
import t from 'tap'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { bootGate, goodGate } from '../testing/trust/gate.ts'
import { realClock } from '../testing/trust/time.ts'
import { DAY_S, LIST, T0 } from '../testing/trust/world.ts'

const DAY = DAY_S * 1000

/** How far the gate's clock is from the true time, which stands at T0 for the service. */
const offMs = (nowMs: number) => Math.abs(nowMs - T0 * 1000)

/** A gate that was good once, closed, and boots again `hostMs` beyond the true time. */
async function rebootedWith(
  t: Parameters<typeof goodGate>[0],
  hostMs: number,
  before: (good: Awaited<ReturnType<typeof goodGate>>) => unknown = () => {},
) {
  const good = await goodGate(t)
  await good.keeper.close()
  await before(good)
  good.origin.requests.length = 0
  const { dataDir, world, serviceUrl } = good
  const again = bootGate(dataDir, world, { serviceUrl, clock: realClock(T0 * 1000 + hostMs) })
  t.teardown(() => again.keeper.close())
  return { ...good, ...again }
}

t.test('a clock set back a day starts at the floor, UNCERTAIN, and is settled', async t => {
  const { keeper, events } = await rebootedWith(t, -DAY)
  t.equal(keeper.now().state, 'UNCERTAIN')
  t.ok(keeper.now().nowMs >= T0 * 1000)
  t.equal(keeper.freshness().stage, 'FRESH', 'a floor at the manifest says nothing of its age')
  keeper.start()
  t.same((await keeper.pollNow()).code, 'UNCHANGED')
  t.equal(keeper.now().state, 'TRUSTED')
  t.ok(offMs(keeper.now().nowMs) < 3000)
  t.ok(keeper.now().aheadByMaxMs < 6100)
  const steps = events.filter(event => event.kind === 'clock')
  t.match(steps, [
    { by: 'floor', state: 'UNCERTAIN' },
    { by: 'signed time', state: 'TRUSTED' },
  ])
  t.ok(Math.abs((steps[0]?.offsetMs ?? 0) - DAY) < 3000)
})

t.test(
  'a clock set back a day after three days off needs the manifest beside the answer',
  async t => {
    const { keeper, world, origin } = await rebootedWith(t, -DAY, async ({ world }) => {
      Object.assign(world, { nowS: () => T0 + 3 * DAY_S })
      await world.publish({ lists: { [LIST]: [7, 8] } })
    })
    t.equal(keeper.now().state, 'UNCERTAIN')
    t.same(await keeper.pollNow(), { code: 'UPDATED' })
    t.match(keeper.status(), { lastTime: 'SET', manifestVersion: world.manifestVersion })
    t.equal(keeper.now().state, 'TRUSTED')
    t.ok(Math.abs(keeper.now().nowMs - (T0 + 3 * DAY_S) * 1000) < 3000)
    t.equal(keeper.view().status(LIST, 8, T0 * 1000), 'invalid')
    t.ok(origin.requests.length <= 6, origin.requests.join(', '))
  },
)

t.test('a clock set forward a day is settled, and its requests are answered meanwhile', async t => {
  const { keeper, world, origin, codes } = await rebootedWith(t, DAY, ({ world }) =>
    world.publish({ lists: { [LIST]: [7, 8] } }),
  )
  t.equal(keeper.now().state, 'UNCERTAIN', 'a day past all that is proved')
  t.equal(keeper.freshness().stage, 'CLOSED')
  t.same(await keeper.pollNow(), { code: 'UPDATED' })
  t.ok(offMs(keeper.now().nowMs) < 3000)
  t.equal(keeper.freshness().stage, 'FRESH')
  t.equal(keeper.view().status(LIST, 8, T0 * 1000), 'invalid')
  t.equal(keeper.status().manifestVersion, world.manifestVersion)
  t.ok(Math.abs((keeper.status().lastOffsetMs ?? 0) + DAY) < 3000)
  t.same(codes(), ['CLOCK_STEPPED'])
  t.notOk(origin.requests.some(line => line.includes('auth')))
})

t.test('a stolen time key alone moves no clock by more than a quarter of an hour', async t => {
  const gate = await goodGate(t)
  const { world, origin } = gate
  let timeMs = (T0 + DAY_S) * 1000
  origin.intercept = async (line, body) => {
    if (line !== 'POST /v1/gates/time') return undefined
    const { nonce } = JSON.parse(body) as { nonce: string }
    const bytes = await world.timeAnswer(Buffer.from(nonce, 'base64url'), timeMs)
    return { status: 200, body: bytes }
  }
  await gate.keeper.close()
  for (const [shiftS, code] of [
    [DAY_S, 'UNSUPPORTED'],
    [-DAY_S, 'BELOW_FLOOR'],
    [901, 'UNSUPPORTED'],
  ] as const) {
    timeMs = (T0 + shiftS) * 1000
    const again = bootGate(gate.dataDir, world, { serviceUrl: gate.serviceUrl })
    await again.keeper.pollNow()
    t.equal(again.keeper.status().lastTime, code, `${shiftS} s`)
    t.ok(offMs(again.keeper.now().nowMs) < 3000)
    await again.keeper.close()
  }
})

t.test('freeze and clock together: an old manifest supports no step to a later time', async t => {
  const { keeper } = await rebootedWith(t, DAY, async ({ world }) => {
    Object.assign(world, { nowS: () => T0 + 7200 })
    await world.publish({ lists: { [LIST]: [] }, iat: T0 + 600 })
  })
  await keeper.pollNow()
  t.equal(keeper.status().lastTime, 'UNSUPPORTED')
  t.ok(Math.abs(keeper.now().nowMs - (T0 + DAY_S) * 1000) < 3000)
})

t.test('an answer to another nonce, by another key, or of another type is refused', async t => {
  const stranger = generateSigningKey('ES256')
  const cases = [
    ['replayed', 'WRONG_NONCE', 'TRUST_UNSIGNED'],
    ['stranger', 'UNSIGNED', 'TRUST_UNSIGNED'],
    ['status key', 'UNSIGNED', 'TRUST_UNSIGNED'],
    ['manifest', 'WRONG_TYPE', undefined],
    ['garbage', 'MALFORMED', undefined],
    ['too long', 'LENGTH', undefined],
    ['absent', 'NETWORK', undefined],
  ] as const
  for (const [name, code, alarm] of cases) {
    const { keeper, world, origin, codes } = await rebootedWith(t, 0)
    origin.intercept = async (line, body) => {
      if (line !== 'POST /v1/gates/time') return undefined
      const nonce = Buffer.from((JSON.parse(body) as { nonce: string }).nonce, 'base64url')
      const bytes = {
        replayed: () => world.timeAnswer(new Uint8Array(16)),
        stranger: () => world.timeAnswer(nonce, T0 * 1000, stranger),
        'status key': () => world.timeAnswer(nonce, T0 * 1000, world.status),
        manifest: async () => world.files.manifest as Uint8Array,
        garbage: async () => Uint8Array.from([1, 2, 3]),
        'too long': async () => new Uint8Array(513),
        absent: async () => undefined,
      }[name]
      const answer = await bytes()
      return answer === undefined ? { status: 404 } : { status: 200, body: answer }
    }
    await keeper.pollNow()
    t.equal(keeper.status().lastTime, code, name)
    t.same(codes(), alarm === undefined ? [] : [alarm])
    await keeper.close()
  }
})

t.test('an answer that took over 2 s is discarded', async t => {
  const clock = realClock(T0 * 1000)
  let skipMs = 0
  const skewed = {
    nowMs: () => clock.nowMs() + skipMs,
    monotonicMs: () => clock.monotonicMs() + skipMs,
  }
  const gate = await goodGate(t)
  await gate.keeper.close()
  gate.origin.intercept = line => {
    if (line === 'POST /v1/gates/time') skipMs += 2001
    return undefined
  }
  const { dataDir, world, serviceUrl } = gate
  const slow = bootGate(dataDir, world, { serviceUrl, clock: skewed })
  await slow.keeper.pollNow()
  t.equal(slow.keeper.status().lastTime, 'SLOW')
  await slow.keeper.close()
})

t.test('time and status keys rotated while the gate was off with a dead clock', async t => {
  const { keeper, world, dataDir } = await rebootedWith(t, -20_000 * DAY, async ({ world }) => {
    Object.assign(world, { nowS: () => T0 + 200 * DAY_S })
    await world.rotate({ iat: T0 + 80 * DAY_S })
    const fresh = { status: generateSigningKey('ES256'), time: generateSigningKey('ES256') }
    Object.assign(world, fresh)
    await world.rotate({ iat: T0 + 160 * DAY_S })
    await world.publish({ lists: { [LIST]: [9] } })
  })
  t.equal(keeper.now().state, 'UNCERTAIN')
  t.same(await keeper.pollNow(), { code: 'UPDATED' })
  t.match(keeper.status(), { lastTime: 'SET', trustVersion: 3 })
  t.equal(keeper.now().state, 'TRUSTED')
  t.ok(Math.abs(keeper.now().nowMs - (T0 + 200 * DAY_S) * 1000) < 3000)
  t.equal(keeper.view().status(LIST, 9, T0 * 1000), 'invalid')
  await keeper.close()
  const clock = realClock((T0 + 100 * DAY_S) * 1000)
  const later = bootGate(dataDir, world, { clock })
  t.equal(later.keeper.now().state, 'UNCERTAIN', 'the floor has followed')
  t.ok(later.keeper.now().nowMs >= (T0 + 200 * DAY_S) * 1000)
  await later.keeper.close()
})

t.test('a time key of a trust that is not yet due sets nothing', async t => {
  let old: Uint8Array | undefined
  const { keeper, origin } = await rebootedWith(t, 0, async ({ world }) => {
    old = world.files.manifest
    Object.assign(world, { time: generateSigningKey('ES256') })
    await world.rotate({ iat: T0 + 300 })
    await world.publish({ lists: { [LIST]: [9] } })
  })
  let manifests = 0
  origin.intercept = line => {
    const last = line === 'GET /v1/trust/manifest' && ++manifests === 3
    return last && old ? { status: 200, body: old } : undefined
  }
  t.same(await keeper.pollNow(), { code: 'FROM_FUTURE', what: 'trust 2' })
  t.equal(manifests, 3, 'the last one is an older one, to support the step')
  t.match(keeper.status(), { lastTime: 'UNSUPPORTED', trustVersion: 1 })
})

t.test('without the service a technician sets the clock, never below the floor', async t => {
  const gate = await rebootedWith(t, -DAY)
  gate.origin.down = true
  const { keeper, events } = gate
  t.equal((await keeper.pollNow()).code, 'NETWORK')
  t.equal(keeper.now().state, 'UNCERTAIN')
  t.equal(keeper.setClock((T0 - 1) * 1000).code, 'BELOW_FLOOR')
  t.equal(keeper.now().state, 'UNCERTAIN')
  t.equal(keeper.setClock((T0 + 60) * 1000).code, 'SET')
  t.equal(keeper.now().state, 'TRUSTED')
  t.ok(Math.abs(keeper.now().nowMs - (T0 + 60) * 1000) < 3000)
  t.equal(keeper.now().aheadByMaxMs, 30_000)
  t.match(events.at(-1), { kind: 'clock', by: 'technician', state: 'TRUSTED' })
})

t.test('a host clock that jumps while the gate runs moves nothing but a question', async t => {
  const gate = await goodGate(t)
  await gate.keeper.close()
  const clock = realClock(T0 * 1000)
  let jumpMs = 0
  const host = {
    nowMs: () => clock.nowMs() + jumpMs,
    monotonicMs: () => clock.monotonicMs() + skip,
  }
  let skip = 0
  const { dataDir, world, serviceUrl, origin } = gate
  const { keeper } = bootGate(dataDir, world, { serviceUrl, clock: host })
  t.teardown(() => keeper.close())
  const asked = () => origin.requests.filter(line => line.startsWith('POST')).length
  await keeper.pollNow()
  const first = asked()
  jumpMs = DAY
  t.ok(offMs(keeper.now().nowMs) < 3000, 'monotonic time alone moves it')
  await keeper.pollNow()
  t.equal(asked(), first, 'not so soon after the last answer')
  skip = 61_000
  jumpMs += skip
  await keeper.pollNow()
  t.equal(asked(), first + 1)
})
