import t from 'tap'
import { claimAt, roleOf } from './roles.ts'

const config = {
  rolesClaim: ['realm_access', 'roles'],
  roles: [
    { value: 'gate-audit', role: 'auditor' },
    { value: 'gate-desk', role: 'agent' },
  ],
} as const

t.test('the first row that fits holds; values are compared exactly', async t => {
  const of = (roles: unknown) =>
    roleOf(
      { realm_access: { roles } },
      { ...config, rolesClaim: [...config.rolesClaim], roles: [...config.roles] },
    )
  const cases: [unknown, string | undefined][] = [
    [['gate-desk'], 'agent'],
    ['gate-desk', 'agent'],
    [['x', 'gate-desk', 'gate-audit'], 'auditor'],
    [[], undefined],
    [undefined, undefined],
    [null, undefined],
    [true, undefined],
    [['Gate-desk'], undefined],
    [['gate-desk '], undefined],
    ['gate-desk gate-audit', undefined],
    [[['gate-desk']], undefined],
    [{ 'gate-desk': true }, undefined],
  ]
  for (const [claim, role] of cases) t.equal(of(claim), role, JSON.stringify(claim))
})

t.test('a path goes through own members alone', async t => {
  t.equal(claimAt({ a: { b: 1 } }, ['a', 'b']), 1)
  t.equal(claimAt({ 'https://x/roles': 2 }, ['https://x/roles']), 2)
  t.equal(claimAt({ a: 'text' }, ['a', 'length']), undefined)
  t.equal(claimAt({}, ['constructor', 'name']), undefined)
  t.equal(claimAt({ a: null }, ['a', 'b']), undefined)
})
