import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createSmallMemory } from '../../fixtures/small-memory.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { CHAIN_START, chainInput } from '../contract/chain.ts'
import type { GrantBody, Upload } from '../contract/events.ts'
import { STALE_REFUSALS_MAX } from '../limits.ts'
import type { JournalEntry } from '../memory/projection.ts'
import { recover } from '../ops/restart-annulments.ts'
import { annulIn, grantTo, passOn } from '../testing/memory-rows.ts'
import { openJournalDatabase } from './database.ts'
import { openJournal } from './journal.ts'
import { createJournalCore } from './journal-core.ts'

const CTI = 'cd'.repeat(16)
const grant: GrantBody = {
  code: 'ADMIT',
  direction: 'entry',
  area: 'main',
  cti: CTI,
  presentedAt: 100,
  source: 's',
  flags: [],
  trace: [],
}
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function row(kind: string, body: unknown, at = 1000): JournalEntry {
  return { at, clock: 'TRUSTED', lane: 'A', kind, body }
}

function core(file = ':memory:') {
  let epochs = 0
  const next = () => (++epochs).toString(16).padStart(16, '0')
  return createJournalCore(openJournalDatabase(file, 5).db, next)
}

function checkChain(t: Test, upload: Upload | undefined) {
  let previous = upload?.previousHash ?? ''
  for (const one of upload?.rows ?? []) {
    t.equal(one.bodyHash, sha256(one.body ?? ''))
    t.equal(one.hash, sha256(chainInput(previous, one)))
    previous = one.hash
  }
}

t.test('rows form a chain that anyone can walk', async t => {
  const journal = core()
  t.same(journal.append(row('boot', { version: 1 })), { epoch: '0000000000000001', seq: 1 })
  journal.append(row('scan', { code: 'EXPIRED' }))
  const upload = journal.pending()
  t.equal(upload?.previousHash, CHAIN_START)
  t.same(
    upload?.rows.map(one => [one.seq, one.kind]),
    [
      [1, 'boot'],
      [2, 'scan'],
    ],
  )
  checkChain(t, upload)
})

t.test('what the service has is not sent again, and the next batch follows on', async t => {
  const journal = core()
  for (let i = 0; i < 250; i++) journal.append(row('scan', { i }))
  t.equal(journal.pending()?.rows.length, 200, 'at most 200 rows')
  journal.acknowledge(journal.epoch(), 201)
  const rest = journal.pending()
  t.equal(rest?.rows[0]?.seq, 201)
  checkChain(t, rest)
  journal.acknowledge(journal.epoch(), 251)
  t.equal(journal.pending(), undefined)
})

t.test('a fork keeps the old epoch and opens one that names its head', async t => {
  const journal = core()
  journal.append(row('boot', {}))
  const old = journal.epoch()
  const ref = journal.fork(old, { at: 5, clock: 'TRUSTED', lane: '' })
  t.not(ref?.epoch, old)
  const upload = journal.pending()
  t.equal(upload?.epoch, ref?.epoch)
  t.match(upload?.rows[0]?.body, new RegExp(`CHAIN_FORK.*${old} left at 1`))
})

t.test('a body too long is refused, and the chain stands where it stood', async t => {
  const journal = core()
  journal.append(row('boot', {}))
  t.throws(() => journal.append(row('scan', { text: 'x'.repeat(9000) })), /too long/)
  const second = { epoch: journal.epoch(), seq: 2 }
  t.same(journal.append(row('scan', {})), second)
  const wrong = row('scan', { text: 'x'.repeat(9000) })
  t.throws(() => journal.appendAll([row('scan', {}), wrong]), /too long/)
  const both = journal.appendAll([row('scan', {}), row('scan', {})])
  t.same(
    both,
    [
      { ...second, seq: 3 },
      { ...second, seq: 4 },
    ],
    'of those before nothing is there',
  )
  t.equal(journal.walk(undefined, 100).broken, undefined)
  checkChain(t, journal.pending())
})

t.test('memory on disk follows grants, passages and annulments', async t => {
  const journal = core()
  const first = journal.append(row('grant', grant))
  t.match(journal.memory().presentations, [{ cti: CTI, outcome: 'reserved', grants: 1 }])
  t.equal(journal.openGrants().length, 1)
  journal.append(row('annulled', { grant: first, reason: 'NO_TURN', cti: CTI }))
  t.match(journal.memory().presentations, [{ outcome: 'annulled' }])
  const second = journal.append(row('grant', grant))
  const passage = { grant: second, direction: 'entry', area: 'main', cti: CTI }
  journal.append(row('passage', passage, 2000))
  t.match(journal.memory(), {
    presentations: [{ outcome: 'passed', grants: 2 }],
    visits: [{ area: 'main', cti: CTI, inside: true, atMs: 2000 }],
  })
  t.same(journal.openGrants(), [])
})

t.test('old acknowledged rows go, the head and unsent rows stay', async t => {
  const journal = core()
  for (let i = 0; i < 5; i++) journal.append(row('scan', { i }, 1000))
  journal.acknowledge(journal.epoch(), 4)
  journal.prune(100_000, 60_000)
  const rest = journal.pending()
  t.same(
    rest?.rows.map(one => one.seq),
    [4, 5],
  )
  checkChain(t, rest)
})

t.test('through the worker: durable, and an open grant is annulled after a restart', async t => {
  const file = join(tempDir(), 'journal.db')
  const first = await openJournal(file, 5, randomBytes)
  let told = 0
  first.onAppended(() => told++)
  const ref = await first.append(row('grant', grant))
  t.equal(told, 1)
  await t.rejects(first.append(row('scan', { text: 'x'.repeat(9000) })), { code: 'JOURNAL_FAILED' })
  await first.close()
  await t.rejects(first.append(row('scan', {})), { code: 'JOURNAL_CLOSED' })

  const second = await openJournal(file, 6, randomBytes)
  t.equal(await recover(second, { nowMs: 9000, state: 'TRUSTED' }), 1)
  t.equal(await recover(second, { nowMs: 9000, state: 'TRUSTED' }), 0, 'only once')
  const upload = await second.pending()
  t.same(
    upload?.rows.map(one => one.kind),
    ['grant', 'annulled'],
  )
  t.match(JSON.parse(upload?.rows[1]?.body ?? ''), {
    ...{ grant: ref, reason: 'RESTART', unknown: true, cti: CTI },
  })
  const memory = createSmallMemory(await second.memory())
  t.match(memory.presentation(CTI, 100), { outcome: 'interrupted' })
  t.match(memory.visit('main', CTI), { inside: true }, 'whoever was let in counts as inside')
  await second.close()
})

t.test('a damaged file is set aside under a name, and the gate goes on', async t => {
  const file = join(tempDir(), 'journal.db')
  writeFileSync(file, 'this is no database at all, only some text that is long enough'.repeat(20))
  const journal = await openJournal(file, 77, randomBytes)
  t.equal(journal.setAside?.name, `${file}.damaged-19700101T000000077Z`)
  t.equal((await journal.append(row('boot', {}))).seq, 1)
  await journal.close()
})

t.test('a place that can’t be written is a clear error', async t => {
  await t.rejects(openJournal('/nowhere/at/all/journal.db', 1, randomBytes), {
    code: 'JOURNAL_FAILED',
  })
})

t.test('memory reserves at once, settles, and gives a failed reservation back', async t => {
  const memory = createSmallMemory()
  grantTo(memory, grant, 'A', 1)
  t.ok(memory.reserved('main', CTI, 'entry', 1))
  t.match(memory.presentation(CTI, 100), { outcome: 'reserved', grants: 1 })
  memory.forget(grant)
  t.notOk(memory.reserved('main', CTI, 'entry', 1))
  t.equal(memory.presentation(CTI, 100), undefined)
  grantTo(memory, grant, 'A', 2)
  annulIn(memory, grant, { reason: 'NO_TURN' }, 3)
  grantTo(memory, grant, 'A', 4)
  t.match(memory.presentation(CTI, 100), { grants: 2 })
  passOn(memory, grant, 5)
  t.same(memory.visit('main', CTI), { inside: true, atMs: 5 })
})

t.test('stale refusals: the first of ten minutes counts, the oldest are forgotten', async t => {
  const memory = createSmallMemory()
  memory.staleRefused('a', 1_000_000)
  memory.staleRefused('a', 1_599_999)
  t.equal(memory.staleRefusedMs('a'), 1_000_000)
  memory.staleRefused('a', 1_600_000)
  t.equal(memory.staleRefusedMs('a'), 1_600_000)
  for (let i = 1; i < STALE_REFUSALS_MAX; i++) memory.staleRefused(String(i), 2_000_000)
  t.equal(memory.staleRefusedMs('a'), 1_600_000, 'at the limit')
  memory.staleRefused('one over', 2_000_000)
  t.equal(memory.staleRefusedMs('a'), 0)
})
