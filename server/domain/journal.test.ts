import { createHash } from 'node:crypto'
import t from 'tap'
import { CHAIN_START, chainInput } from '../../gate/contract/chain.ts'
import type { JournalRow, Upload } from '../../gate/contract/events.ts'
import { follows, isChain } from './journal.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const EPOCH = 'e'.repeat(16)

/** Rows `from` to `to` of one epoch, and the hash that the first follows; `skipped` was never there. */
function chain(from: number, to: number, skipped = 0): { before: string; rows: JournalRow[] } {
  let hash = CHAIN_START
  let before = hash
  const rows: JournalRow[] = []
  for (let seq = 1; seq <= to; seq += 1) {
    if (seq === skipped) continue
    if (seq === from) before = hash
    const body = JSON.stringify({ n: seq })
    const columns = {
      ...{ epoch: EPOCH, seq, at: 1000 + seq, clock: 'TRUSTED', lane: 'A', kind: 'mark' },
      bodyHash: sha256(body),
    }
    hash = sha256(chainInput(hash, columns))
    if (seq >= from) rows.push({ ...columns, body, hash } as JournalRow)
  }
  return { before, rows }
}

function upload(from: number, to: number, more: Partial<Upload> = {}): Upload {
  const { before, rows } = chain(from, to)
  return { epoch: EPOCH, previousHash: before, rows, ...more } as Upload
}
const changed = (given: Upload, at: number, more: Partial<JournalRow>): Upload => ({
  ...given,
  rows: given.rows.map((row, i) => (i === at ? { ...row, ...more } : row)),
})

t.test('a piece of a chain, from its start or from within', async t => {
  t.ok(isChain(upload(1, 1)))
  t.ok(isChain(upload(1, 3)))
  t.ok(isChain(upload(4, 6)))
  t.ok(isChain(upload(4, 6, { previousHash: null })), 'the row before is lost: taken as it stands')
})

t.test('the first row of all follows the start and nothing else', async t => {
  t.notOk(isChain(upload(1, 2, { previousHash: null })))
  t.notOk(isChain(upload(1, 2, { previousHash: 'f'.repeat(64) })))
  t.notOk(isChain(upload(2, 3, { previousHash: CHAIN_START })), 'the second does not')
})

t.test('a gap lies before the rows', async t => {
  const gap = (from: number) => ({ from, why: 'dropped' }) as const
  const within = { previousHash: null, gap: gap(3) } as Partial<Upload>
  t.ok(isChain(upload(4, 5, within)))
  t.notOk(isChain(upload(4, 5, { ...within, gap: gap(4) } as Partial<Upload>)))
  t.notOk(isChain(upload(4, 5, { ...within, gap: gap(5) } as Partial<Upload>)))
})

t.test('a row that is not the next, of another epoch, or was changed', async t => {
  const good = upload(1, 3)
  t.notOk(isChain({ ...good, rows: good.rows.toSpliced(1, 1) }), 'one is missing')
  const { before, rows } = chain(1, 3, 2)
  t.notOk(isChain({ ...good, previousHash: before, rows }), 'a number that nobody ever gave')
  t.notOk(isChain({ ...good, rows: good.rows.toReversed() }), 'out of order')
  t.notOk(isChain({ ...good, epoch: 'f'.repeat(16) }), 'another epoch')
  t.notOk(isChain(changed(good, 1, { body: '{"n":9}' })), 'its body')
  t.notOk(isChain(changed(good, 1, { at: 9 })), 'its time')
  t.notOk(isChain(changed(good, 2, { hash: 'f'.repeat(64) })), 'its hash')
  t.ok(isChain(changed(good, 1, { body: null })), 'a body that was dropped leaves its hash')
})

t.test('whether a row follows a hash', async t => {
  const { before, rows } = chain(2, 2)
  const row = rows[0] as JournalRow
  t.equal(follows(before, row), true)
  t.equal(follows(CHAIN_START, row), false)
})
