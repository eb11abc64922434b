/** Staff by the operator's provider: a real one in a process of its own, and a browser with cookies. */
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { transact } from '../store/engine/transact.ts'
import { disableMember, enableMember, findMember } from '../store/staff/staff-members.ts'
import {
  goThroughProvider,
  makeBrowser,
  startProvider,
  type TestProvider,
} from '../testing/provider.ts'
import { openWorld, PASSWORD, reopenWorld, type World } from '../testing/world.ts'
import { CALLBACK_PATH, createProviderAccounts } from './provider.ts'

const OURS = 'http://desk.test'
const CALLBACK = `${OURS}${CALLBACK_PATH}`
const GROUPS = { anna: ['gate-desk'], olga: ['x', 'gate-operators'], nils: [] }
const settings = (provider: TestProvider, more: object = {}) => ({
  // A second factor is the provider's own business.
  totpFor: ['agent', 'operator'],
  oidc: {
    issuer: provider.issuer,
    clientId: 'wicketgate',
    rolesClaim: 'groups',
    roles: [
      { value: 'gate-operators', role: 'operator' },
      { value: 'gate-desk', role: 'agent' },
    ],
    ...more,
  },
})

const provider = await startProvider(CALLBACK)
t.teardown(() => provider.stop())
const dir = tempDir()
const world = await openWorld(dir, 2, undefined, undefined, settings(provider))
t.teardown(() => world.close())
t.beforeEach(async () => {
  await provider.tell({ groups: GROUPS, lie: null })
  // Every test comes from one address.
  await world.service.db.deleteFrom('staff_rate_limits' as 'staff').execute()
})

/** A browser for which desk.test is where the service listens. */
async function openBrowser(of: World = world) {
  const browser = makeBrowser()
  const real = await of.listen()
  const address = (url: string) => url.replace(OURS, real)
  return {
    ask: (url: string, init?: RequestInit, crossSite?: boolean) =>
      browser.ask(address(url), init, crossSite),
    post: (path: string, body: object) =>
      browser.ask(`${real}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: OURS },
        body: JSON.stringify(body),
      }),
    through: (url: string, login: string) => goThroughProvider(browser, url, login),
    cookie: () => browser.cookiesFor(real),
  }
}
type OurBrowser = Awaited<ReturnType<typeof openBrowser>>

async function begin(browser: OurBrowser, returnTo = '/desk/'): Promise<string> {
  const answer = await browser.post('/v1/auth/sign-in/oidc', { returnTo })
  t.equal(answer.status, 200)
  return ((await answer.json()) as { url: string }).url
}

/** The whole way; where the browser ends up. */
async function signIn(browser: OurBrowser, login: string): Promise<string> {
  const back = await browser.through(await begin(browser), login)
  const answer = await browser.ask(back, {}, true)
  return answer.headers.get('location') ?? (await codeOf(answer))
}

const codeOf = async (answer: Response) => ((await answer.json()) as { code: string }).code
const memberBy = async (cookie: string, of: World = world) => {
  const found = await of.service.staff.member(new Headers({ cookie }))
  return found === 'must enrol' ? undefined : found
}
const memberOf = (browser: OurBrowser, of: World = world) => memberBy(browser.cookie(), of)
const rows = (table: string) =>
  world.service.db
    .selectFrom(table as 'staff')
    .selectAll()
    .execute() as unknown as Promise<Record<string, unknown>[]>

t.test('a mapped role opens its routes, and those alone', async t => {
  const browser = await openBrowser()
  const url = await begin(browser)
  const asked = new URL(url).searchParams
  t.equal(asked.get('code_challenge_method'), 'S256')
  t.equal(asked.get('redirect_uri'), CALLBACK)
  t.match(asked.get('nonce'), /.{32}/)
  const back = await browser.through(url, 'anna')
  const answer = await browser.ask(back, {}, true)
  t.equal(answer.status, 302)
  t.equal(answer.headers.get('location'), '/desk/')
  t.match(answer.headers.getSetCookie().join(), /session_token=[^;]+; .*HttpOnly; SameSite=Strict/)
  t.match(await memberOf(browser), { role: 'agent' })
  const trains = await browser.ask(`${OURS}/v1/stations`)
  t.equal(trains.status, 200)
  const gates = await browser.ask(`${OURS}/v1/fleet/gates`)
  t.equal(await codeOf(gates), 'FORBIDDEN')
  const out = await browser.post('/v1/auth/sign-out', {})
  t.equal(out.status, 200)
  t.equal(await memberOf(browser), undefined)
})

t.test('no mapped role, no session and no account', async t => {
  const before = await rows('staff')
  for (const groups of [[], ['other'], 'gate', undefined, { 'gate-desk': true }]) {
    await provider.tell({ groups: { nils: groups } })
    const browser = await openBrowser()
    t.equal(await signIn(browser, 'nils'), '/desk/?error=OIDC_NO_ROLE', JSON.stringify(groups))
    t.notMatch(browser.cookie(), /session_token/)
  }
  t.same(await rows('staff'), before)
  t.notMatch(world.logged(), /nils|Name of|a@desk\.test/)
})

t.test('the role is taken anew at each sign-in; one withdrawn ends every session', async t => {
  const first = await openBrowser()
  await signIn(first, 'olga')
  const member = await memberOf(first)
  t.match(member, { role: 'operator' })
  await provider.tell({ groups: { olga: ['gate-desk'] } })
  const second = await openBrowser()
  await signIn(second, 'olga')
  t.match(await memberOf(second), { id: member?.id, role: 'agent' })
  t.match(await memberOf(first), { id: member?.id, role: 'agent' }, 'older sessions follow')
  await provider.tell({ groups: { olga: [] } })
  const third = await openBrowser()
  t.equal(await signIn(third, 'olga'), '/desk/?error=OIDC_NO_ROLE')
  for (const browser of [first, second, third]) t.equal(await memberOf(browser), undefined)
  await provider.tell({ groups: { olga: ['gate-desk'] } })
  t.equal(await signIn(third, 'olga'), '/desk/', 'and comes back with a role')
  t.match(await memberOf(third), { id: member?.id })
})

t.test(
  'new members, sign-ins, and roles changed, withdrawn and returned are in the audit',
  async t => {
    const since = (await rows('audit')).length
    const by = 'oidc'
    const browser = await openBrowser()
    const signInAs = async (groups: unknown, answer = '/desk/') => {
      await provider.tell({ groups: { rosa: groups } })
      t.equal(await signIn(browser, 'rosa'), answer)
    }
    await signInAs([], '/desk/?error=OIDC_NO_ROLE')
    t.equal((await rows('audit')).length, since, 'no member, no row')
    await signInAs(['gate-desk'])
    const id = (await memberOf(browser))?.id
    await signInAs(['gate-desk'])
    await signInAs(['gate-operators'])
    await signInAs([], '/desk/?error=OIDC_NO_ROLE')
    await signInAs([], '/desk/?error=OIDC_NO_ROLE')
    await signInAs(['gate-desk'])
    const told = (await rows('audit')).slice(since)
    t.same(
      told.map(({ actor, action, detail }) => [actor, action, JSON.parse(String(detail))]),
      [
        ['system', 'staff.add', { role: 'agent', by }],
        [`staff:${id}`, 'staff.sign-in', { by }],
        [`staff:${id}`, 'staff.sign-in', { by }],
        ['system', 'staff.role-changed', { was: 'agent', role: 'operator', by }],
        [`staff:${id}`, 'staff.sign-in', { by }],
        ['system', 'staff.role-withdrawn', { was: 'operator', by }],
        ['system', 'staff.role-returned', { role: 'agent', by }],
        [`staff:${id}`, 'staff.sign-in', { by }],
      ],
    )
    t.ok(told.every(row => row.subject === id && row.at === world.clock.time))
    t.notMatch(JSON.stringify(told), /rosa|Name of|desk\.test/)
  },
)

t.test('nothing of the provider’s tokens is kept, and a session has an end', async t => {
  const browser = await openBrowser()
  await signIn(browser, 'anna')
  const accounts = (await rows('staff_accounts')).filter(one => one.providerId === 'oidc')
  t.ok(accounts.length > 0)
  for (const account of accounts) {
    t.match(account, { accessToken: null, refreshToken: null, idToken: null, scope: null })
  }
  const sessions = await rows('staff_sessions')
  const ends = sessions.map(one => Date.parse(String(one.expiresAt)))
  t.ok(ends.every(end => end <= Date.now() + 12 * 3600_000))
})

t.test('an embedded account with the same e-mail address stays apart', async t => {
  await world.service.staff.add('a@desk.test', PASSWORD, 'auditor')
  const browser = await openBrowser()
  t.equal(await signIn(browser, 'anna'), '/desk/')
  const bySelf = await memberOf(browser)
  t.match(bySelf, { role: 'agent' })
  const body = { email: 'a@desk.test', password: PASSWORD }
  const signedIn = await world.post('/v1/auth/sign-in/email', body)
  const cookie = signedIn.headers.getSetCookie()[0] as string
  const embedded = await memberBy(cookie)
  t.match(embedded, { role: 'auditor' })
  t.not(embedded?.id, bySelf?.id)
  const [address] = (await rows('staff'))
    .map(one => String(one.email))
    .filter(one => one.endsWith('@oidc.invalid'))
  t.ok(address)
  await t.rejects(
    world.service.staff.add(address as string, PASSWORD, 'operator'),
    TypeError,
    'nobody gives a member of the provider a password',
  )
})

t.test('forged, old and copied ways back', async t => {
  const browser = await openBrowser()
  const url = await begin(browser)
  const back = await browser.through(url, 'anna')
  const stranger = await openBrowser()
  const elsewhere = await stranger.ask(back, {}, true)
  t.equal(elsewhere.headers.get('location'), '/desk/?error=OIDC_REFUSED', 'another browser')
  t.notMatch(stranger.cookie(), /session_token/)
  const forged = new URL(back)
  forged.searchParams.set('state', 'x'.repeat(32))
  const answer = await browser.ask(forged.href, {}, true)
  t.equal(answer.status, 401)
  t.equal(await codeOf(answer), 'OIDC_REFUSED', 'forged state')
  const bare = await browser.ask(`${CALLBACK}?code=x`, {}, true)
  t.equal(await codeOf(bare), 'OIDC_REFUSED', 'no state')
  t.equal(await codeOf(await browser.ask(CALLBACK)), 'OIDC_REFUSED', 'nothing')

  t.equal((await browser.ask(back, {}, true)).headers.get('location'), '/desk/')
  const again = await browser.ask(back, {}, true)
  t.equal(await codeOf(again), 'OIDC_REFUSED', 'the same way back')
  const other = await openBrowser()
  const mixed = new URL(await other.through(await begin(other), 'olga'))
  mixed.searchParams.set('code', new URL(back).searchParams.get('code') as string)
  const replayed = await other.ask(mixed.href, {}, true)
  t.equal(replayed.headers.get('location'), '/desk/?error=OIDC_REFUSED', 'a used code')
  t.notMatch(other.cookie(), /session_token/)

  const mixedUp = new URL(await other.through(await begin(other), 'olga'))
  mixedUp.searchParams.set('iss', 'https://elsewhere.test')
  const issuer = await other.ask(mixedUp.href, {}, true)
  t.equal(issuer.headers.get('location'), '/desk/?error=OIDC_REFUSED', 'RFC 9207')
  const denied = new URL(await other.through(await begin(other), 'olga'))
  denied.searchParams.set('error', 'access_denied')
  denied.searchParams.set('error_description', '<script>')
  const said = await other.ask(denied.href, {}, true)
  t.equal(said.headers.get('location'), '/desk/?error=OIDC_REFUSED', 'denied at the provider')
})

t.test('an id token that is not this sign-in’s is refused, whatever is wrong with it', async t => {
  const lies = ['claims', 'unsigned', 'stranger', 'issuer', 'audience', 'party', 'expired', 'nonce']
  for (const lie of [...lies, 'none at all']) {
    await provider.tell({ lie })
    const browser = await openBrowser()
    t.equal(await signIn(browser, 'anna'), '/desk/?error=OIDC_REFUSED', lie)
    t.notMatch(browser.cookie(), /session_token/, lie)
  }
  await provider.tell({ lie: 'honest' })
  t.equal(await signIn(await openBrowser(), 'anna'), '/desk/', 'one made the same way is good')
})

t.test('who is disabled here is refused, whatever the provider says of them', async t => {
  const { db } = world.service
  const browser = await openBrowser()
  t.equal(await signIn(browser, 'anna'), '/desk/')
  const anna = await memberOf(browser)
  t.ok(anna)
  const found = await findMember(db, (anna as { id: string }).id)
  if (found === undefined) throw new Error('not found')
  t.ok(await transact(db, tx => disableMember(tx, found, 1)))
  t.equal(await memberOf(browser), undefined, 'the session has ended')
  const again = await openBrowser()
  t.equal(await signIn(again, 'anna'), '/desk/?error=OIDC_DISABLED')
  t.notMatch(again.cookie(), /session_token/)
  t.ok(await transact(db, tx => enableMember(tx, found.id)))
  const third = await openBrowser()
  t.equal(await signIn(third, 'anna'), '/desk/')
  t.match(await memberOf(third), { role: found.role })
})

t.test('only paths of our own to come back to, and nothing else is passed on', async t => {
  const ask = (body: object) => world.post('/v1/auth/sign-in/oidc', body, { origin: OURS })
  const places = [
    'https://evil.test/',
    '//evil.test',
    '/\\evil.test',
    'desk',
    '/x?y',
    '/%2f',
    '/\n',
    '/.//evil.test',
    '/a/../..//evil.test',
    '/desk/../..//evil.test/',
    '/./desk/',
    '/desk/..',
  ]
  for (const returnTo of [...places, `/${'x'.repeat(200)}`]) {
    t.equal(await codeOf(await ask({ returnTo })), 'INVALID', returnTo)
  }
  t.equal((await ask({ returnTo: `/${'x'.repeat(199)}` })).status, 200)
  t.equal(await codeOf(await ask({ returnTo: '/', idToken: { token: 'x' } })), 'INVALID')
  t.equal(await codeOf(await ask({ returnTo: '/', scopes: ['all'] })), 'INVALID')
  const foreign = await world.post(
    '/v1/auth/sign-in/oidc',
    { returnTo: '/' },
    { origin: 'https://evil.test' },
  )
  t.equal(await codeOf(foreign), 'ORIGIN')
  const body = { provider: 'oidc', callbackURL: 'https://evil.test' }
  t.equal((await world.post('/v1/auth/sign-in/social', body)).status, 404)
})

t.test('claims from the userinfo endpoint; a subject belongs to its issuer', async t => {
  const second = await startProvider(CALLBACK, 'userinfo')
  t.teardown(() => second.stop())
  await second.tell({ groups: { anna: ['gate-operators'] } })
  const other = await reopenWorld(dir, world.clock, undefined, undefined, settings(second))
  t.teardown(() => other.close())
  const mine = await openBrowser()
  await signIn(mine, 'anna')
  const browser = await openBrowser(other)
  t.equal(await signIn(browser, 'anna'), '/desk/')
  const member = await memberOf(browser, other)
  t.match(member, { role: 'operator' })
  t.not(member?.id, (await memberOf(mine))?.id, 'the same subject of another issuer')
})

t.test('thirty a minute from one address', async t => {
  const ask = () => world.post('/v1/auth/sign-in/oidc', { returnTo: '/' }, { origin: OURS })
  for (let n = 1; n <= 30; n++) t.equal((await ask()).status, 200, `${n}`)
  t.equal(await codeOf(await ask()), 'RATE_LIMITED')
})

t.test('the page is told how staff may sign in, whoever asks, and never from a copy', async t => {
  const ways = async (of: World) => {
    const answer = await of.call('/v1/staff/sign-in-ways')
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('cache-control'), 'no-store')
    return answer.json()
  }
  t.same(await ways(world), { password: true, oidc: { name: new URL(provider.issuer).host } })
  const named = settings(provider, { name: 'Rail sign-in' })
  const other = await reopenWorld(dir, world.clock, undefined, undefined, named)
  t.teardown(() => other.close())
  t.same(await ways(other), { password: true, oidc: { name: 'Rail sign-in' } })
  const plain = await openWorld(tempDir())
  t.teardown(() => plain.close())
  t.same(await ways(plain), { password: true, oidc: null })
})

t.test('without a provider there is no such way', async t => {
  const plain = await openWorld(tempDir())
  t.teardown(() => plain.close())
  const begun = await plain.post('/v1/auth/sign-in/oidc', { returnTo: '/' })
  t.equal(await codeOf(begun), 'NOT_FOUND')
  t.equal(await codeOf(await plain.call(`${CALLBACK_PATH}?code=x&state=y`)), 'NOT_FOUND')
})

/** Like a service that has just started: nothing is known of the provider yet. */
function freshAccounts() {
  const { db, secrets, config } = world.service
  return createProviderAccounts({
    db,
    secrets,
    clock: world.clock,
    publicUrl: () => OURS,
    provider: config.staff.oidc as NonNullable<typeof config.staff.oidc>,
    clientSecret: 'a secret for tests',
    exchangeMs: 500,
  })
}

async function finishAlone(lie: string) {
  await provider.tell({ lie })
  const accounts = freshAccounts()
  const begun = await accounts.begin('/desk/', new Headers(), '::1')
  if (!begun.ok) throw new Error(begun.code)
  const back = new URL(await (await openBrowser()).through(begun.url, 'anna'))
  // Not every provider says it there too (RFC 9207).
  back.searchParams.delete('iss')
  const headers = { cookie: begun.cookies.map(line => line.split(';')[0]).join('; ') }
  return accounts.finish(new Request(back, { headers }), '::1')
}

t.test('a provider that is silent holds nobody up', async t => {
  t.match(await finishAlone('silent'), { ok: false, code: 'OIDC_UNAVAILABLE', why: 'time' })
})

t.test('the issuer is the config’s, also when the provider changes its mind', async t => {
  t.match(await finishAlone('wavers'), { ok: false, why: 'unable_to_get_user_info' })
})

t.test('a provider that is down or lies about itself is told; embedded accounts work', async t => {
  await provider.tell({ lie: 'discovery' })
  const ask = (of: World) => of.post('/v1/auth/sign-in/oidc', { returnTo: '/' }, { origin: OURS })
  t.equal(await codeOf(await ask(world)), 'OIDC_UNAVAILABLE', 'another issuer')
  await provider.tell({ lie: null })
  const browser = await openBrowser()
  const back = await browser.through(await begin(browser), 'anna')
  await provider.stop()
  const late = await browser.ask(back, {}, true)
  t.equal(late.headers.get('location'), '/desk/?error=OIDC_UNAVAILABLE', 'down on the way back')
  const answer = await ask(world)
  t.equal(answer.status, 503)
  t.equal(await codeOf(answer), 'OIDC_UNAVAILABLE')
  const session = await world.signIn('auditor')
  t.equal((await world.call('/v1/audit', { headers: session })).status, 200)
})
