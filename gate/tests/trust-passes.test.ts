/** Real passes against the gate's view: what trust, lists and clock come to at the barrier. */
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { signManifest } from '../../pass/documents/trust.ts'
import { laneOf, phone } from '../testing/trust/barrier.ts'
import { bootGate, goodGate } from '../testing/trust/gate.ts'
import { realClock } from '../testing/trust/time.ts'
import { DAY_S, LIST, T0 } from '../testing/trust/world.ts'

t.test('a pass is taken, then its certificate is revoked', async t => {
  const { keeper, world } = await goodGate(t)
  const enter = laneOf(keeper)
  const show = await phone(world, T0 - 60)
  t.equal(enter(await show(T0)), 'ADMIT')
  t.equal(enter(await (await phone(world, T0 - 60, 7))(T0)), 'REVOKED')
  await world.publish({ lists: { [LIST]: [7, 8] } })
  await keeper.pollNow()
  t.equal(enter(await show(T0 + 1)), 'REVOKED')
})

t.test('a list past its exp vouches for nobody at entry, and goes on revoking', async t => {
  const { keeper, world } = await goodGate(t)
  const enter = laneOf(keeper)
  const leave = laneOf(keeper, 'exit')
  const show = await phone(world, T0 - 60)
  t.equal(enter(await show(T0)), 'ADMIT')
  const entry = await world.upload(LIST, [9], T0, 65_536, T0 - 1)
  const manifest = await world.manifest({})
  world.files.manifest = await signManifest({ ...manifest, lists: [entry] }, world.status)
  t.same(await keeper.pollNow(), { code: 'UPDATED' }, 'it is taken, with what it revokes')
  t.equal(enter(await show(T0 + 1)), 'STATUS_UNKNOWN')
  t.equal(enter(await (await phone(world, T0 - 60, 9))(T0)), 'REVOKED')
  t.match(leave(await show(T0 + 2)), /^ADMIT/, 'nobody is kept inside')
})

t.test(
  'a stolen issuer key is ended by revokedKids at the next poll, cached halves too',
  async t => {
    const { keeper, world } = await goodGate(t)
    const enter = laneOf(keeper)
    const show = await phone(world, T0 - 60)
    t.equal(enter(await show(T0)), 'ADMIT')
    t.equal(enter(await show(T0 + 1)), 'ADMIT', 'its issuer half is cached')
    await world.publish({ lists: { [LIST]: [7] }, revokedKids: [world.issuer.kid] })
    await keeper.pollNow()
    t.equal(enter(await show(T0 + 2)), 'UNKNOWN_ISSUER')
  },
)

t.test('an issuer key that left trust is ended by the next version', async t => {
  const { keeper, world } = await goodGate(t)
  const enter = laneOf(keeper)
  const show = await phone(world, T0 - 60)
  t.equal(enter(await show(T0)), 'ADMIT')
  const fresh = generateSigningKey('ES256')
  const keys = world.keys().filter(key => key.role !== 'issuer')
  await world.rotate({ keys: [...keys, world.key('issuer', fresh)] })
  await world.publish({ lists: { [LIST]: [7] } })
  await keeper.pollNow()
  t.equal(enter(await show(T0 + 1)), 'UNKNOWN_ISSUER')
})

t.test('a gate of one environment refuses the passes of the other', async t => {
  const { dataDir, world, keeper, serviceUrl } = await goodGate(t)
  await keeper.close()
  const other = bootGate(dataDir, world, { environment: 'test', serviceUrl })
  t.teardown(() => other.keeper.close())
  t.equal(laneOf(other.keeper)(await (await phone(world, T0 - 60))(T0)), 'UNKNOWN_ISSUER')
})

t.test('a clock set back a day never takes an expired pass for valid', async t => {
  const good = await goodGate(t)
  await good.keeper.close()
  const { dataDir, world, serviceUrl, origin } = good
  const expired = await phone(world, T0 - DAY_S)
  const valid = await phone(world, T0 - 60)
  const real = realClock((T0 - DAY_S + 60) * 1000)
  let laterMs = 0
  const clock = { nowMs: real.nowMs, monotonicMs: () => real.monotonicMs() + laterMs }
  const { keeper } = bootGate(dataDir, world, { serviceUrl, clock })
  t.teardown(() => keeper.close())
  const enter = laneOf(keeper)
  origin.down = true
  await keeper.pollNow()
  t.equal(enter(await expired(T0 - DAY_S + 60)), 'CLOCK_UNCERTAIN')
  t.equal(enter(await valid(T0)), 'CLOCK_UNCERTAIN')
  const leave = laneOf(keeper, 'exit')
  const ahead = await phone(world, T0 + 3600)
  t.equal(leave(await valid(T0)), 'ADMIT_FLAGGED CLOCK_UNCERTAIN', 'nobody is kept inside')
  t.equal(leave(await ahead(T0 + 3660)), 'ADMIT_FLAGGED CLOCK_UNCERTAIN', 'nor by a slow clock')
  origin.down = false
  laterMs = 25_000
  await keeper.pollNow()
  t.equal(enter(await expired(T0 - DAY_S + 60)), 'EXPIRED')
  t.equal(enter(await valid(T0)), 'ADMIT')
})

t.test(
  'a clock that starts ahead, alone: flagged near what is proved, refused past it',
  async t => {
    const good = await goodGate(t)
    await good.keeper.close()
    const { dataDir, world, serviceUrl, origin } = good
    origin.down = true
    const rows: [string, number, RegExp, RegExp][] = [
      ['45 s', 45, /^ADMIT_FLAGGED CLOCK_UNPROVEN$/, /CLOCK_UNPROVEN/],
      ['5 min', 300, /^ADMIT_FLAGGED CLOCK_UNPROVEN$/, /CLOCK_UNPROVEN/],
      [
        '1 h, less what a start takes',
        3590,
        /^ADMIT_FLAGGED TRUST_DEGRADED CLOCK_UNPROVEN$/,
        /UNPROVEN/,
      ],
      ['1 h and more', 3660, /^CLOCK_UNCERTAIN$/, /^ADMIT_FLAGGED .*CLOCK_UNCERTAIN/],
      ['10 h', 36_000, /^CLOCK_UNCERTAIN$/, /^ADMIT_FLAGGED .*CLOCK_UNCERTAIN/],
    ]
    for (const [what, aheadS, entry, leaving] of rows) {
      const { keeper } = bootGate(dataDir, world, {
        serviceUrl,
        clock: realClock((T0 + aheadS) * 1000),
      })
      const atItsTime = await (await phone(world, T0 + aheadS - 60))(T0 + aheadS)
      t.match(laneOf(keeper)(atItsTime), entry, what)
      t.match(laneOf(keeper, 'exit')(atItsTime), leaving, `${what}, exit`)
      await keeper.close()
    }
    origin.down = false
    await world.publish({ lists: { [LIST]: [7] } })
    const { keeper } = bootGate(dataDir, world, { serviceUrl, clock: realClock((T0 + 45) * 1000) })
    t.teardown(() => keeper.close())
    await keeper.pollNow()
    t.equal(keeper.now().doubt, undefined, 'proved')
    t.equal(laneOf(keeper)(await (await phone(world, T0 - 60))(T0)), 'ADMIT')
  },
)

t.test('a clock set back a day and a lost cache: no list, no entry', async t => {
  const good = await goodGate(t)
  const { world } = good
  const clock = realClock((T0 - DAY_S + 60) * 1000)
  const { keeper } = bootGate(`${tempDir()}/new`, world, { clock })
  t.teardown(() => keeper.close())
  const show = await phone(world, T0 - DAY_S)
  t.equal(laneOf(keeper)(await show(T0 - DAY_S + 60)), 'TRUST_STALE')
})

t.test('a clock set forward a day refuses at first and settles', async t => {
  const good = await goodGate(t)
  await good.keeper.close()
  const { dataDir, world, serviceUrl } = good
  const clock = realClock((T0 + DAY_S) * 1000)
  const { keeper } = bootGate(dataDir, world, { serviceUrl, clock })
  t.teardown(() => keeper.close())
  const enter = laneOf(keeper)
  const show = await phone(world, T0 - 60)
  t.equal(enter(await show(T0)), 'TRUST_STALE')
  await keeper.pollNow()
  t.equal(enter(await show(T0)), 'ADMIT')
})
