import t from 'tap'
import { CHAIN_START } from '../contract/chain.ts'
import { ROWS_LOOKED_AT_MAX, ROWS_READ_MAX } from '../limits.ts'
import { openJournalDatabase } from './database.ts'
import { createJournalCore } from './journal-core.ts'

function journal() {
  let epochs = 0
  const { db } = openJournalDatabase(':memory:', 0)
  const core = createJournalCore(db, () => String(epochs++).repeat(16))
  const add = (count: number, kind = 'alarm', lane = 'A', code = 'HELD') => {
    for (let n = 0; n < count; n++) {
      core.append({ at: 1000 + n, clock: 'TRUSTED', lane, kind, body: { code } })
    }
  }
  return { ...core, add }
}
const seqs = ({ rows }: { rows: readonly { seq: number }[] }) => rows.map(({ seq }) => seq)

t.test('newest first, a page at a time, over epochs', async t => {
  const { add, readRows, fork } = journal()
  add(3)
  fork('0'.repeat(16), { at: 5, clock: 'TRUSTED', lane: '' })
  add(1)
  const first = readRows({ max: 3 })
  t.same(seqs(first), [2, 1, 3])
  t.same(
    first.rows.map(({ epoch }) => epoch[0]),
    ['1', '1', '0'],
  )
  t.same(first.next, { epoch: '0'.repeat(16), seq: 3 })
  const second = readRows({ max: 3, before: first.next as NonNullable<typeof first.next> })
  t.same(seqs(second), [2, 1])
  t.equal(second.next, undefined)
})

t.test('by kind, lane, code and time', async t => {
  const { add, readRows } = journal()
  add(2)
  add(2, 'scan', 'B', 'EXPIRED')
  add(1, 'mode', '', '')
  t.same(seqs(readRows({ max: 9, kinds: ['scan'] })), [4, 3])
  t.same(seqs(readRows({ max: 9, kinds: ['scan', 'mode'] })), [5, 4, 3])
  t.same(seqs(readRows({ max: 9, lane: '' })), [5])
  t.same(seqs(readRows({ max: 9, code: 'EXPIRED' })), [4, 3])
  t.same(seqs(readRows({ max: 9, code: 'EXPIRED', fromMs: 1001 })), [4])
  t.same(seqs(readRows({ max: 9, code: 'EXPIRED', untilMs: 1001 })), [3])
})

t.test('one call looks at so many rows, and says where it ended', async t => {
  const { add, readRows } = journal()
  add(1, 'scan', 'A', 'EXPIRED')
  add(ROWS_LOOKED_AT_MAX)
  const none = readRows({ max: 9, code: 'EXPIRED' })
  t.same(none.rows, [])
  t.equal(none.next?.seq, 2, 'grants behind it waited for no more')
  t.same(seqs(readRows({ max: 9, code: 'EXPIRED', before: { ...none.next } as never })), [1])
  t.equal(readRows({ max: ROWS_READ_MAX + 1 }).rows.length, ROWS_READ_MAX)
  t.equal(readRows({ max: 0 }).rows.length, 1)
})

t.test('one row by its number, of the newest epoch unless said', async t => {
  const { add, readRow, fork } = journal()
  add(2)
  fork('0'.repeat(16), { at: 5, clock: 'TRUSTED', lane: '' })
  t.match(readRow(1), { epoch: '1'.repeat(16), kind: 'alarm' })
  t.match(readRow(1, '0'.repeat(16)), { epoch: '0'.repeat(16) })
  t.match(readRow(2), { epoch: '0'.repeat(16) }, 'only the old epoch has it')
  t.equal(readRow(3), undefined)
})

t.test('runs in the order of the chain, each with the hash that it follows from', async t => {
  const { add, readRun, readRow, fork } = journal()
  add(4)
  const first = readRun({ max: 3 })
  t.same(seqs(first), [1, 2, 3])
  t.equal(first.previousHash, CHAIN_START)
  const second = readRun({ max: 3, after: { ...first.next } as never })
  t.same(seqs(second), [4])
  t.equal(second.previousHash, readRow(3)?.hash)
  t.equal(second.next, undefined)
  fork('0'.repeat(16), { at: 5, clock: 'TRUSTED', lane: '' })
  const all = readRun({ max: 9 })
  t.same(seqs(all), [1, 2, 3, 4, 1])
  t.equal(readRun({ max: 9, after: { epoch: '0'.repeat(16), seq: 4 } }).previousHash, CHAIN_START)
  t.same(readRun({ max: 9, after: { epoch: 'f'.repeat(16), seq: 1 } }).rows, [], 'an unknown epoch')
  const late = readRun({ max: 9, fromMs: 1002 })
  t.same(seqs(late), [3, 4, 1], 'all from there on, whatever their time')
  t.equal(late.previousHash, readRow(2, '0'.repeat(16))?.hash)
  t.same(readRun({ max: 9, fromMs: 9999 }).rows, [])
})

t.test(
  'a run whose row before was dropped says so, and one call looks at so many rows',
  async t => {
    const { add, readRun, acknowledge, prune } = journal()
    add(ROWS_LOOKED_AT_MAX + 3)
    const none = readRun({ max: 9, fromMs: 1000 + ROWS_LOOKED_AT_MAX })
    t.same(none.rows, [])
    t.equal(none.next?.seq, ROWS_LOOKED_AT_MAX)
    t.equal(readRun({ max: ROWS_READ_MAX + 1 }).rows.length, ROWS_READ_MAX)
    acknowledge('0'.repeat(16), ROWS_LOOKED_AT_MAX)
    prune(1e15, 0)
    t.equal(readRun({ max: 1 }).previousHash, null)
  },
)
