/** The second factor of embedded accounts, on both engines, with codes computed here (RFC 6238). */
import type { Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { onEachEngine } from '../testing/engines.ts'
import { makeBrowser } from '../testing/provider.ts'
import { secretIn, totpCode } from '../testing/totp.ts'
import { openWorld, PASSWORD, type World } from '../testing/world.ts'

const wrongCode = (secret: Buffer) => {
  const near = [-2, -1, 0, 1, 2].map(steps => totpCode(secret, steps))
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find(
    code => !near.includes(code),
  ) as string
}

interface Said {
  readonly status: number
  readonly code?: string
  readonly twoFactorRedirect?: boolean
  readonly totpURI?: string
  readonly backupCodes?: readonly string[]
}

/** Someone at a browser of their own. */
async function openBrowser(world: World) {
  const browser = makeBrowser()
  const real = await world.listen()
  const origin = 'http://desk.test'
  const read = async (answer: Response): Promise<Said> => ({
    status: answer.status,
    ...((await answer.json()) as object),
  })
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json', origin }
    return read(
      await browser.ask(`${real}/v1/auth/${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      }),
    )
  }
  return {
    post,
    get: async (path: string) => read(await browser.ask(`${real}${path}`)),
    password: (email: string) => post('sign-in/email', { email, password: PASSWORD }),
    verify: (code: string) => post('two-factor/verify-totp', { code }),
    signedIn: () => /session_token=[^;]/.test(browser.cookiesFor(real)),
  }
}

/** An account, and its second factor set up. */
async function enrolled(world: World, email: string, role: 'operator' | 'agent' = 'operator') {
  await world.service.staff.add(email, PASSWORD, role)
  const browser = await openBrowser(world)
  await browser.password(email)
  const made = await browser.post('two-factor/enable', { password: PASSWORD })
  const uri = new URL(made.totpURI as string)
  const secret = secretIn(uri.href)
  let done = await browser.verify(totpCode(secret, -1))
  // The step may have ended between making the code and reading it.
  if (done.status !== 200) done = await browser.verify(totpCode(secret, -1))
  return { browser, made, uri, secret, done }
}

async function open(t: Test, place: string, more: object = {}): Promise<World> {
  const settings = { totpFor: ['operator'], ...more }
  const world = await openWorld(tempDir(), 2, place, undefined, settings)
  t.teardown(() => world.close())
  t.beforeEach(() => world.service.db.deleteFrom('staff_rate_limits' as 'staff').execute())
  return world
}

await onEachEngine(async (t, newPlace) => {
  const world = await open(t, await newPlace())
  const { db, staff } = world.service

  await t.test('who must have it and has not may do nothing but set it up', async t => {
    await staff.add('new@desk.test', PASSWORD, 'operator')
    const browser = await openBrowser(world)
    t.equal((await browser.password('new@desk.test')).status, 200)
    for (const path of ['/v1/fleet/gates', '/v1/audit']) {
      t.match(await browser.get(path), { status: 403, code: 'TOTP_REQUIRED' }, path)
    }
    const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }
    t.match(await browser.post('change-password', change), { code: 'TOTP_REQUIRED' })
    const codes = { password: PASSWORD }
    t.match(await browser.post('two-factor/generate-backup-codes', codes), {
      code: 'TOTP_REQUIRED',
    })
    t.match(await browser.post('two-factor/enable', { password: 'another password' }), {
      code: 'CREDENTIALS',
    })
    const made = await browser.post('two-factor/enable', { password: PASSWORD })
    t.match(made.totpURI, /^otpauth:\/\/totp\/Wicketgate:new%40desk\.test\?secret=[A-Z2-7]{40,}&/)
    t.equal(new Set(made.backupCodes).size, 10)
    t.match(
      await browser.post('two-factor/verify-backup-code', { code: made.backupCodes?.[0] ?? '' }),
      {
        status: 200,
      },
    )
    t.match(
      await browser.get('/v1/audit'),
      { code: 'TOTP_REQUIRED' },
      'a backup code sets nothing up',
    )
    const secret = secretIn(made.totpURI as string)
    t.match(await browser.verify(wrongCode(secret)), { status: 401, code: 'TOTP_WRONG' })
    t.match(await browser.get('/v1/audit'), { code: 'TOTP_REQUIRED' })
    t.match(await browser.verify(totpCode(secret)), { status: 200 })
    t.match(await browser.get('/v1/audit'), { status: 200 })
    t.match(await browser.post('two-factor/enable', { password: PASSWORD }), { code: 'TOTP_SET' })
    for (const path of ['two-factor/get-totp-uri', 'two-factor/disable', 'two-factor/send-otp']) {
      t.match(await browser.post(path, { password: PASSWORD }), { status: 404 }, path)
    }
  })

  await t.test('who need not signs in by password, until a second factor is set up', async t => {
    const { browser, secret, done } = await enrolled(world, 'desk@desk.test', 'agent')
    t.equal(done.status, 200)
    t.match(await browser.get('/v1/stations'), { status: 200 })
    const again = await openBrowser(world)
    t.match(await again.password('desk@desk.test'), { status: 200, twoFactorRedirect: true })
    t.notOk(again.signedIn(), 'no session before the code')
    t.match(await again.get('/v1/stations'), { code: 'SIGN_IN' })
    t.match(await again.verify(totpCode(secret)), { status: 200 })
    t.match(await again.get('/v1/stations'), { status: 200 })
  })

  await t.test('sessions of the password alone end when it is set up', async t => {
    await staff.add('two@desk.test', PASSWORD, 'agent')
    const other = await openBrowser(world)
    await other.password('two@desk.test')
    t.match(await other.get('/v1/stations'), { status: 200 })
    const mine = await openBrowser(world)
    await mine.password('two@desk.test')
    const made = await mine.post('two-factor/enable', { password: PASSWORD })
    const secret = secretIn(made.totpURI as string)
    t.match(await mine.verify(totpCode(secret)), { status: 200 })
    t.match(await mine.get('/v1/stations'), { status: 200 })
    t.match(await other.get('/v1/stations'), { code: 'SIGN_IN' })
    const left = await db
      .selectFrom('staff_sessions')
      .innerJoin('staff', 'staff.id', 'staff_sessions.userId')
      .select('factor')
      .where('email', '=', 'two@desk.test')
      .execute()
    t.same(left, [{ factor: 'totp' }])
  })

  await t.test('a password’s session is worth nothing where a second factor is set up', async t => {
    const { browser } = await enrolled(world, 'old@desk.test')
    t.match(await browser.get('/v1/audit'), { status: 200 })
    await db.updateTable('staff_sessions').set({ factor: 'password' }).execute()
    t.match(await browser.get('/v1/audit'), { code: 'SIGN_IN' })
    t.match(await browser.post('two-factor/generate-backup-codes', { password: PASSWORD }), {
      code: 'SIGN_IN',
    })
  })

  await t.test('a code counts once, for one of many at a time', async t => {
    const { secret } = await enrolled(world, 'once@desk.test')
    const browsers = await Promise.all(Array.from({ length: 4 }, () => openBrowser(world)))
    for (const browser of browsers) await browser.password('once@desk.test')
    const code = totpCode(secret)
    const said = await Promise.all(browsers.map(browser => browser.verify(code)))
    t.same(said.map(one => one.status).sort(), [200, 401, 401, 401])
    t.equal(said.filter(one => one.code === 'TOTP_USED').length, 3)
    t.equal(browsers.filter(browser => browser.signedIn()).length, 1)
    const late = await openBrowser(world)
    await late.password('once@desk.test')
    t.match(await late.verify(code), { code: 'TOTP_USED' })
    t.match(await late.get('/v1/audit'), { code: 'SIGN_IN' })
    const sessions = await db
      .selectFrom('staff_sessions')
      .innerJoin('staff', 'staff.id', 'staff_sessions.userId')
      .select('token')
      .where('email', '=', 'once@desk.test')
      .execute()
    t.equal(sessions.length, 2, 'of setting up, and of the one that was first')
    await late.password('once@desk.test')
    t.match(await late.verify(totpCode(secret, 1)), { status: 200 }, 'the next one')
  })

  await t.test('tries are limited, for one sign-in and for all together', async t => {
    const { secret } = await enrolled(world, 'guess@desk.test')
    const wrong = wrongCode(secret)
    const browser = await openBrowser(world)
    await browser.password('guess@desk.test')
    for (let n = 1; n <= 5; n++)
      t.match(await browser.verify(wrong), { code: 'TOTP_WRONG' }, `${n}`)
    t.match(await browser.verify(totpCode(secret)), { status: 429, code: 'TOTP_LOCKED' })
    t.match(await browser.verify(totpCode(secret)), { code: 'SIGN_IN' }, 'from the start')
    await browser.password('guess@desk.test')
    for (let n = 6; n <= 10; n++) t.match(await browser.verify(wrong), { code: 'TOTP_WRONG' })
    await browser.password('guess@desk.test')
    t.match(await browser.verify(totpCode(secret)), { code: 'TOTP_LOCKED' }, 'the account too')
    for (const code of ['12345', '1234567', 'abcdef']) {
      t.match(await browser.verify(code), { code: 'INVALID' }, code)
    }
    const trusted = { code: totpCode(secret), trustDevice: true }
    t.match(await browser.post('two-factor/verify-totp', trusted), { code: 'INVALID' })
  })

  await t.test('a backup code signs in once', async t => {
    const { made } = await enrolled(world, 'backup@desk.test')
    const [code = ''] = made.backupCodes ?? []
    const browser = await openBrowser(world)
    await browser.password('backup@desk.test')
    t.match(await browser.post('two-factor/verify-backup-code', { code }), { status: 200 })
    t.match(await browser.get('/v1/audit'), { status: 200 })
    const again = await openBrowser(world)
    await again.password('backup@desk.test')
    const said = await again.post('two-factor/verify-backup-code', { code })
    t.match(said, { status: 401, code: 'TOTP_WRONG' })
    const long = { code: 'x'.repeat(21) }
    t.match(await again.post('two-factor/verify-backup-code', long), { code: 'INVALID' })
  })

  await t.test('a lost device is taken away, with every session', async t => {
    const { browser, secret } = await enrolled(world, 'lost@desk.test')
    t.equal(await staff.resetTotp('nobody@desk.test'), false)
    t.equal(await staff.resetTotp('Lost@desk.test'), true)
    t.match(await browser.get('/v1/audit'), { code: 'SIGN_IN' })
    t.match(await browser.password('lost@desk.test'), { status: 200 })
    t.match(await browser.get('/v1/audit'), { code: 'TOTP_REQUIRED' })
    const made = await browser.post('two-factor/enable', { password: PASSWORD })
    const next = secretIn(made.totpURI as string)
    t.notSame(next, secret)
    t.match(await browser.verify(totpCode(secret)), { code: 'TOTP_WRONG' })
    t.match(await browser.verify(totpCode(next)), { status: 200 })
    const { rows } = (await browser.get('/v1/audit')) as unknown as { rows: { action: string }[] }
    t.equal(rows.filter(row => row.action === 'staff.totp-reset').length, 1)
  })

  await t.test('secrets and codes are neither logged nor stored in clear', async t => {
    const { made, uri, secret } = await enrolled(world, 'quiet@desk.test')
    const stored = JSON.stringify([
      await db.selectFrom('staff_two_factors').selectAll().execute(),
      await db.selectFrom('staff_used_codes').selectAll().execute(),
    ])
    const secrets = [uri.searchParams.get('secret'), secret.toString(), ...(made.backupCodes ?? [])]
    for (const text of secrets) {
      t.notOk(stored.includes(text as string))
      t.notOk(world.logged().includes(text as string))
    }
  })
})
