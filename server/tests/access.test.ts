/** Walks every route with every role and every kind of missing, forged or expired credential. */
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { AUTH_PATH } from '../auth/library.ts'
import { may, PERMISSIONS, type Permission, ROLES } from '../auth/permissions.ts'
import { declaredRoutes } from '../http/routes/route.ts'
import { makeClient, openWorld } from '../testing/world.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())

const sessions = new Map(
  await Promise.all(ROLES.map(async role => [role, await world.signIn(role)] as const)),
)

const concrete = (path: string) =>
  path
    .replace('{id}', 'a'.repeat(32))
    .replace('{sha256}', 'b'.repeat(64))
    .replace('{version}', '1')
    .replace('{number}', '1')

async function codeOf(answer: Response): Promise<string | undefined> {
  if (!(answer.headers.get('content-type') ?? '').includes('json')) return undefined
  return ((await answer.json()) as { code?: string }).code
}

/** Sends an empty body: a guard that lets it through is followed by `INVALID`, never by an act. */
function knock(method: string, path: string, headers: Record<string, string> = {}) {
  const isGet = method === 'get'
  return world.call(concrete(path), {
    method: method.toUpperCase(),
    headers: isGet ? headers : { 'content-type': 'application/json', ...headers },
    ...(isGet ? {} : { body: '{}' }),
  })
}

t.test('no route stands outside the declarations', async t => {
  const declared = new Set(
    declaredRoutes.map(
      one => `${one.method.toUpperCase()} ${one.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    ),
  )
  const known = new Set([
    ...['GET /openapi.json', `ALL ${AUTH_PATH}/*`, 'ALL /*'],
    // What trust files go through, in place of the others.
    'GET /v1/trust/*',
  ])
  const strange = world.app.routes
    .map(one => `${one.method} ${one.path}`)
    .filter(name => !declared.has(name) && !known.has(name))
  t.same(strange, [])
  t.ok(declaredRoutes.length >= 15)
})

t.test('every answer says who may keep it, and how a browser takes it', async t => {
  for (const { method, path, access } of declaredRoutes) {
    const isOfStaff = access.by === 'staff' || access.by === 'member'
    const asked = isOfStaff ? [...sessions.values()] : [{}]
    for (const headers of asked) {
      const answer = await knock(method, path, headers)
      await answer.body?.cancel()
      const name = `${method} ${path} ${answer.status}`
      const kept = answer.headers.get('cache-control') ?? ''
      const open =
        path.startsWith('/v1/trust/') || path === '/docs' || path.startsWith('/v1/gates/')
      t.match(kept, open ? /no-store|max-age|private/ : /^no-store$/, name)
      t.equal(answer.headers.get('x-content-type-options'), 'nosniff', name)
      t.match(answer.headers.get('content-security-policy'), /default-src 'none'/, name)
    }
  }
  for (const path of [`${AUTH_PATH}/get-session`, '/nowhere', '/v1/trust/nowhere']) {
    const answer = await world.call(path, { headers: sessions.get('operator') ?? {} })
    t.equal(answer.headers.get('cache-control'), 'no-store', path)
    t.equal(answer.headers.get('x-content-type-options'), 'nosniff', path)
    t.equal(answer.headers.get('strict-transport-security'), null, 'http alone')
  }
})

t.test('staff routes: exactly the roles of the table', async t => {
  const staffRoutes = declaredRoutes.flatMap(one =>
    one.access.by === 'staff' ? [{ ...one, permission: one.access.permission }] : [],
  )
  t.same(
    new Set(staffRoutes.map(one => one.permission)),
    new Set(Object.keys(PERMISSIONS)),
    'each permission guards a route',
  )
  for (const { method, path, permission } of staffRoutes) {
    t.equal(await codeOf(await knock(method, path)), 'SIGN_IN', `nobody ${method} ${path}`)
    const forged = { cookie: 'wicketgate.session_token=forged.signature' }
    t.equal(await codeOf(await knock(method, path, forged)), 'SIGN_IN', `forged ${path}`)
    for (const role of ROLES) {
      const session = sessions.get(role) as Record<string, string>
      const answer = await knock(method, path, session)
      const code = await codeOf(answer)
      if (may(role, permission)) t.not(answer.status, 401, `${role} may ${method} ${path}`)
      t.equal(code === 'FORBIDDEN', !may(role, permission), `${role} ${method} ${path}`)
      const foreign = await knock(method, path, { ...session, origin: 'https://evil.test' })
      if (method !== 'get') t.equal(await codeOf(foreign), 'ORIGIN', `${role} foreign ${path}`)
    }
  }
})

t.test('routes of any member: whoever is signed in, and nobody else', async t => {
  const { staff } = world.service
  const members = declaredRoutes.filter(one => one.access.by === 'member')
  t.ok(members.length > 0)
  for (const { method, path } of members) {
    t.equal(await codeOf(await knock(method, path)), 'SIGN_IN', path)
    for (const role of ROLES) {
      const answer = await knock(method, path, sessions.get(role))
      t.equal(answer.status, 200, `${role} ${path}`)
      const member = await staff.member(new Headers(sessions.get(role)))
      const permissions = Object.keys(PERMISSIONS).filter(one => may(role, one as Permission))
      const { id } = member as { id: string }
      t.match(await answer.json(), { id, role, permissions, name: new RegExp(`^${role}-`) })
    }
  }
})

t.test(
  'a body that is refused is told field by field: path, kind found, what was expected',
  async t => {
    const wrong = JSON.stringify({ colour: 7 })
    let named = 0
    for (const { method, path, access } of declaredRoutes) {
      if (method === 'get' || access.by === 'gate' || access.by === 'phone') continue
      const role = ROLES.find(one => access.by === 'staff' && may(one, access.permission))
      const headers = { 'content-type': 'application/json', ...(role && sessions.get(role)) }
      const answer = await world.call(concrete(path), {
        method: method.toUpperCase(),
        headers,
        body: wrong,
      })
      const { code, fields = [] } = (await answer.json()) as {
        code?: string
        fields?: { path: string; found: string; message: string }[]
      }
      if (code !== 'INVALID') continue
      t.ok(fields.length > 0, `${method} ${path}`)
      for (const field of fields) {
        t.match(field, { path: /^[\w.]+$/, found: /./, message: /unknown key|, found / }, path)
      }
      if (fields.some(one => one.path === 'colour' && one.found === 'a number')) named += 1
    }
    t.ok(named >= 10, `${named} routes name the unknown key`)
    const signIn = await world.post(`${AUTH_PATH}/sign-in/email`, { email: 7, pasword: 'x' })
    t.match(((await signIn.json()) as { fields: unknown }).fields, [
      { path: 'email', message: 'expected a text, found a number' },
      { path: 'password', message: 'expected a text, found nothing' },
      { path: 'pasword', found: 'a text', message: 'unknown key' },
    ])
  },
)

t.test('a session that ended or was changed is none', async t => {
  const session = await world.signIn('auditor')
  t.equal((await knock('get', '/v1/audit', session)).status, 200)
  const changed = { cookie: (session.cookie as string).replace(/.(?=[^.]*$)/, 'A') }
  t.equal(await codeOf(await knock('get', '/v1/audit', changed)), 'SIGN_IN')
  await world.service.db
    .updateTable('staff_sessions' as never)
    .set({ expiresAt: new Date(0).toISOString() } as never)
    .execute()
  t.equal(await codeOf(await knock('get', '/v1/audit', session)), 'SIGN_IN', 'expired')
  const again = await world.signIn('auditor')
  const out = await world.post('/v1/auth/sign-out', {}, again)
  t.equal(out.status, 200)
  t.equal(await codeOf(await knock('get', '/v1/audit', again)), 'SIGN_IN', 'signed out')
})

t.test('gate and phone routes: only the right proof, no session opens them', async t => {
  const session = await world.signIn('operator')
  for (const { method, path, access } of declaredRoutes) {
    if (access.by !== 'gate' && access.by !== 'phone') continue
    t.equal(await codeOf(await knock(method, path)), 'PROOF_MISSING', path)
    t.equal(await codeOf(await knock(method, path, session)), 'PROOF_MISSING', path)
    const send = (client: ReturnType<typeof makeClient>) =>
      method === 'post'
        ? client.send(concrete(path), {})
        : client.ask(method === 'get' ? 'GET' : 'DELETE', concrete(path))
    const wrongKind = makeClient(world, access.by === 'gate' ? 'ES256' : 'EdDSA')
    t.equal(await codeOf(await send(wrongKind)), 'PROOF_INVALID', path)
    const rightKind = makeClient(world, access.by === 'gate' ? 'EdDSA' : 'ES256')
    // A phone that is let in is told that the body is wrong, or that there is nothing of its own.
    const phone = ['INVALID', 'CERTIFICATE_UNKNOWN', 'APPLICATION_UNKNOWN']
    const expected = access.by === 'gate' ? ['GATE_UNKNOWN'] : phone
    t.ok(expected.includes((await codeOf(await send(rightKind))) ?? ''), path)
  }
})

t.test('anyone’s routes ask for nothing', async t => {
  for (const { method, path, access } of declaredRoutes) {
    if (access.by !== 'anyone') continue
    const answer = await knock(method, path)
    t.notOk([401, 403, 500].includes(answer.status), `${path} ${answer.status}`)
    await answer.body?.cancel()
  }
})
