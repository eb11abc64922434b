import t from 'tap'
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
