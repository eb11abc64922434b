import { randomBytes } from 'node:crypto'
import t from 'tap'
import { databasePlace, loadConfig, redacted } from './config.ts'

const SECRET = randomBytes(32).toString('base64url')
const GOOD = { trust: { documents: 'trust', keys: 'trust/online' } }

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
  t.throws(() => loadConfig(`${dir}/c.json`, {}), { message: /not valid JSON/ })
  t.throws(() => loadConfig(`${dir}/none.json`, {}), { code: 'CONFIG' })
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
  t.equal(loadConfig(`${dir}/d.json`, {}).secret.length, 32)
})
