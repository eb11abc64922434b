import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { JournalError, type JournalErrorCode } from '../store/journal-error.ts'
import { createJournalControl, type ReadJournal } from './control-journal.ts'

/** A journal whose thread answers each call with this error. */
function failing(error: Error): ReadJournal {
  const fail = () => Promise.reject(error)
  return { readRows: fail, readRow: fail, readRun: fail, walk: fail, room: fail }
}

const exporting = () => ({
  ...{ dataDir: tempDir(), record: async () => {} },
  head: { gate: 'g', station: 's', software: '0', at: 0, clock: 'TRUSTED' as const },
})

t.test('a disk that does not answer, and a journal that closes meanwhile, are answers', async t => {
  for (const [code, said] of [
    ['JOURNAL_FAILED', 'JOURNAL_UNREADABLE'],
    ['JOURNAL_BUSY', 'JOURNAL_UNREADABLE'],
    ['JOURNAL_CLOSED', 'NOT_RUNNING'],
  ] as [JournalErrorCode, string][]) {
    const control = createJournalControl(() => failing(new JournalError(code, 'why')), exporting)
    t.match(await control.tail({ max: 1 }), { ok: false, code: said })
    t.match(await control.row(1), { ok: false, code: said })
    t.match(await control.verify(), { ok: false, code: said })
    t.match(await control.export({ file: 'a', by: 'lin' }), { ok: false, code: said })
  }
})

t.test('a defect is no answer', async t => {
  const control = createJournalControl(() => failing(new TypeError('a defect')), exporting)
  await t.rejects(control.verify(), { message: 'a defect' })
})

t.test('the chain is walked in pieces; the first row that does not fit is named', async t => {
  const broken = { epoch: 'e', seq: 7, why: 'its body was changed' }
  const place = { ordinal: 1, seq: 5, hash: 'h' }
  const pieces = [
    { next: place, rows: 5, broken: undefined },
    { next: undefined, rows: 2, broken },
  ]
  const walk = async () => pieces.shift() as (typeof pieces)[number]
  const control = createJournalControl(() => ({ ...failing(new Error()), walk }), exporting)
  t.same(await control.verify(), { ok: true, rows: 7, broken })
})
