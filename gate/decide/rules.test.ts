/** What the rules are told, what they ask the memory, and what their steps say in the stored trace. */
import t from 'tap'
import type { BoardingTrain } from '../../pass/documents/boarding.ts'
import type { VerifiedPass, VerifyResult } from '../../pass/verify.ts'
import { plainModes } from '../machine/state.ts'
import type { BoardingView } from './boarding.ts'
import { decide } from './decide.ts'
import type { DecideContext, MemoryView, SeenPresentation } from './rules.ts'

const NOW_MS = 1_770_000_000_000
const CTI = 'ab'.repeat(16)
const entry: DecideContext = {
  ...{ lane: 'A', direction: 'entry', area: 'main', modes: plainModes('entry') },
  ...{ takesPaper: true, paperListMs: 1_800_000, listAgeMs: 0, staleExit: 'staff' },
  ...{ passback: 'hard', passbackMs: 3_600_000, ticket: 'off', boarding: undefined },
  ...{ stage: 'FRESH', clockUncertain: false, statusKnown: true, nowMs: NOW_MS },
}
const exit: DecideContext = { ...entry, direction: 'exit', modes: plainModes('exit') }

function pass(more: Partial<VerifiedPass> = {}): VerifyResult {
  const fields: VerifiedPass = {
    ...{ cti: new Uint8Array(16).fill(0xab), ctiHex: CTI, iat: 1000, exp: 2800 },
    ...{ passClass: 'phone', inScope: true, presentedAt: 1500, statusKnown: true },
    ...{ statusList: 'tsl:1', statusIndex: 5, expiredByMs: 0, staleByMs: 0 },
    ...more,
  } as VerifiedPass
  return { ok: true, pass: fields }
}
const paper = pass({ passClass: 'paper', presentedAt: undefined })

const empty: MemoryView = {
  presentation: () => undefined,
  visit: () => undefined,
  reserved: () => false,
  pardonedMs: () => 0,
  hasRoom: () => true,
  staleRefusedMs: () => 0,
}
const inside: MemoryView = { ...empty, visit: () => ({ inside: true, atMs: NOW_MS - 60_000 }) }

function judged(found: VerifyResult, where: DecideContext, memory = empty) {
  const verdict = decide(found, 'A.scanner', where, memory)
  if (verdict.verdict === 'ignore') return { code: 'ignored', flags: [], trace: [] }
  return verdict.verdict === 'admit' ? verdict.grant : { flags: [], ...verdict.scan }
}
const codeOf = (found: VerifyResult, where: DecideContext, memory = empty) => {
  const { code, flags } = judged(found, where, memory)
  return [code, ...flags].join(' ')
}
const steps = (found: VerifyResult, where: DecideContext, memory = empty) =>
  judged(found, where, memory).trace.map(({ rule, saw, said }) => `${rule}: ${saw}: ${said}`)

t.test('the trace says what verification saw, cut to what a row has room for', async t => {
  const found: VerifyResult = { ok: false, code: 'EXPIRED', seen: { iat: 5, exp: 9 } }
  t.same(steps(found, entry).slice(1), ['verify: EXPIRED, iat 5, exp 9: deny'])
  const long: VerifyResult = { ok: false, code: 'MALFORMED', seen: { detail: 'x'.repeat(300) } }
  t.equal(judged(long, entry).trace[1]?.saw.length, 200)
  t.notOk('cti' in judged(found, entry), 'nothing proved whose it is')
})

t.test('the trace ends with the step that refused', async t => {
  const closed = { ...entry, modes: { ...entry.modes, entry: 'closed' } } as const
  t.same(steps(pass(), closed), ['lane: entry closed, exit closed: deny'])
  const staffed = steps(pass(), { ...entry, stage: 'STAFF' })
  t.equal(staffed.at(-1), 'staff: all else was good: deny')
  const area = 'x'.repeat(300)
  const deep = judged(pass(), { ...entry, area, within: area })
  t.equal(deep.trace.at(-1)?.saw.length, 200, 'cut to what a row has room for')
})

t.test('times in the trace are seconds that went by', async t => {
  const seen: SeenPresentation = {
    ...{ lane: 'A', direction: 'entry', outcome: 'passed', atMs: NOW_MS - 60_000, grants: 1 },
  }
  const known = { ...empty, presentation: () => seen }
  t.equal(steps(pass(), entry, known).at(-1), 'replay: passed on lane A 60 s ago: deny')
})

t.test('a lane for both ways: what was read at its other end is another try', async t => {
  const reading = (direction: 'entry' | 'exit'): MemoryView => ({
    ...empty,
    presentation: () => ({
      ...{ lane: 'A', direction, outcome: 'reserved', atMs: NOW_MS - 10, grants: 1 },
    }),
  })
  t.equal(codeOf(pass(), entry, reading('entry')), 'ignored')
  t.equal(codeOf(pass(), entry, reading('exit')), 'ALREADY_USED')
})

t.test('a code about time means nothing where trust has ended: trust is named', async t => {
  const expired: VerifyResult = { ok: false, code: 'EXPIRED' }
  t.equal(codeOf(expired, { ...entry, stage: 'CLOSED' }), 'TRUST_STALE')
  t.equal(codeOf(expired, { ...exit, stage: 'CLOSED' }), 'EXPIRED')
  t.equal(codeOf(expired, { ...entry, stage: 'STAFF' }), 'EXPIRED')
})

t.test('degraded by command: said where trust has ended, and nowhere else', async t => {
  const modes = { ...entry.modes, trustDegraded: true }
  t.equal(codeOf(pass(), { ...entry, modes }), 'ADMIT')
  t.equal(codeOf(pass(), { ...entry, modes, stage: 'OVERDUE' }), 'ADMIT_FLAGGED TRUST_OVERDUE')
  for (const stage of ['STAFF', 'CLOSED'] as const) {
    t.equal(codeOf(pass(), { ...entry, modes, stage }), 'ADMIT_FLAGGED TRUST_DEGRADED', stage)
  }
})

t.test('a code that is too old and forgiven is told', async t => {
  const stale = pass({ staleByMs: 12_000 })
  t.equal(codeOf(stale, exit, inside), 'ADMIT_FLAGGED STALE_CODE')
  t.ok(steps(stale, exit, inside).includes('late: 12 s too old: flag'))
})

t.test('without the bus only an entry into an area around is in doubt', async t => {
  const deaf = { ...entry, bus: 'down' } as const
  t.equal(codeOf(pass(), deaf, inside), 'ALREADY_INSIDE')
  t.equal(codeOf(pass(), { ...exit, bus: 'down' }), 'NOT_INSIDE')
})

t.test('paper has no presentation: its issue stands for it, once each way', async t => {
  const asked: number[] = []
  const known: MemoryView = {
    ...inside,
    presentation: (_cti, at) => void asked.push(at),
    visit: () => undefined,
  }
  t.match(judged(paper, entry, known), { code: 'ADMIT', paper: true, presentedAt: 1000 })
  t.match(judged(paper, { ...exit, passback: 'off' }, known), { paper: true, presentedAt: -1000 })
  t.notOk('paper' in judged(pass(), entry, known), 'a phone’s pass is none')
  t.same(asked, [1000, -1000, 1500])
})

t.test('what could not be remembered does not enter, and leaves flagged', async t => {
  const asked: unknown[] = []
  const full: MemoryView = { ...empty, hasRoom: grant => asked.push(grant) === 0 }
  t.equal(codeOf(pass(), entry, full), 'MEMORY_FULL')
  t.equal(codeOf(paper, { ...exit, passback: 'off' }, full), 'ADMIT_FLAGGED MEMORY_FULL')
  t.same(asked, [
    { cti: CTI, presentedAt: 1500, area: 'main', direction: 'entry' },
    { cti: CTI, presentedAt: -1000, area: 'main', direction: 'exit', paper: true },
  ])
})

const train = (number: string, from: number, until: number): BoardingTrain =>
  ({ number, from, until }) as BoardingTrain
const NOW = NOW_MS / 1000

t.test('of trains that have left the last is told, of coming ones the next', async t => {
  const list = (trains: readonly BoardingTrain[], more: Partial<BoardingView> = {}) => ({
    ...({ ...entry, passback: 'off', ticket: 'hard' } as const),
    boarding: {
      asOf: NOW - 60,
      fresh: true,
      trains: () => trains,
      elsewhere: () => false,
      ...more,
    },
  })
  const said = (where: DecideContext) => judged(pass(), where).trace.at(-1)
  const left = [train('G2', NOW - 90, NOW - 5), train('G1', NOW - 99, NOW - 50)]
  t.match(said(list(left)), { said: 'deny', saw: /^G2, / })
  t.match(said(list(left.toReversed())), { saw: /^G2, / })
  const alike = [train('G1', NOW - 90, NOW - 5), train('G2', NOW - 80, NOW - 5)]
  t.match(said(list(alike)), { saw: /^G1, / }, 'the first of two that closed together')
  const both = [train('G1', NOW - 90, NOW), train('G2', NOW + 1, NOW + 9)]
  t.match(said(list(both)), { said: 'deny', saw: /^G2, / }, 'boarding of the first is over')
  t.match(said(list([train('G3', NOW, NOW + 1)])), { rule: 'memory' }, 'open from its begin on')
  t.match(said(list([])), { said: 'deny', saw: /^no ticket, list of [\dT:-]+Z$/ })
  t.match(said(list([], { asOf: 1000 })), { saw: /, the pass is younger$/ })
  const unheard = judged(pass(), list([], { fresh: false })).trace.find(
    one => one.rule === 'ticket',
  )
  t.match(unheard, { said: 'flag', saw: /, service not heard$/ })
  const soft = { ...list([]), ticket: 'soft' } as const
  const flagged = judged(pass(), soft).trace.find(one => one.rule === 'ticket')
  t.match(flagged, { said: 'flag', saw: /^no ticket, list of [\dT:-]+Z$/ })
})
