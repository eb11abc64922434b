/** Gates that come and go by the page, before the real service. */
import t from 'tap'
import { makeClient } from '../../testing/world.ts'
import { newGate } from '../testing/fleet-gates.ts'
import { openFleetTests } from '../testing/fleet-in-node.ts'

const { nodeWorld, open } = await openFleetTests(t)
const { world } = nodeWorld

t.test('a code that a gate can be enrolled with, once; it goes from the screen', async t => {
  const one = await open('operator', { hash: '#/enrol' })
  const { admin } = one.fleet
  await admin.enrol(' east-1 ', ' east ')
  const { value } = admin.enrolment
  if (value.is !== 'code') throw new Error(JSON.stringify(value))
  t.match(value, { gate: 'east-1', station: 'east' })
  t.equal(value.expiresAt, nodeWorld.time.clock.nowMs() + 15 * 60_000)
  const publicKey = await makeClient(world, 'EdDSA').publicJwk()
  const asked = { code: value.code, name: 'east-1', publicKey }
  t.equal((await world.post('/v1/gates/enrol', asked)).status, 201)
  one.fleet.go('#/gates')
  t.same(admin.enrolment.value, { is: 'form' })
})

t.test('names that the service does not take; the answer gets lost', async t => {
  const one = await open('operator', { hash: '#/enrol' })
  const { admin } = one.fleet
  await admin.enrol('a gate', 'east')
  t.match(admin.enrolment.value, { trouble: { problem: { code: 'INVALID' } } })
  one.network = 'answers are lost'
  void admin.enrol('east-2', 'east')
  await one.settle()
  t.match(admin.enrolment.value, { is: 'form', trouble: { kind: 'unsure' } })
})

t.test('retired: asked first, then with its reason in the audit', async t => {
  const gate = await newGate(world, 'old-1')
  await gate.report()
  const one = await open('operator', { hash: '#/gates/old-1' })
  const { admin } = one.fleet
  admin.askRetire(true)
  t.same(admin.retirement.value, { is: 'asked' })
  admin.askRetire(false)
  t.same(admin.retirement.value, { is: 'no' })
  admin.askRetire(true)
  await admin.retire('old-1', ' replaced ')
  t.same(admin.retirement.value, { is: 'done', gate: 'old-1' })
  await t.rejects(gate.report(), 'its key is refused')
  one.fleet.go('#/audit')
  await one.settle()
  const { value } = one.fleet.audit.found
  const rows = value.is === 'here' ? value.value.rows : []
  t.match(
    rows.find(({ action }) => action === 'fleet.retire'),
    { subject: 'old-1', detail: { reason: 'replaced' } },
  )
})

t.test('a gate that is none can’t be retired: told', async t => {
  const one = await open('operator', { hash: '#/gates/nobody' })
  await one.fleet.admin.retire('nobody', 'x')
  t.match(one.fleet.admin.retirement.value, {
    ...{ is: 'asked', trouble: { problem: { code: 'NOT_FOUND' } } },
  })
})
