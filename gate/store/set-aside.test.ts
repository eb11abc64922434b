import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { SET_ASIDE_MAX } from '../limits.ts'
import { setAside } from './set-aside.ts'

t.test('a damaged file is set aside with its log; the newest few are kept', async t => {
  const dir = t.testdir()
  t.equal(setAside(dir, 'trust.db', 0), undefined)
  for (let i = 0; i < SET_ASIDE_MAX + 2; i++) {
    writeFileSync(join(dir, 'trust.db'), `${i}`)
    writeFileSync(join(dir, 'trust.db-wal'), `${i}`)
    const name = setAside(dir, 'trust.db', i * 1000)
    t.equal(name, `trust.db.damaged-19700101T00000${i}000Z`)
  }
  const files = readdirSync(dir).sort()
  t.equal(files.length, SET_ASIDE_MAX * 2)
  t.equal(files[0], 'trust.db.damaged-19700101T000002000Z')
  t.equal(files[1], 'trust.db.damaged-19700101T000002000Z-wal', 'it opens with its log')
})
