/** What each role is offered is what the service lets it do: the table of the page against that of the service. */
import t from 'tap'
import { may, PERMISSIONS, ROLES } from '../../auth/permissions.ts'
import { openFleetTests } from '../testing/fleet-in-node.ts'
import { ACTIONS, type ActionName } from './actions.ts'

const { open } = await openFleetTests(t)
const NAMES = Object.keys(ACTIONS) as readonly ActionName[]

t.test('role by role', async t => {
  const seen: Record<string, readonly ActionName[]> = {}
  for (const role of ROLES) {
    const { fleet } = await open(role)
    const { value } = fleet.screen
    seen[role] = NAMES.filter(fleet.may)
    t.same(seen[role], value.at === 'in' ? NAMES.filter(one => may(role, ACTIONS[one])) : [], role)
    const hasWork = may(role, 'fleet.read') || may(role, 'audit.read')
    t.equal(value.at, hasWork ? 'in' : 'no-role', role)
  }
  t.same(seen, {
    ...{ agent: [], supervisor: [] },
    technician: ['gates', 'trust'],
    operator: NAMES,
    auditor: ['gates', 'trust', 'audit'],
  })
})

t.test('every permission over gates, trust and audit is on the page', async t => {
  const ours = Object.keys(PERMISSIONS).filter(one => /^(fleet|trust|audit)\./.test(one))
  t.same(
    ours.filter(one => !(Object.values(ACTIONS) as readonly string[]).includes(one)),
    [],
  )
})

t.test('what a role may not see is not asked for', async t => {
  const one = await open('technician', { hash: '#/audit' })
  await one.settle()
  t.same(one.fleet.audit.found.value, { is: 'loading' })
  const agent = await open('agent', { hash: '#/trust' })
  t.equal(agent.stream.opened, 0)
  t.same(agent.fleet.trust.trust.value, { is: 'loading' })
})
