/**
 * Damaged files at the start of a whole gate: it starts, says what it did, works, and keeps what
 * it can still read. Files as a gate left them, then bytes of them changed, cut or gone.
 */
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createTravellers, type HandGate, startHandGate } from '../../fixtures/hand-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { openJournalDatabase } from '../store/database.ts'
import { createJournalCore } from '../store/journal-core.ts'
import { LIST, T0, TrustWorld } from '../testing/trust/world.ts'

const PAGE = 4096
const T0_MS = T0 * 1000
/** The true time, which the service has: that of the gate that runs. */
let trueS = () => T0
const world = await TrustWorld.create(() => trueS())
await world.publish({ lists: { [LIST]: [200] } })
const code = createTravellers(world)
const dir = tempDir()

/** Lets certificate `number` through the lane of `gate`. */
async function passes(gate: HandGate, number: number): Promise<void> {
  const passages = () => gate.log.filter(line => line.event === 'passage').length
  const before = passages()
  await gate.scan(await code(number, trueS()))
  await gate.until('open', () => gate.energised.has('entry'))
  gate.board.setContact('passA', true)
  gate.board.setContact('passA', false)
  await gate.until('passed', () => passages() > before && gate.told().includes('passage'))
}

/** A gate on these files, online unless said otherwise; its host's clock is right. */
async function started(data: string, online = true): Promise<HandGate> {
  trueS = () => T0
  const gate = await startHandGate({ data, world, online })
  trueS = () => T0 + Math.floor(gate.time.clock.monotonicMs() / 1000)
  return gate
}

const trusted = (gate: HandGate) =>
  gate.until('fresh trust', () => gate.log.some(line => line.stage === 'FRESH'))

/** A folder with a journal of some pages, a trust cache, and certificates 1 to 3 inside. */
async function lived(): Promise<{ data: string; cut: string; rows: number }> {
  const data = join(dir, 'lived')
  const first = await started(data)
  await trusted(first)
  for (const number of [1, 2]) await passes(first, number)
  await first.stop()
  const { db } = openJournalDatabase(join(data, 'journal.db'), 0)
  db.exec('PRAGMA synchronous = OFF')
  const core = createJournalCore(db, () => 'c'.repeat(16))
  for (let i = 0; i < 400; i++) {
    core.append({
      ...{ at: T0_MS, clock: 'TRUSTED', lane: 'A', kind: 'scan' },
      body: { code: 'EXPIRED', direction: 'entry', source: 'A.scanner', trace: [], i },
    })
  }
  core.close()
  const again = await started(data)
  await trusted(again)
  await passes(again, 3)
  const cut = again.cut(join(dir, 'cut'))
  const rows = again.rows().length
  await again.stop()
  return { data, cut, rows }
}

const base = await lived()
let count = 0

/** A copy of the files, which may be damaged. */
function copy(from = base.data): string {
  count += 1
  const data = join(dir, `copy-${count}`)
  cpSync(from, data, { recursive: true })
  return data
}

function overwrite(file: string, offset: number, bytes: number): void {
  const content = readFileSync(file)
  for (let i = offset; i < Math.min(offset + bytes, content.length); i++) {
    content[i] = (i * 31 + 7) & 0xff
  }
  writeFileSync(file, content)
}

const aside = (data: string) =>
  readdirSync(data).filter(name => /^journal\.db\.damaged-\d{8}T\d{9}Z(-\d+)?$/.test(name))

/** Who is inside is refused at another entry: what the last code is answered with. */
async function comesAgain(gate: HandGate, number: number): Promise<string> {
  await gate.time.advanceAsync(6000)
  return gate.scan(await code(number, trueS()))
}

/** Starts on these files, lets a new passenger in, and stops; what it said on the way. */
async function starts(t: Test, data: string, what: string) {
  const gate = await started(data)
  await trusted(gate)
  await passes(gate, 50)
  const again = await comesAgain(gate, 1)
  await gate.until('walked', () => gate.log.some(line => line.event === 'walked'))
  await gate.stop()
  const told = gate.told()
  t.equal(told.at(-1), 'stop', `${what}: it works and stops`)
  const next = await started(data, false)
  t.match(
    next.log.find(line => line.event === 'boot'),
    { after: 'stop' },
    `${what}: and starts`,
  )
  t.notOk(
    next.log.some(line => line.event === 'alarm'),
    `${what}: told once`,
  )
  await next.stop()
  return { gate, told, remembers: again === 'ALREADY_INSIDE' }
}

t.test('the journal damaged in a page: header, head, memory, old rows', async t => {
  const pages = readFileSync(join(base.data, 'journal.db')).length / PAGE
  t.ok(pages > 30, `${pages} pages`)
  let forgot = 0
  for (let page = 0; page < pages; page += page < 12 ? 1 : 15) {
    const data = copy()
    overwrite(join(data, 'journal.db'), page * PAGE, PAGE)
    const { told, remembers } = await starts(t, data, `page ${page}`)
    t.ok(told.includes('alarm JOURNAL_DAMAGED'), `page ${page}: told`)
    t.same(aside(data).length, 1, `page ${page}: set aside under a name`)
    if (!remembers) forgot += 1
  }
  t.ok(forgot <= 3, `who is inside is known but where that page or the first is hit: ${forgot}`)
})

t.test('the journal cut short, or to nothing', async t => {
  const whole = readFileSync(join(base.data, 'journal.db')).length
  for (const bytes of [0, 10, 100, PAGE, PAGE + 1, whole / 2, whole - PAGE]) {
    const data = copy()
    truncateSync(join(data, 'journal.db'), bytes)
    const { told } = await starts(t, data, `${bytes} bytes`)
    t.ok(told.includes('alarm JOURNAL_DAMAGED'), `${bytes} bytes: told`)
    t.same(aside(data).length, 1, `${bytes} bytes: set aside`)
  }
})

/** Of the first byte of a page: rows and their index stand in one tree, whose upper pages hold rows too. */
const LEAF = 0x0a

/** Where the leaf page is that holds row `seq`, or one of the next where that row stands higher up. */
function leafFrom(file: string, rows: ReturnType<typeof readJournal>, seq: number): number {
  const content = readFileSync(file)
  for (const { hash } of rows.slice(seq - 1)) {
    const page = Math.floor(content.indexOf(hash) / PAGE) * PAGE
    if (content[page] === LEAF) return page
  }
  throw new Error(`no leaf page from row ${seq} on`)
}

t.test('rows that the service does not have go on, in their epoch, up to the damage', async t => {
  const data = copy()
  const file = join(data, 'journal.db')
  const before = readJournal(file)
  const { db } = openJournalDatabase(file, 0)
  const core = createJournalCore(db, () => 'd'.repeat(16))
  const { epoch } = before[0] as (typeof before)[0]
  core.acknowledge(epoch, 100)
  core.close()
  // Row 60 is with the service, row 290 is not.
  for (const seq of [60, 290]) overwrite(file, leafFrom(file, before, seq), PAGE)
  await starts(t, data, 'two pages')
  const after = readJournal(file)
  const kept = after.filter(row => row.epoch === epoch)
  t.equal(kept[0]?.seq, 99, 'from the last that the service has')
  t.ok(kept.length > 150 && kept.length < 202, `${kept.length} rows`)
  t.same(kept, before.slice(98, 98 + kept.length), 'each as it was')
  const fresh = after.filter(row => row.epoch !== epoch)
  t.match(fresh.find(row => row.body.code === 'JOURNAL_DAMAGED')?.body, {
    detail: new RegExp(`${epoch} is kept up to row ${kept.at(-1)?.seq}, head ${kept.at(-1)?.hash}`),
  })
})

t.test('a log torn anywhere: no damage, the rows before it, and open grants end', async t => {
  const wal = readFileSync(join(base.cut, 'journal.db-wal'))
  t.ok(wal.length > 10 * PAGE, `${wal.length} bytes of log`)
  const offsets = Array.from({ length: 9 }, (_, i) => Math.floor((wal.length * i) / 8) - i)
  for (const offset of offsets) {
    const data = copy(base.cut)
    const file = join(data, 'journal.db')
    truncateSync(`${file}-wal`, Math.max(0, offset))
    const sound = readJournal(file)
    rmSync(`${file}-shm`, { force: true })
    const { told, remembers } = await starts(t, data, `cut at ${offset}`)
    t.notOk(told.includes('alarm JOURNAL_DAMAGED'), `cut at ${offset}: nothing is damaged`)
    t.ok(remembers, `cut at ${offset}: memory is that of the rows`)
    t.same(
      readJournal(file).slice(0, sound.length),
      sound,
      `cut at ${offset}: no sound row is lost`,
    )
    t.same(openGrants(file), 0)
  }
})

t.test('a log with changed bytes ends where they are', async t => {
  const data = copy(base.cut)
  const file = join(data, 'journal.db')
  overwrite(`${file}-wal`, Math.floor(readFileSync(`${file}-wal`).length / 2), 300)
  const { told } = await starts(t, data, 'changed')
  t.notOk(told.includes('alarm JOURNAL_DAMAGED'))
})

function openGrants(file: string): number {
  const { db } = openJournalDatabase(file, 0)
  const count = Number(db.prepare('SELECT count(*) AS n FROM open_grants').get()?.n)
  db.close()
  return count
}

t.test('the trust cache damaged: told, fetched again, and without a service closed', async t => {
  const size = readFileSync(join(base.data, 'trust.db')).length
  const harms: [string, (file: string) => void][] = [
    ['header', file => overwrite(file, 0, 100)],
    ['each page after the first', file => overwrite(file, PAGE, size)],
    ['last page', file => overwrite(file, size - PAGE, PAGE)],
    ['cut in half', file => truncateSync(file, size / 2)],
    ['nothing left', file => truncateSync(file, 0)],
  ]
  for (const [what, harm] of harms) {
    const data = copy()
    harm(join(data, 'trust.db'))
    const gate = await started(data, false)
    const empty = what === 'nothing left'
    t.equal(
      gate.log.some(line => line.code === 'TRUST_CACHE_DAMAGED'),
      !empty,
      `${what}: told`,
    )
    const closed = await gate.scan(await code(50, trueS()))
    t.match(closed, /^(TRUST_STALE|STATUS_UNKNOWN)$/, `${what}: closed, not open`)
    gate.origin.down = false
    await gate.time.advanceAsync(20_000)
    await trusted(gate)
    await gate.until('in service', () => gate.gate.lanes[0]?.view().state.name === 'Locked')
    await passes(gate, 51)
    await gate.stop()
    const next = await started(data, false)
    t.equal(await next.scan(await code(200, trueS())), 'REVOKED', `${what}: and kept anew`)
    await next.stop()
  }
})

t.test('both files gone: a first start', async t => {
  const data = copy()
  for (const name of ['journal.db', 'trust.db']) rmSync(join(data, name))
  const gate = await started(data)
  await trusted(gate)
  t.match(
    gate.log.find(line => line.event === 'boot'),
    { after: 'first' },
  )
  await passes(gate, 50)
  await gate.stop()
  t.ok(existsSync(join(data, 'trust.db')))
})
