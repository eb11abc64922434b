/** Users on file: what is written is found again, what is damaged lets nobody in. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { USERS_MAX } from './limits.ts'
import { COST, createUsers } from './users.ts'

const PASSWORD = 'correct horse'
const cheap = { randomBytes, cost: { N: 2, r: 1, p: 1 } }

t.test('kept over a start, hashed, for the gate’s user alone', async t => {
  const dataDir = tempDir()
  const users = createUsers({ dataDir, randomBytes })
  t.equal(users.state(), 'none')
  t.equal(await users.add('lin', 'admin', PASSWORD), undefined)
  const file = join(dataDir, 'console-users.json')
  t.notMatch(readFileSync(file, 'utf8'), PASSWORD)
  t.match(JSON.parse(readFileSync(file, 'utf8')), { users: [{ cost: COST }] })
  t.equal(statSync(file).mode & 0o777, 0o600)
  const again = createUsers({ dataDir, ...cheap })
  t.equal(again.state(), 'some')
  t.equal(await again.check('lin', PASSWORD), 'admin')
  t.equal(await again.add('wei', 'viewer', PASSWORD), undefined)
  const third = createUsers({ dataDir, ...cheap })
  t.equal(await third.check('wei', PASSWORD), 'viewer')
  t.equal(await third.check('wei', 'wrong'), undefined)
  t.equal(await third.check('zoe', PASSWORD), undefined)
})

t.test('names, passwords, the last admin and the number of users have bounds', async t => {
  const users = createUsers({ dataDir: tempDir(), ...cheap })
  t.equal(await users.add('lin', 'admin', 'x'.repeat(9)), 'PASSWORD_RULE')
  t.equal(await users.add('lin', 'admin', 'x'.repeat(129)), 'PASSWORD_RULE')
  t.equal(await users.add('lin', 'admin', 'x'.repeat(10)), undefined)
  t.equal(await users.add('lin', 'viewer', PASSWORD), 'USER_EXISTS')
  t.equal(await users.remove('lin'), 'LAST_ADMIN')
  t.equal(await users.setPassword('wei', PASSWORD), 'NO_SUCH_USER')
  t.equal(await users.setPassword('lin', PASSWORD), undefined)
  t.equal(await users.check('lin', PASSWORD), 'admin')
  for (let n = 1; n < USERS_MAX; n++) await users.add(`u${n}`, 'viewer', PASSWORD)
  t.equal(await users.add('more', 'viewer', PASSWORD), 'TOO_MANY_USERS')
})

t.test('a disk that takes nothing changes nothing; a damaged file lets nobody in', async t => {
  const dataDir = tempDir()
  const users = createUsers({ dataDir, ...cheap })
  mkdirSync(join(dataDir, 'console-users.json.partial'))
  t.equal(await users.add('lin', 'admin', PASSWORD), 'NOT_WRITTEN')
  t.equal(users.state(), 'none')
  for (const text of ['', '{"users":[{"name":"lin"}]}', '{"users":[],"x":1}']) {
    writeFileSync(join(dataDir, 'console-users.json'), text)
    const found = createUsers({ dataDir, ...cheap })
    t.equal(found.state(), 'damaged', text)
    t.equal(await found.check('lin', PASSWORD), undefined)
  }
})
