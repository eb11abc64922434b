/** The cursor of acknowledged rows: rows are dropped below it, so it moves only where it may. */
import t from 'tap'
import { CHAIN_START } from '../contract/chain.ts'
import { REFUSED_ROWS_MAX } from '../limits.ts'
import { openJournalDatabase } from './database.ts'
import { createJournalCore } from './journal-core.ts'

const HERE = { at: 1, clock: 'TRUSTED', lane: '' } as const
const OLD_MS = 1e12

function journal(rows: number) {
  let epochs = 0
  const { db } = openJournalDatabase(':memory:', 1)
  const core = createJournalCore(db, () => (++epochs).toString(16).padStart(16, '0'))
  const add = (count: number) => {
    for (let i = 0; i < count; i++) core.append({ ...HERE, kind: 'scan', body: { i } })
  }
  add(rows)
  const epoch = core.epoch()
  const cursor = () =>
    db.prepare('SELECT acknowledged FROM epochs WHERE epoch = ?').get(epoch)?.acknowledged
  return { db, core, add, epoch, cursor }
}

t.test(
  'how many rows the service does not have: those past the cursor, of all epochs that are sent',
  t => {
    const { db, core, epoch, add } = journal(10)
    t.equal(core.unsent(), 10)
    core.acknowledge(epoch, 7)
    t.equal(core.unsent(), 4)
    add(2)
    t.equal(core.unsent(), 6)
    core.acknowledge(epoch, 13)
    t.equal(core.unsent(), 0)
    core.prune(1e15, 0)
    t.equal(core.unsent(), 0, 'rows that are gone here are no lack there')
    db.exec('UPDATE epochs SET forked = 1, acknowledged = 0')
    t.equal(core.unsent(), 0, 'a fork is not sent')
    t.end()
  },
)

t.test('it never goes back, and never past one after the last row', async t => {
  const { core, epoch, cursor } = journal(10)
  t.equal(core.acknowledge(epoch, 6), true)
  for (const next of [6, 5, 1, 12, 1e6, Number.MAX_SAFE_INTEGER]) {
    t.equal(core.acknowledge(epoch, next), false, `next ${next}`)
    t.equal(cursor(), 5)
  }
  t.equal(core.acknowledge('f'.repeat(16), 7), false, 'an epoch that is not here')
  t.equal(core.acknowledge(epoch, 11), true, 'one past the last row')
  t.equal(core.pending(), undefined)
})

t.test(
  'a service that is behind gets again what is here, and is believed in nothing else',
  async t => {
    const { core, epoch, cursor, add } = journal(10)
    core.acknowledge(epoch, 8)
    t.same(core.behind(epoch, 8, HERE), { code: 'IMPLAUSIBLE', opened: false }, 'not acknowledged')
    t.same(core.behind('f'.repeat(16), 1, HERE), { code: 'IMPLAUSIBLE', opened: false })
    t.equal(cursor(), 7)
    t.same(core.behind(epoch, 3, HERE), { code: 'RESEND', opened: false })
    t.match(core.pending(), { epoch, previousHash: /^[0-9a-f]{64}$/ })
    t.equal(core.pending()?.rows[0]?.seq, 3)
    core.acknowledge(epoch, 11)
    core.prune(OLD_MS, 60_000)
    add(1)
    t.same(core.behind(epoch, 4, HERE, false), { code: 'GONE', opened: false }, 'no epoch now')
    t.match(core.pending(), { previousHash: null, gap: { from: 4, why: 'dropped' } })
    core.prune(OLD_MS, 60_000)
    t.equal(core.pending()?.rows[0]?.seq, 10, 'what goes up again is not dropped meanwhile')
    t.same(core.behind(epoch, 1, HERE), { code: 'GONE', opened: true })
    t.not(core.epoch(), epoch)
    t.match(core.pending(), { epoch, gap: { from: 1 } }, 'the old epoch first')
    core.acknowledge(epoch, 12)
    t.match(core.pending(), { previousHash: CHAIN_START, rows: [{ seq: 1, kind: 'alarm' }] })
  },
)

t.test('a fork of an epoch that is not the last opens none', async t => {
  const { core, epoch } = journal(3)
  t.equal(core.fork(epoch, HERE)?.seq, 1)
  const second = core.epoch()
  t.equal(core.fork(second, HERE), undefined, 'the service never took a row of it')
  core.acknowledge(second, 2)
  t.equal(core.fork(second, HERE, false), undefined, 'not now')
  t.equal(core.fork(second, HERE)?.seq, 1)
  const third = core.epoch()
  t.equal(core.fork(second, HERE)?.seq, 2)
  t.equal(core.epoch(), third)
})

t.test('so many rows are kept aside and no more', async t => {
  const { core, epoch, db } = journal(REFUSED_ROWS_MAX + 1)
  const refuse = (seq: number) => core.refuse({ epoch, seq, why: 'w', at: 1, whole: true })
  for (let seq = 1; seq <= REFUSED_ROWS_MAX; seq++) refuse(seq)
  t.equal(refuse(REFUSED_ROWS_MAX + 1), false)
  t.equal(db.prepare('SELECT count(*) AS n FROM refused_rows').get()?.n, REFUSED_ROWS_MAX)
  t.match(core.pending(), { gap: { from: 1, why: 'refused' }, rows: { length: 1 } })
})
