/**
 * Files of the data folder that are emptied, of another kind, in each other's place, or no files at
 * all: a start sets them aside, names them, and runs.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import type { LogLine } from '../../fixtures/child.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { numbersAfter, numbersOf, withKnown } from '../config/high-water-marks.ts'
import { committed, confirmed, firstHistory } from '../config/revisions.ts'

const dir = tempDir()
const lane = await createSimLane('A', 'entry')
const lone = createLoneGate(dir, await makeTrust(join(dir, 'trust')), lane)
const revised = (line: LogLine) => line.event === 'config'
const first = await lone.inService()
await first.line('the first revision', revised)
lone.write({ ...lone.config, metrics: { port: 0 } })
first.signal('SIGHUP')
await first.line('the second', line => line.event === 'reload')
await first.stop()
const sound = join(dir, 'sound')
cpSync(lone.data, sound, { recursive: true })

const pipe = (file: string) => spawnSync('mkfifo', [file])
const inPlace = (other: string) => (file: string) => copyFileSync(join(sound, other), file)
const folder = (file: string) => mkdirSync(file)
const empty = (file: string) => writeFileSync(file, '')
const garbage = (file: string) => writeFileSync(file, 'garbage, long enough'.repeat(100))

const CASES: [name: string, how: string, spoil: (file: string) => void, code: string][] = [
  ['config.db', 'emptied', empty, 'FILE_DAMAGED'],
  ['config.db', 'a folder', folder, 'FILE_DAMAGED'],
  ['config.db', 'a pipe', pipe, 'FILE_DAMAGED'],
  ['config.db', 'the journal', inPlace('journal.db'), 'FILE_DAMAGED'],
  ['config.db-wal', 'a folder', folder, 'FILE_DAMAGED'],
  ['journal.db', 'a folder', folder, 'FILE_DAMAGED'],
  ['journal.db', 'the revisions', inPlace('config.db'), 'JOURNAL_DAMAGED'],
  ['journal.db-wal', 'a folder', folder, 'FILE_DAMAGED'],
  ['journal.db-shm', 'a folder', folder, 'FILE_DAMAGED'],
  ['journal.db.reserve', 'a folder', folder, 'FILE_DAMAGED'],
  ['trust.db', 'a pipe', pipe, 'FILE_DAMAGED'],
  ['trust.db', 'the revisions', inPlace('config.db'), 'TRUST_CACHE_DAMAGED'],
  ['gate.lock', 'a folder', folder, 'FILE_DAMAGED'],
  ['gate.lock', 'garbage', garbage, 'FILE_DAMAGED'],
  ['gate.pid', 'a folder', folder, 'FILE_DAMAGED'],
  ['station', 'a file', empty, 'FILE_DAMAGED'],
]

t.test('each is set aside under a name and told with it; the gate runs', async t => {
  t.teardown(() => lane.close())
  for (const [name, how, spoil, code] of CASES) {
    const what = `${name} ${how}`
    rmSync(lone.data, { recursive: true })
    cpSync(sound, lone.data, { recursive: true })
    rmSync(join(lone.data, name), { force: true, recursive: true })
    spoil(join(lone.data, name))
    const gate = await lone.inService()
    const told = await gate.line(what, line => line.code === code)
    const aside = readdirSync(lone.data).find(one => one.startsWith(`${name}.damaged-`))
    t.ok(aside, `${what}: set aside`)
    t.match(`${told.detail} ${told.setAside}`, String(aside), `${what}: under the name told`)
    t.match(`${told.detail} ${told.setAside}`, name)
    if (name === 'station') t.ok(await fireOpens(lane), 'fire opens')
    t.equal(await gate.stop(), 0, what)
    const codes = readJournal(join(lone.data, 'journal.db')).map(({ body }) => body.code)
    if (code !== 'TRUST_CACHE_DAMAGED') t.ok(codes.includes(code), `${what}: in the journal`)
  }
})

t.test('revisions that are lost go on after the last number that ran here', async t => {
  const revisions = (data: string) => {
    const db = new DatabaseSync(join(data, 'config.db'), { readOnly: true })
    const found = db.prepare('SELECT number FROM revision ORDER BY number').all()
    db.close()
    return found.map(({ number }) => number)
  }
  t.same(revisions(sound), [0, 1])
  rmSync(lone.data, { recursive: true })
  cpSync(sound, lone.data, { recursive: true })
  writeFileSync(join(lone.data, 'config.db'), '')
  const gate = lone.start()
  t.match(await gate.line('told', revised), { about: 'base', revision: 2 })
  await gate.stop()
  t.same(revisions(lone.data), [2])
})

t.test('what the service sent is not taken again by lost or older revisions', t => {
  const next = (text: string) => ({ at: 1, by: 'x', reason: '', text, sha256: text })
  const base = firstHistory(next('a'), 'f')
  const newer = confirmed(
    committed(base, next('b'), null, { serviceRevision: 7, serviceSha256: 'ab' }),
  )
  const known = numbersOf(newer)
  t.same(numbersAfter(known), { number: 2, serviceRevision: 7 })
  t.equal(firstHistory(next('a'), 'f', numbersAfter(known)).seen.serviceRevision, 7)
  t.same(withKnown(newer, known), { history: newer })
  const { history, older } = withKnown(base, known)
  t.equal(history.seen.serviceRevision, 7)
  t.match(older, /end with 0, and this gate ran 1/)
  t.end()
})
