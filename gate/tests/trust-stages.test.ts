/** The network is cut: FRESH → STALE → DEGRADED → CLOSED in virtual time, and back by itself. */
import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { laneOf, phone } from '../testing/trust/barrier.ts'
import { bootGate } from '../testing/trust/gate.ts'
import { createOrigin, fetchFrom } from '../testing/trust/origin.ts'
import { DAY_S, LIST, T0, TrustWorld } from '../testing/trust/world.ts'

const MINUTE = 60_000
/** A poll through streams and signatures needs as many turns of the event loop. */
const TURNS = 20

/** A gate in virtual time whose service re-signs every minute while it is up. */
async function virtualGate(pollMs = 10_000, steps: { overdueMs?: number; staffMs?: number } = {}) {
  const time = createVirtualTime(T0 * 1000, TURNS)
  const world = await TrustWorld.create(() => Math.floor(time.clock.nowMs() / 1000))
  const origin = createOrigin(world)
  let revoked: number[] = []
  const resign = async (): Promise<void> => {
    await world.publish({ lists: { [LIST]: revoked } })
    time.timers.after(MINUTE, () => void resign())
  }
  await resign()
  const gate = bootGate(tempDir(), world, {
    clock: time.clock,
    pollMs,
    ...steps,
    timers: time.timers,
    fetch: fetchFrom(origin),
    random: bytes => new Uint8Array(bytes),
  })
  const stages = () => gate.events.flatMap(event => (event.kind === 'stage' ? [event] : []))
  const revoke = (index: number) => {
    revoked = [...revoked, index]
  }
  return { time, world, origin, stages, revoke, ...gate }
}

t.test('a cut network walks the stages at their bounds and recovers', async t => {
  const { time, world, origin, keeper, stages, codes, revoke } = await virtualGate()
  const lanes = { entry: laneOf(keeper, 'entry'), exit: laneOf(keeper, 'exit') }
  /** What a passenger with a fresh pass, or one revoked before the cut, is told on both sides. */
  const verdicts = async () => {
    const nowS = Math.floor(keeper.now().nowMs / 1000)
    const good = await (await phone(world, nowS - 60, 5))(nowS)
    const revoked = await (await phone(world, nowS - 60, 9))(nowS)
    return [lanes.entry(good), lanes.exit(good), lanes.entry(revoked), lanes.exit(revoked)]
  }
  revoke(9)
  keeper.start()
  await time.advanceAsync(30 * MINUTE)
  t.equal(keeper.freshness().stage, 'FRESH')
  t.same(
    stages().map(({ from, stage }) => [from, stage]),
    [
      [undefined, 'CLOSED'],
      ['CLOSED', 'FRESH'],
    ],
    'half an hour of polls is no news',
  )

  t.same(await verdicts(), ['ADMIT', 'ADMIT', 'REVOKED', 'REVOKED'])
  origin.down = true
  const { manifestAgeMs } = keeper.freshness()
  const before = stages().length
  await time.advanceAsync(2 * MINUTE - manifestAgeMs - 1)
  t.equal(keeper.freshness().stage, 'FRESH')
  await time.advanceAsync(1)
  t.equal(keeper.freshness().stage, 'STALE')
  t.same(await verdicts(), ['ADMIT', 'ADMIT', 'REVOKED', 'REVOKED'])
  await time.advanceAsync(13 * MINUTE - 1)
  t.equal(keeper.freshness().stage, 'STALE')
  await time.advanceAsync(1)
  t.equal(keeper.freshness().stage, 'DEGRADED')
  const degraded = 'ADMIT_FLAGGED TRUST_DEGRADED'
  t.same(await verdicts(), [degraded, degraded, 'REVOKED', 'REVOKED'], 'it still knows its lists')
  await time.advanceAsync(DAY_S * 1000 - 15 * MINUTE - 1)
  t.equal(keeper.freshness().stage, 'DEGRADED')
  await time.advanceAsync(1)
  t.equal(keeper.freshness().stage, 'CLOSED')
  const closed = ['TRUST_STALE', 'ADMIT_FLAGGED TRUST_CLOSED', 'REVOKED', 'REVOKED']
  t.same(await verdicts(), closed, 'nobody is kept inside')
  t.same(
    stages()
      .slice(before)
      .map(({ from, stage, code, manifestAgeMs }) => [from, stage, code, manifestAgeMs]),
    [
      ['FRESH', 'STALE', 'TRUST_STALE_WARNING', 2 * MINUTE],
      ['STALE', 'DEGRADED', 'TRUST_DEGRADED', 15 * MINUTE],
      ['DEGRADED', 'CLOSED', 'TRUST_STALE', DAY_S * 1000],
    ],
  )

  revoke(5)
  await time.advanceAsync(2 * MINUTE)
  origin.down = false
  await time.advanceAsync(70_000)
  t.equal(keeper.freshness().stage, 'FRESH', 'within a minute of backoff')
  t.same(await verdicts(), ['REVOKED', 'REVOKED', 'REVOKED', 'REVOKED'], 'what it had missed')
  t.same(stages().at(-1)?.from, 'CLOSED')
  t.notOk(codes().includes('CLOCK_STEPPED'))
  await keeper.close()
})

t.test('past the documents’ end the station’s way down: flagged, staff only, closed', async t => {
  const steps = { overdueMs: 6 * 60 * MINUTE, staffMs: 12 * 60 * MINUTE }
  const { time, world, origin, keeper, stages, revoke } = await virtualGate(10_000, steps)
  const lanes = { entry: laneOf(keeper, 'entry'), exit: laneOf(keeper, 'exit') }
  /** A fresh pass, one on a list that the gate never had, and one revoked before. */
  const verdicts = async () => {
    const nowS = Math.floor(keeper.now().nowMs / 1000)
    const good = await (await phone(world, nowS - 60, 5))(nowS)
    const newList = await (await phone(world, nowS - 60, 6, 'tsl:77'))(nowS)
    const revoked = await (await phone(world, nowS - 60, 9))(nowS)
    return [lanes.entry(good), lanes.entry(newList), lanes.entry(revoked), lanes.exit(good)]
  }
  revoke(9)
  keeper.start()
  await time.advanceAsync(2 * MINUTE)
  origin.down = true
  const { manifestAgeMs } = keeper.freshness()
  await time.advanceAsync(DAY_S * 1000 - manifestAgeMs - 1)
  const flagged = (code: string) => `ADMIT_FLAGGED ${code}`
  t.same(await verdicts(), [
    flagged('TRUST_DEGRADED'),
    'STATUS_UNKNOWN',
    'REVOKED',
    flagged('TRUST_DEGRADED'),
  ])
  await time.advanceAsync(1)
  t.same(await verdicts(), [
    flagged('TRUST_OVERDUE'),
    flagged('TRUST_OVERDUE STATUS_UNKNOWN'),
    'REVOKED',
    flagged('TRUST_OVERDUE'),
  ])
  await time.advanceAsync(steps.overdueMs)
  t.same(await verdicts(), ['TRUST_STAFF', 'TRUST_STAFF', 'REVOKED', flagged('TRUST_STAFF')])
  await time.advanceAsync(steps.staffMs)
  t.same(await verdicts(), ['TRUST_STALE', 'STATUS_UNKNOWN', 'REVOKED', flagged('TRUST_CLOSED')])
  t.same(
    stages()
      .slice(-3)
      .map(({ stage, code }) => [stage, code]),
    [
      ['OVERDUE', 'TRUST_OVERDUE'],
      ['STAFF', 'TRUST_STAFF'],
      ['CLOSED', 'TRUST_STALE'],
    ],
  )
  origin.down = false
  await time.advanceAsync(70_000)
  t.equal(keeper.freshness().stage, 'FRESH', 'and back by itself')
  await keeper.close()
})

t.test('freeze: a source that repeats one good manifest for ever gains nothing', async t => {
  const { time, world, origin, keeper, codes } = await virtualGate(60_000)
  keeper.start()
  await time.advanceAsync(MINUTE)
  const frozen = world.files.manifest
  origin.intercept = line =>
    line === 'GET /v1/trust/manifest' && frozen ? { status: 200, body: frozen } : undefined
  await time.advanceAsync(3 * MINUTE)
  t.equal(keeper.freshness().stage, 'STALE')
  await time.advanceAsync(15 * MINUTE)
  t.equal(keeper.freshness().stage, 'DEGRADED')
  await time.advanceAsync(DAY_S * 1000)
  t.equal(keeper.freshness().stage, 'CLOSED')
  t.same(
    codes().filter(code => code.startsWith('CLOCK')),
    [],
  )

  origin.intercept = line => (line === 'GET /v1/trust/manifest' ? { status: 304 } : undefined)
  await time.advanceAsync(2 * MINUTE)
  t.equal(keeper.freshness().stage, 'CLOSED', 'nor one that says nothing has changed')
  origin.intercept = () => undefined
  await time.advanceAsync(2 * MINUTE)
  t.equal(keeper.freshness().stage, 'FRESH')
  await keeper.close()
})

t.test(
  'trust itself runs out: CLOSED with a fresh manifest, open again with the next version',
  async t => {
    const { time, world, keeper } = await virtualGate()
    await world.rotate({ exp: T0 + 3600 })
    keeper.start()
    await time.advanceAsync(59 * MINUTE)
    t.equal(keeper.freshness().stage, 'FRESH')
    await time.advanceAsync(MINUTE)
    t.equal(keeper.freshness().stage, 'CLOSED')
    t.ok(keeper.freshness().manifestAgeMs < 2 * MINUTE)
    await world.rotate()
    await time.advanceAsync(2 * MINUTE)
    t.equal(keeper.freshness().stage, 'FRESH')
    t.equal(keeper.status().trustVersion, 3)
    await keeper.close()
  },
)

t.test('polls come at their period, time is asked hourly, close leaves no timer', async t => {
  const { time, origin, keeper } = await virtualGate()
  t.equal(time.pending(), 1, 'the service’s own')
  keeper.start()
  await time.advanceAsync(60 * MINUTE)
  const polls = origin.requests.filter(line => line === 'GET /v1/trust/manifest').length
  t.ok(polls >= 355 && polls <= 365, `${polls} polls an hour`)
  const asked = origin.requests.filter(line => line === 'POST /v1/gates/time').length
  t.ok(asked === 1 || asked === 2, `${asked} time requests`)
  await keeper.close()
  await settle(TURNS)
  t.equal(time.pending(), 1)
  const before = origin.requests.length
  await time.advanceAsync(MINUTE * 10)
  t.equal(origin.requests.length, before)
})

t.test('an outage backs off to a minute, for ever', async t => {
  const { time, origin, keeper } = await virtualGate()
  const attempts: number[] = []
  origin.intercept = line => {
    if (line === 'GET /v1/trust/manifest') attempts.push(time.clock.nowMs())
    return { status: 503 }
  }
  keeper.start()
  await time.advanceAsync(DAY_S * 1000)
  const gaps = attempts.slice(1).map((at, i) => Math.round((at - (attempts[i] as number)) / 1000))
  t.same(gaps.slice(0, 5), [20, 40, 60, 60, 60])
  t.ok(attempts.length > 1400)
  await keeper.close()
})
