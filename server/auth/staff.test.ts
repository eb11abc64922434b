import { scryptSync } from 'node:crypto'
import { sql } from 'kysely'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { transact } from '../store/engine/transact.ts'
import {
  disableMember,
  enableMember,
  findMember,
  listMembers,
  removeMember,
} from '../store/staff/staff-members.ts'
import { openWorld, PASSWORD } from '../testing/world.ts'
import { createStaffAccounts } from './staff.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())
await world.service.staff.add('Anna@Desk.test', PASSWORD, 'agent')
const signIn = async (email: string, password: string, headers = {}) => {
  const answer = await world.post('/v1/auth/sign-in/email', { email, password }, headers)
  return { answer, body: (await answer.json()) as { code?: string } }
}

t.test('the session cookie is HttpOnly and SameSite', async t => {
  const { answer } = await signIn('anna@desk.test', PASSWORD)
  t.equal(answer.status, 200)
  const [cookie] = answer.headers.getSetCookie()
  t.match(cookie, /^wicketgate\.session_token=[^;]+;.*HttpOnly/i)
  t.match(cookie, /SameSite=Strict/i)
})

t.test(
  'passwords are kept by scrypt, each with a salt of its own, if not told otherwise',
  async t => {
    const { db, secrets } = world.service
    const publicUrl = () => 'http://desk.test'
    const common = { db, secrets, clock: world.clock, publicUrl }
    const kept = async (of: string) => {
      const { rows } = await sql<{ password: string }>`
      select a.password from staff_accounts a join staff s on s.id = a."userId"
      where s.email like ${`%@${of}`}`.execute(db)
      return rows.map(({ password }) => password)
    }
    const staff = createStaffAccounts(common)
    for (const name of ['one', 'two']) await staff.add(`${name}@salt.test`, PASSWORD, 'agent')
    const salted = (await kept('salt.test')).map(
      one => one.split(':') as [salt: string, key: string],
    )
    t.equal(new Set(salted.map(([salt]) => salt)).size, 2)
    for (const [salt, key] of salted) {
      const cost = { N: 2 ** 14, r: 16, p: 1, maxmem: 2 ** 26 }
      t.equal(key, scryptSync(PASSWORD, salt, 64, cost).toString('hex'))
      t.match(salt, /^[0-9a-f]{32}$/)
    }
    const passwords = { hash: async () => 'kept elsewhere', verify: async () => true }
    await createStaffAccounts({ ...common, passwords }).add('x@told.test', PASSWORD, 'agent')
    t.same(await kept('told.test'), ['kept elsewhere'])
  },
)

t.test('each sign-in has its row in the audit, and one that was refused has none', async t => {
  const signIns = () =>
    world.service.db
      .selectFrom('audit')
      .select(['actor', 'subject', 'detail', 'at'])
      .where('action', '=', 'staff.sign-in')
      .orderBy('id')
      .execute()
  const before = (await signIns()).length
  await signIn('anna@desk.test', 'not the password at all')
  t.equal((await signIns()).length, before)
  await signIn('anna@desk.test', PASSWORD)
  const anna = await findMember(world.service.db, 'anna@desk.test')
  const id = anna?.id ?? ''
  const row = { actor: `staff:${id}`, subject: id, detail: '{"by":"password"}' }
  t.same((await signIns()).slice(before), [{ ...row, at: world.clock.time }])
})

t.test('a member who changes the own password has a row in the audit', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  await world.service.staff.add('lin@desk.test', PASSWORD, 'agent')
  const post = (path: string, body: object, cookie = '') =>
    world.post(`/v1/auth/${path}`, body, { cookie, origin: 'http://desk.test' })
  const signedIn = await post('sign-in/email', { email: 'lin@desk.test', password: PASSWORD })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0]
  const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }
  t.equal((await post('change-password', { ...change, currentPassword: 'x' }, cookie)).status, 401)
  t.equal((await post('change-password', change, cookie)).status, 200)
  const id = (await findMember(world.service.db, 'lin@desk.test'))?.id ?? ''
  const rows = await world.service.db.selectFrom('audit').selectAll().orderBy('n').execute()
  t.match(rows.slice(-2), [
    { actor: `staff:${id}`, action: 'staff.sign-in' },
    { actor: `staff:${id}`, action: 'staff.password-changed', subject: id },
  ])
  t.notMatch(JSON.stringify(rows), /horse/)
})

t.test('no answer repeats the session’s token, which scripts must not have', async t => {
  const { answer, body } = await signIn('anna@desk.test', PASSWORD)
  const cookie = answer.headers
    .getSetCookie()
    .map(line => line.split(';')[0])
    .join('; ')
  const token = decodeURIComponent(/session_token=([^;]+)/.exec(cookie)?.[1] ?? '').split('.')[0]
  t.ok(token && token.length >= 20)
  const session = await (await world.call('/v1/auth/get-session', { headers: { cookie } })).text()
  t.match(session, /"user":\{/)
  for (const said of [session, JSON.stringify(body)]) {
    t.notOk(said.includes(String(token)))
    t.notMatch(said, /"token"/)
  }
})

t.test('wrong password and unknown address look alike', async t => {
  const wrong = await signIn('anna@desk.test', 'not the password at all')
  const unknown = await signIn('nobody@desk.test', 'not the password at all')
  t.equal(wrong.answer.status, 401)
  t.equal(unknown.answer.status, 401)
  const strip = (body: object) => ({ ...body, requestId: '' })
  t.same(strip(wrong.body), strip(unknown.body))
  t.equal(wrong.body.code, 'CREDENTIALS')
})

t.test('nobody signs up, and no other endpoint of the library is reachable', async t => {
  const body = { email: 'x@desk.test', password: PASSWORD, name: 'x', role: 'operator' }
  for (const path of ['sign-up/email', 'update-user', 'delete-user', 'request-password-reset']) {
    t.equal((await world.post(`/v1/auth/${path}`, body)).status, 404, path)
  }
  t.equal((await world.call('/v1/auth/list-sessions')).status, 404)
  t.equal((await world.call('/v1/auth/sign-in/email')).status, 404, 'GET')
})

t.test('a page of another site can not sign someone in', async t => {
  const foreign = await signIn('anna@desk.test', PASSWORD, { origin: 'https://evil.test' })
  t.equal(foreign.body.code, 'ORIGIN')
  const fetched = await signIn('anna@desk.test', PASSWORD, { 'sec-fetch-site': 'cross-site' })
  t.equal(fetched.body.code, 'ORIGIN')
  const own = await signIn('anna@desk.test', PASSWORD, { origin: 'http://desk.test' })
  t.equal(own.answer.status, 200)
})

t.test('adding again changes role and password and ends sessions', async t => {
  const { answer } = await signIn('anna@desk.test', PASSWORD)
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] as string
  const member = () => world.service.staff.member(new Headers({ cookie }))
  t.match(await member(), { role: 'agent' })
  t.equal(await world.service.staff.add('anna@desk.test', `${PASSWORD}!`, 'auditor'), 'changed')
  t.equal(await member(), undefined)
  t.equal((await signIn('anna@desk.test', PASSWORD)).answer.status, 401)
  await t.rejects(world.service.staff.add('anna', PASSWORD, 'agent'), TypeError)
  await t.rejects(world.service.staff.add('b@desk.test', 'short', 'agent'), RangeError)
  await t.rejects(world.service.staff.add('b@desk.test', 'x'.repeat(129), 'agent'), RangeError)
})

t.test('who is disabled is out at once, and comes in again only when enabled', async t => {
  const other = await openWorld(tempDir())
  t.teardown(() => other.close())
  const { db, staff } = other.service
  const signIn = async (email: string, password: string) => {
    const answer = await other.post('/v1/auth/sign-in/email', { email, password })
    return { answer, body: (await answer.json()) as { code?: string } }
  }
  await staff.add('dora@desk.test', PASSWORD, 'agent')
  const { answer } = await signIn('dora@desk.test', PASSWORD)
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] as string
  const member = () => staff.member(new Headers({ cookie }))
  t.match(await member(), { role: 'agent' })
  const dora = await findMember(db, 'DORA@desk.test')
  if (dora === undefined) throw new Error('not found')
  t.ok(await transact(db, tx => disableMember(tx, dora, 7)))
  t.notOk(await transact(db, tx => disableMember(tx, dora, 8)), 'once')
  t.equal(await member(), undefined)
  const refused = await signIn('dora@desk.test', PASSWORD)
  t.match([refused.answer.status, refused.body.code], [403, 'ACCOUNT_DISABLED'])
  t.same(refused.answer.headers.getSetCookie(), [], 'and no session is left')
  const listed = async () => (await listMembers(db)).find(({ id }) => id === dora.id)
  t.match(await listed(), { role: 'agent', disabledAt: 7, sessions: 0 })
  t.equal((await signIn('dora@desk.test', `${PASSWORD}?`)).body.code, 'CREDENTIALS')
  await t.rejects(staff.add('dora@desk.test', PASSWORD, 'operator'), /enable it first/)

  t.ok(await transact(db, tx => enableMember(tx, dora.id)))
  t.notOk(await transact(db, tx => enableMember(tx, dora.id)), 'once')
  t.equal((await signIn('dora@desk.test', PASSWORD)).answer.status, 200)
  t.match(await listed(), { role: 'agent', disabledAt: null, sessions: 1 })
  await transact(db, tx => removeMember(tx, dora.id))
  t.equal((await signIn('dora@desk.test', PASSWORD)).answer.status, 401)
  t.equal(await listed(), undefined)
})

t.test('guessing is slowed down', async t => {
  const seen = new Set<number>()
  for (let i = 0; i < 15; i++)
    seen.add((await signIn('anna@desk.test', `guess number ${i}`)).answer.status)
  t.ok(seen.has(429))
})
