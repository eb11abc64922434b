import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { SET_ASIDE_MAX } from '../limits.ts'
import { isSetAside, isSetAsideOf, setAside, setEntryAside, trySetAside } from './set-aside.ts'

t.test('a damaged file is set aside with its log; the newest few are kept', async t => {
  const dir = tempDir()
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

t.test('never over another: of the same moment each has a name', async t => {
  const dir = tempDir()
  const names = [1, 2, 3].map(content => {
    writeFileSync(join(dir, 'manifest'), `${content}`)
    return setAside(dir, 'manifest', 7)
  })
  const first = 'manifest.damaged-19700101T000000007Z'
  t.same(names, [first, `${first}-2`, `${first}-3`])
  t.same(readdirSync(dir).sort(), names)
})

t.test('what nobody can fetch again is all kept, and says why it lies there', async t => {
  const dir = tempDir()
  for (let i = 0; i < SET_ASIDE_MAX + 2; i++) {
    writeFileSync(join(dir, 'journal.db'), '')
    setAside(dir, 'journal.db', i, { why: i === 0 ? 'replaced' : 'damaged', keepAll: true })
  }
  mkdirSync(join(dir, 'journal.db'))
  setEntryAside(dir, 'journal.db', 9, { keepAll: true })
  const names = readdirSync(dir).sort()
  t.equal(names.length, SET_ASIDE_MAX + 3)
  t.equal(names.at(-1), 'journal.db.replaced-19700101T000000000Z')
})

t.test('a folder or a link to nothing goes alone, and older ones of its name with it', async t => {
  const dir = tempDir()
  mkdirSync(join(dir, 'gate.lock'))
  t.equal(setEntryAside(dir, 'gate.lock', 0), 'gate.lock.damaged-19700101T000000000Z')
  symlinkSync(join(dir, 'nowhere'), join(dir, 'gate.lock'))
  t.equal(setEntryAside(dir, 'gate.lock', 1), 'gate.lock.damaged-19700101T000000001Z')
  t.throws(() => setEntryAside(dir, 'gate.lock', 2), { code: 'ENOENT' })
})

t.test('one whose folder is gone is not set aside', async t => {
  t.equal(trySetAside(join(tempDir(), 'gone'), 'trust.db', 0), undefined)
})

t.test('what was set aside is known by its name, also by an older form of it', async t => {
  t.ok(isSetAsideOf('gate-key.pem.damaged-19700101T000000000Z', 'gate-key.pem'))
  t.notOk(isSetAsideOf('gate-key.pem', 'gate-key.pem'))
  t.ok(isSetAside('manifest.damaged-1716274800000'))
  t.notOk(isSetAside('manifest.partial'))
})
