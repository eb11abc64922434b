/** Real passes against the gate's view: what trust, lists and clock come to at the barrier. */
import t from 'tap'
import { generateSigningKey, nodeVerifier } from '../../pass/cose-node.ts'
import { issuePass } from '../../pass/issue.ts'
import { presentPass } from '../../pass/present.ts'
import { encodePassText } from '../../pass/text.ts'
import { createPassVerifier } from '../../pass/verify.ts'
import type { TrustKeeper } from './keeper.ts'
import { bootGate, goodGate } from './testing/gate.ts'
import { realClock } from './testing/time.ts'
import { DAY_S, LIST, T0, type TrustWorld } from './testing/world.ts'

const ENTRY = { expiredForMs: 0, staleForMs: 0 }

/** A phone with one pass, issued at `iat` for half an hour. */
async function phone(world: TrustWorld, iat: number, statusIndex = 8) {
  const holder = generateSigningKey('ES256')
  const { publicKey } = holder
  if (publicKey.kty !== 'EC2') throw new Error('a phone has a P-256 key')
  const pass = await issuePass({
    claims: {
      cti: new Uint8Array(16).fill(statusIndex),
      iat,
      exp: iat + 1800,
      holderKey: publicKey,
      statusIndex,
      statusList: LIST,
    },
    kid: world.issuer.kid,
    alg: world.issuer.alg,
    sign: world.issuer.sign,
  })
  return async (presentedAt: number) =>
    encodePassText(await presentPass({ pass, presentedAt, sign: holder.sign }))
}

/** An entry lane's verification, as a lane wires it; a code or `OK`. */
function entryLane(keeper: TrustKeeper) {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 100 })
  keeper.onTrustChanged(() => verifier.flush())
  return (text: string): string => {
    const { nowMs, state } = keeper.now()
    if (keeper.freshness().stage === 'CLOSED') return 'TRUST_STALE'
    if (state === 'UNCERTAIN') return 'CLOCK_UNCERTAIN'
    const result = verifier.verify(text, keeper.view(), ENTRY, nowMs)
    return result.ok ? 'OK' : result.code
  }
}

t.test('a pass is taken, then its certificate is revoked', async t => {
  const { keeper, world } = await goodGate(t)
  const enter = entryLane(keeper)
  const show = await phone(world, T0 - 60)
  t.equal(enter(await show(T0)), 'OK')
  t.equal(enter(await (await phone(world, T0 - 60, 7))(T0)), 'REVOKED')
  await world.publish({ lists: { [LIST]: [7, 8] } })
  await keeper.pollNow()
  t.equal(enter(await show(T0 + 1)), 'REVOKED')
})

t.test(
  'a stolen issuer key is ended by revokedKids at the next poll, cached halves too',
  async t => {
    const { keeper, world } = await goodGate(t)
    const enter = entryLane(keeper)
    const show = await phone(world, T0 - 60)
    t.equal(enter(await show(T0)), 'OK')
    t.equal(enter(await show(T0 + 1)), 'OK', 'its issuer half is cached')
    await world.publish({ lists: { [LIST]: [7] }, revokedKids: [world.issuer.kid] })
    await keeper.pollNow()
    t.equal(enter(await show(T0 + 2)), 'UNKNOWN_ISSUER')
  },
)

t.test('an issuer key that left trust is ended by the next version', async t => {
  const { keeper, world } = await goodGate(t)
  const enter = entryLane(keeper)
  const show = await phone(world, T0 - 60)
  t.equal(enter(await show(T0)), 'OK')
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
  t.equal(entryLane(other.keeper)(await (await phone(world, T0 - 60))(T0)), 'UNKNOWN_ISSUER')
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
  const enter = entryLane(keeper)
  origin.down = true
  await keeper.pollNow()
  t.equal(enter(await expired(T0 - DAY_S + 60)), 'CLOCK_UNCERTAIN')
  t.equal(enter(await valid(T0)), 'CLOCK_UNCERTAIN')
  origin.down = false
  laterMs = 25_000
  await keeper.pollNow()
  t.equal(enter(await expired(T0 - DAY_S + 60)), 'EXPIRED')
  t.equal(enter(await valid(T0)), 'OK')
})

t.test('a clock set back a day and a lost cache: no list, no entry', async t => {
  const good = await goodGate(t)
  const { world } = good
  const clock = realClock((T0 - DAY_S + 60) * 1000)
  const { keeper } = bootGate(`${t.testdir()}/new`, world, { clock })
  t.teardown(() => keeper.close())
  const show = await phone(world, T0 - DAY_S)
  t.equal(entryLane(keeper)(await show(T0 - DAY_S + 60)), 'TRUST_STALE')
})

t.test('a clock set forward a day refuses at first and settles', async t => {
  const good = await goodGate(t)
  await good.keeper.close()
  const { dataDir, world, serviceUrl } = good
  const clock = realClock((T0 + DAY_S) * 1000)
  const { keeper } = bootGate(dataDir, world, { serviceUrl, clock })
  t.teardown(() => keeper.close())
  const enter = entryLane(keeper)
  const show = await phone(world, T0 - 60)
  t.equal(enter(await show(T0)), 'TRUST_STALE')
  await keeper.pollNow()
  t.equal(enter(await show(T0)), 'OK')
})
