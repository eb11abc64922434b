/** Revisions on disk: kept, bounded, whole after a power cut at any step; damage is set aside. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { serialize } from 'node:v8'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { REVISIONS_MAX, UNSAID_MAX } from './limits.ts'
import {
  committed,
  confirmed,
  firstHistory,
  type History,
  type NewRevision,
  reverted,
} from './revisions.ts'
import { openConfigStore } from './store.ts'
import { openStoreFile, STORE_FILE, type StoreChange, writeStoreChange } from './store-file.ts'

const CHILD = fileURLToPath(new URL('../testing/config/killed-writer.ts', import.meta.url))
const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex')
const next = (text: string): NewRevision => {
  return { at: 1_770_000_000_000, by: 'lin', reason: 'a test', text, sha256: sha256(text) }
}
const first = firstHistory(next('{"base":1}'), 'f0')
const says = (code: string) => [{ kind: 'alarm' as const, body: { code } }]

t.test('what was written is read again, with what the journal was not told', async t => {
  const dir = tempDir()
  const store = openConfigStore(dir, 0)
  t.same(store.stored, { history: undefined, unsaid: [] }, 'nothing yet, and no file made')
  const seen = { serviceRevision: 7, serviceSha256: 'ab' }
  const trial = committed(first, next('{"one":1}'), 60_000, seen)
  const base = { before: undefined, after: first, says: says('ONE'), said: [] }
  t.same(await store.write(base), [1])
  t.same(await store.write({ before: first, after: trial, says: says('TWO'), said: [1] }), [2])
  await store.close()
  const again = openConfigStore(dir, 0)
  t.same(again.stored.history, trial)
  t.match(again.stored.unsaid, [{ id: 2, kind: 'alarm', body: { code: 'TWO' } }])
  const back = reverted(trial, 'not confirmed')
  t.same(await again.write({ before: trial, after: back, says: [], said: [2] }), [])
  await again.close()
  t.same(openConfigStore(dir, 0).stored, { history: back, unsaid: [] })
})

t.test(
  'revisions that left the history leave the file; rows for the journal are bounded',
  async t => {
    const dir = tempDir()
    const store = openConfigStore(dir, 0)
    let history: History = first
    await store.write({ before: undefined, after: first, says: [], said: [] })
    for (let n = 0; n < REVISIONS_MAX + 5; n++) {
      const after = confirmed(committed(history, next(`{"n":${n}}`), null))
      await store.write({ before: history, after, says: says(`N${n}`), said: [] })
      history = after
    }
    const many = Array.from({ length: UNSAID_MAX }, (_, n) => says(`M${n}`)).flat()
    await store.write({ before: history, after: history, says: many, said: [] })
    await store.close()
    const { stored } = openConfigStore(dir, 0)
    t.same(stored.history, history)
    t.equal(stored.history?.revisions.length, REVISIONS_MAX)
    t.equal(stored.unsaid.length, UNSAID_MAX)
    t.match(stored.unsaid[0]?.body, { code: 'M0' }, 'the oldest are given up')
  },
)

t.test('a damaged file, or what is none, is set aside under a name', async t => {
  const dir = tempDir()
  const damages: ((path: string) => void)[] = [
    path => writeFileSync(path, 'no database at all, but long enough to be looked at'.repeat(20)),
    path => {
      const database = new DatabaseSync(path)
      database.exec(`UPDATE revision SET text = '{"base":2}'`)
      database.close()
    },
  ]
  for (const [n, damage] of damages.entries()) {
    const store = openConfigStore(dir, n * 1000)
    await store.write({ before: undefined, after: first, says: [], said: [] })
    await store.close()
    damage(join(dir, STORE_FILE))
    const found = openConfigStore(dir, n * 1000)
    t.equal(found.stored.history, undefined)
    t.match(found.damage, { setAside: `config.db.damaged-19700101T00000${n}000Z` })
  }
  mkdirSync(join(dir, STORE_FILE))
  t.match(openConfigStore(dir, 9000).damage, { setAside: 'config.db.damaged-19700101T000009000Z' })
  t.notOk(existsSync(join(dir, STORE_FILE)))
})

/** `old` or `new`; anything else fails the test by its name. */
function whatIsThere(dir: string, { before, after }: StoreChange): string {
  const { stored, damage } = openConfigStore(dir, 0)
  if (damage !== undefined) return `damage: ${damage.detail}`
  const old = { history: before, unsaid: before === undefined ? [] : UNSAID_BEFORE }
  if (isDeepStrictEqual(stored, old)) return 'old'
  const now = { history: after, unsaid: [{ id: before === undefined ? 1 : 2, ...says('NEW')[0] }] }
  return isDeepStrictEqual(stored, now) ? 'new' : `a mix, revision ${stored.history?.current} runs`
}
const UNSAID_BEFORE = [{ id: 1, ...says('OLD')[0] }]

const full = (): History => {
  let history: History = first
  for (let n = 1; n < REVISIONS_MAX; n++) {
    history = confirmed(committed(history, next(`{"n":${n}}`), null))
  }
  return history
}
const before = full()
const trial = committed(before, next('{"new":1}'), 60_000)
const changes: [string, History | undefined, History][] = [
  ['the very first write', undefined, first],
  ['a commit that drops the oldest', before, trial],
  ['a confirmation', trial, confirmed(trial)],
  ['a revert', trial, reverted(trial, 'not confirmed')],
]

for (const [name, from, to] of changes) {
  t.test(`killed at each step of ${name}`, async t => {
    const dir = tempDir()
    const change: StoreChange = {
      before: from,
      after: to,
      says: says('NEW'),
      said: from === undefined ? [] : [1],
    }
    const changeFile = join(dir, 'change')
    writeFileSync(changeFile, serialize(change))
    const template = join(dir, 'template.db')
    if (from !== undefined) {
      const database = openStoreFile(template)
      writeStoreChange(database, { before: undefined, after: from, says: says('OLD'), said: [] })
      database.close()
    }
    const seen: string[] = []
    for (let step = 0; ; step++) {
      const run = join(dir, 'run')
      rmSync(run, { recursive: true, force: true })
      mkdirSync(run)
      const path = join(run, STORE_FILE)
      if (from !== undefined) copyFileSync(template, path)
      const child = spawnSync(process.execPath, [CHILD, path, changeFile, String(step)])
      const there = whatIsThere(run, change)
      if (child.signal !== 'SIGKILL') {
        t.equal(child.status, 0, String(child.stderr))
        t.equal(there, 'new', 'not killed at all')
        break
      }
      if (there !== 'old' && there !== 'new') t.fail(`step ${step}: ${there}`)
      seen.push(there)
    }
    t.comment(`${seen.length} steps, new from step ${seen.indexOf('new')}`)
    t.ok(seen.length > 10)
    t.equal(seen[0], 'old')
    t.equal(seen.at(-1), 'new')
    t.same(seen, [...seen].sort().reverse(), 'old until the commit, new ever after')
  })
}
