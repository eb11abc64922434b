/**
 * Who may do what at the fleet, trust and audit, written out: access.test.ts shows that each route
 * keeps to the permission that it names, this that it names the right one.
 */
import t from 'tap'
import { may, type Permission, ROLES, type Role } from '../auth/permissions.ts'
import '../http/app.ts'
import { declaredRoutes } from '../http/routes/route.ts'

const READERS = ['technician', 'operator', 'auditor'] as const
const OPERATOR = ['operator'] as const
const AUDITORS = ['operator', 'auditor'] as const

const EXPECTED: Readonly<Record<string, readonly Role[] | 'anyone'>> = {
  'get /v1/fleet/stream': READERS,
  'get /v1/fleet/gates': READERS,
  'get /v1/fleet/gates/{id}/events': READERS,
  'get /v1/fleet/gates/{id}/health': READERS,
  'get /v1/fleet/gates/{id}/config': READERS,
  'put /v1/fleet/gates/{id}/config': OPERATOR,
  'post /v1/fleet/gates/{id}/retire': OPERATOR,
  'post /v1/fleet/enrolments': OPERATOR,
  'get /v1/fleet/duplicates': READERS,
  'get /v1/fleet/trust': READERS,
  'post /v1/trust/denied-kids': OPERATOR,
  'post /v1/trust/publish': OPERATOR,
  'get /v1/trust/manifest': 'anyone',
  'get /v1/trust/document/{version}': 'anyone',
  'get /v1/trust/list/{sha256}': 'anyone',
  'get /v1/trust/events': 'anyone',
  'get /v1/audit': AUDITORS,
  'get /v1/audit/export': AUDITORS,
}

const rolesWith = (permission: Permission) => ROLES.filter(role => may(role, permission))

t.test('each route of fleet, trust and audit is for whom it should be', async t => {
  const found = declaredRoutes
    .filter(({ path }) => /^\/v1\/(fleet|trust|audit)(\/|$)/.test(path))
    .map(({ method, path, access }): [string, readonly Role[] | string] => {
      const who = access.by === 'staff' ? rolesWith(access.permission) : access.by
      return [`${method} ${path}`, who]
    })
  t.same(Object.fromEntries(found), {
    ...Object.fromEntries(
      Object.entries(EXPECTED).map(([name, who]) => [
        name,
        who === 'anyone' ? who : ROLES.filter(role => who.includes(role)),
      ]),
    ),
  })
})
