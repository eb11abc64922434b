import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync } from 'node:fs'
import t from 'tap'
import { z } from 'zod'
import { renderedPart } from '../fixtures/rendered-page.ts'
import { renderSchema } from '../fixtures/schema-table.ts'
import { configSchema, databasePlace, ENVIRONMENT, loadConfig, redacted } from './config.ts'

const SECRET = randomBytes(32).toString('base64url')
const GOOD = { trust: { documents: 'trust', keys: 'trust/online' } }

t.test('config.md has every key (UPDATE=1 writes them anew) and each variable', async t => {
  const page = new URL('config.md', import.meta.url)
  const keys = renderSchema(z.toJSONSchema(configSchema, { io: 'input' }))
  t.equal(renderedPart(page, 'keys', keys), keys)
  const text = readFileSync(page, 'utf8')
  for (const row of keys.split('\n')) t.notMatch(row, /\| {2}\|$/, 'has a meaning')
  for (const name of Object.keys(ENVIRONMENT)) t.ok(text.includes(`\`${name}\``), name)
})

t.test('defaults, paths beside the file, environment over the file', async t => {
  const dir = t.testdir({ 'c.json': JSON.stringify({ ...GOOD, listen: { port: 9 } }) })
  const { config, secret } = loadConfig(`${dir}/c.json`, {
    WICKETGATE_SECRET: SECRET,
    WICKETGATE_PORT: '0',
  })
  t.equal(config.listen.host, '127.0.0.1')
  t.equal(config.listen.port, 0)
  t.equal(config.trust.keys, `${dir}/trust/online`)
  t.same(config.database, { file: `${dir}/service.db` })
  t.equal(secret.length, 32)
  t.notMatch(JSON.stringify(redacted(config)), SECRET)
})

t.test('a database is a file or a PostgreSQL URL; its password is never printed', async t => {
  const url = 'postgres://wicket:hunter2@db.test:5432/gates?password=hunter2'
  const dir = t.testdir({
    'c.json': JSON.stringify({ ...GOOD, database: { url } }),
    'f.json': JSON.stringify({ ...GOOD, database: { file: 'x.db' } }),
  })
  const load = (file: string, place?: string) =>
    loadConfig(`${dir}/${file}`, { WICKETGATE_SECRET: SECRET, WICKETGATE_DATABASE: place }).config
  t.equal(databasePlace(load('c.json')), url)
  t.same(redacted(load('c.json')).database, { url: 'postgres://db.test:5432/gates' })
  t.equal(databasePlace(load('f.json', url)), url, 'the environment replaces it whole')
  t.equal(databasePlace(load('c.json', 'y.db')), `${dir}/y.db`)
  t.throws(() => load('f.json', 'postgres://'), { code: 'CONFIG' })
})

t.test('a wrong value names key and range', async t => {
  const cases: [unknown, RegExp][] = [
    [{ ...GOOD, listen: { port: 70_000 } }, /listen\.port: .*65535/],
    [{ ...GOOD, listen: { port: 'x' } }, /listen\.port: .*number/],
    [{ ...GOOD, wrong: 1 }, /wrong/],
    [{}, /trust: /],
    [{ ...GOOD, log: { level: 'loud' } }, /log\.level: .*"debug"/],
    [{ ...GOOD, documents: [] }, /documents: .*1/],
    [{ ...GOOD, publicUrl: 'ftp://x' }, /publicUrl/],
    [{ ...GOOD, database: { url: 'mysql://x/y' } }, /database.*postgres/],
    [{ ...GOOD, database: { file: 'x', url: 'postgres://x/y' } }, /database/],
    [[], /not a JSON object/],
  ]
  for (const [value, message] of cases) {
    const dir = t.testdir({ 'c.json': JSON.stringify(value) })
    t.throws(() => loadConfig(`${dir}/c.json`, { WICKETGATE_SECRET: SECRET }), {
      code: 'CONFIG',
      message,
    })
  }
  const dir = t.testdir({ 'c.json': '{"a":' })
  t.throws(() => loadConfig(`${dir}/c.json`, {}), {
    message: /not JSON: line \d+, column \d+: /,
  })
  t.throws(() => loadConfig(`${dir}/none.json`, {}), { code: 'CONFIG' })
})

t.test('a wrong value is found by its line, or by the variable that stands over it', async t => {
  const text = JSON.stringify({ listen: { port: 70_000 }, trust: { keys: 5 }, more: 1 }, null, 2)
  const dir = t.testdir({ 'c.json': text })
  const problems = (environment: Record<string, string>): string[] => {
    try {
      loadConfig(`${dir}/c.json`, environment)
    } catch (error) {
      return (error as Error).message.split('\n')
    }
    return []
  }
  t.same(problems({}), [
    `${dir}/c.json:`,
    'line 3: listen.port: too large, at most 65535, found a number',
    'line 5: trust.documents: expected a text, found nothing',
    'line 6: trust.keys: expected a text, found a number',
    'line 8: more: unknown key',
  ])
  const { WICKETGATE_PORT, ...over } = {
    ...{ WICKETGATE_PORT: '99999', WICKETGATE_LOG: 'loud', WICKETGATE_DATABASE: 'postgres://' },
  }
  t.match(problems({ ...over, WICKETGATE_PORT }), [
    /:$/,
    /^WICKETGATE_PORT: listen\.port: too large/,
    /^WICKETGATE_DATABASE: database\S*: /,
    /^line 5: /,
    /^line 6: /,
    /^WICKETGATE_LOG: log\.level: /,
    /^line 8: /,
  ])
  t.match(problems({ WICKETGATE_PORT: '' })[1], 'line 3: ', 'an empty one does not count')
})

t.test('no secret, no start', async t => {
  const dir = t.testdir({
    'c.json': JSON.stringify(GOOD),
    'd.json': JSON.stringify({ ...GOOD, secretFile: 'secret' }),
    secret: `${SECRET}\n`,
  })
  t.throws(() => loadConfig(`${dir}/c.json`, {}), { code: 'SECRET' })
  t.throws(() => loadConfig(`${dir}/c.json`, { WICKETGATE_SECRET: 'short' }), { code: 'SECRET' })
  t.throws(() => loadConfig(`${dir}/c.json`, { WICKETGATE_SECRET: `${SECRET}!` }), {
    code: 'SECRET',
  })
  for (const mode of [0o644, 0o640, 0o604, 0o620]) {
    chmodSync(`${dir}/secret`, mode)
    t.throws(() => loadConfig(`${dir}/d.json`, {}), {
      code: 'SECRET',
      message: new RegExp(
        `secret: cannot be used: others can read it .mode 0${mode.toString(8)}.: set its mode to`,
      ),
    })
  }
  chmodSync(`${dir}/secret`, 0o600)
  t.equal(loadConfig(`${dir}/d.json`, {}).secret.length, 32)
})

const OIDC = {
  issuer: 'https://login.test/realm',
  clientId: 'wicketgate',
  roles: [{ value: 'x', role: 'agent' }],
}

t.test('a sign-in provider needs its secret, which is never printed', async t => {
  const with_ = (oidc: object) => JSON.stringify({ ...GOOD, staff: { oidc } })
  const dir = t.testdir({
    'c.json': with_(OIDC),
    'f.json': with_({ ...OIDC, clientSecretFile: 'client', rolesClaim: 'groups' }),
    client: 'from the file\n'.replaceAll(' ', '-'),
  })
  const load = (file: string, more = {}) =>
    loadConfig(`${dir}/${file}`, { WICKETGATE_SECRET: SECRET, ...more })
  t.throws(() => load('c.json'), { code: 'SECRET', message: /WICKETGATE_OIDC_SECRET/ })
  t.throws(() => load('c.json', { WICKETGATE_OIDC_SECRET: 'short' }), { code: 'SECRET' })
  t.equal(
    load('c.json', { WICKETGATE_OIDC_SECRET: 'long enough'.replace(' ', '-') }).oidcSecret,
    'long-enough',
  )
  t.throws(() => load('f.json'), {
    code: 'SECRET',
    message: /client: cannot be used: others can read it/,
  })
  chmodSync(`${dir}/client`, 0o400)
  const { config, oidcSecret } = load('f.json')
  t.equal(oidcSecret, 'from-the-file')
  t.same(config.staff.oidc?.rolesClaim, ['groups'])
  t.equal(config.staff.oidc?.clientSecretFile, `${dir}/client`)
  t.notMatch(JSON.stringify(redacted(config)), /client"|from-the-file/)
  t.match(redacted(config).staff, { oidc: { issuer: OIDC.issuer } })
})

t.test('what a provider’s settings must be', async t => {
  const cases: [object, RegExp][] = [
    [{ ...OIDC, issuer: 'http://login.test' }, /staff\.oidc\.issuer: .*https/],
    [{ ...OIDC, issuer: 'https://login.test/?x' }, /issuer/],
    [{ ...OIDC, issuer: 'https://me:secret@login.test' }, /issuer/],
    [{ ...OIDC, roles: [] }, /staff\.oidc\.roles/],
    [{ ...OIDC, roles: [{ value: 'x', role: 'king' }] }, /role: .*agent/],
    [{ ...OIDC, clientSecret: 'in the file' }, /clientSecret/],
    [{ ...OIDC, scopes: ['a b'] }, /scopes/],
    [{ ...OIDC, roles: Array(101).fill({ value: 'x', role: 'agent' }) }, /roles/],
  ]
  for (const [oidc, message] of cases) {
    const dir = t.testdir({ 'c.json': JSON.stringify({ ...GOOD, staff: { oidc } }) })
    const environment = { WICKETGATE_SECRET: SECRET, WICKETGATE_OIDC_SECRET: 'x'.repeat(8) }
    t.throws(() => loadConfig(`${dir}/c.json`, environment), { code: 'CONFIG', message })
  }
  const sessions = (sessionHours: number) => {
    const dir = t.testdir({ 'c.json': JSON.stringify({ ...GOOD, staff: { sessionHours } }) })
    return loadConfig(`${dir}/c.json`, { WICKETGATE_SECRET: SECRET }).config.staff.sessionHours
  }
  t.equal(sessions(24), 24)
  for (const hours of [0, 25, 1.5]) t.throws(() => sessions(hours), /sessionHours/)
})

t.test('a face check of the authority’s needs its secret, from the environment alone', async t => {
  const load = (face: unknown, faceSecret?: string) => {
    const dir = t.testdir({ 'c.json': JSON.stringify({ ...GOOD, face }) })
    const environment = { WICKETGATE_SECRET: SECRET, WICKETGATE_FACE_SECRET: faceSecret }
    return loadConfig(`${dir}/c.json`, environment)
  }
  t.same(load(undefined).config.face, { engine: 'embedded' })
  t.equal(load({ engine: 'embedded' }, 'x'.repeat(16)).faceSecret, undefined)
  const url = 'https://faces.test/v1/checks'
  const loaded = load({ url }, 'x'.repeat(16))
  t.same(loaded.config.face, { url, deadlineMs: 10_000 })
  t.equal(loaded.faceSecret, 'x'.repeat(16))
  t.notMatch(JSON.stringify(redacted(loaded.config)), 'x'.repeat(16))
  t.equal(load({ url: 'http://127.0.0.1:9/' }, 'x'.repeat(4096)).faceSecret?.length, 4096)
  for (const secret of [undefined, '', 'x'.repeat(15), 'x'.repeat(4097), 'a secret with blanks']) {
    t.throws(() => load({ url }, secret), { code: 'SECRET', message: /WICKETGATE_FACE_SECRET/ })
  }
  for (const face of [
    { url: 'http://faces.test/' },
    { url: 'https://me:secret@faces.test/' },
    { url: 'ftp://faces.test/' },
    { url: 'faces' },
    { url, deadlineMs: 499 },
    { url, deadlineMs: 30_001 },
    { url, engine: 'embedded' },
    { engine: 'other' },
  ]) {
    t.throws(() => load(face, 'x'.repeat(16)), { code: 'CONFIG', message: /face/ })
  }
})
