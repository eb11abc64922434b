/** Trust by the page, before the real service: seen, published, a key denied. */
import t from 'tap'
import { type NodeFleet, openFleetTests } from '../testing/fleet-in-node.ts'
import type { Trust } from './trust-steps.ts'

const { open } = await openFleetTests(t)

const trustOf = ({ fleet }: NodeFleet): Trust => {
  const { value } = fleet.trust.trust
  if (value.is !== 'here') throw new Error(JSON.stringify(value))
  return value.value
}

t.test('a manifest is published now; the view knows it at once', async t => {
  const one = await open('operator', { hash: '#/trust' })
  const { trust } = one.fleet
  const before = trustOf(one).manifest?.version ?? 0
  trust.begin('publish')
  t.same(trust.act.value, { is: 'publish' })
  await one.advance(1_000)
  void trust.publish(' after the restore ')
  await one.settle()
  const { value } = trust.act
  t.match(value, { is: 'published', manifestVersion: Number })
  t.ok((trustOf(one).manifest?.version ?? 0) > before)
  trust.callOff()
  t.same(trust.act.value, { is: 'no' })
})

t.test('an issuer key is denied for good; one that nobody knows is told', async t => {
  const one = await open('operator', { hash: '#/trust' })
  const { trust } = one.fleet
  const key = trustOf(one).keys.find(({ role, state }) => role === 'issuer' && state === 'current')
  const kid = String(key?.kid)
  trust.begin({ deny: kid })
  t.same(trust.act.value, { is: 'deny', kid })
  void trust.deny(kid, 'it leaked')
  await one.settle()
  t.match(trust.act.value, { is: 'denied', kid })
  t.equal(trustOf(one).keys.find(one => one.kid === kid)?.state, 'denied')
  void trust.deny('00000000', 'x')
  await one.settle()
  t.match(trust.act.value, { is: 'deny', trouble: { problem: { code: 'KID_UNKNOWN' } } })
})

t.test('it is asked for again while one looks, and stays when the service is away', async t => {
  const one = await open('auditor', { hash: '#/trust' })
  const other = await open('operator', { hash: '#/trust' })
  const before = trustOf(one).manifest?.version ?? 0
  await one.advance(1_000)
  void other.fleet.trust.publish('for the test')
  await one.advance(10_100)
  t.ok((trustOf(one).manifest?.version ?? 0) > before)
  one.network = 'none'
  await one.advance(20_000)
  t.ok(trustOf(one).document.version > 0)
  one.fleet.go('#/gates')
  t.same(one.fleet.trust.trust.value, { is: 'loading' })
})
