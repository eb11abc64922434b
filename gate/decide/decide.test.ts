import t from 'tap'
import type { VerifiedPass, VerifyResult } from '../../pass/verify.ts'
import type { LaneModes } from '../contract/events.ts'
import { plainModes } from '../machine/state.ts'
import type { AreaVisit } from './areas.ts'
import { decide } from './decide.ts'
import type { DecideContext, MemoryView, SeenPresentation } from './rules.ts'

const CTI = 'ab'.repeat(16)
const NOW_MS = 1_770_000_010_000
const context: DecideContext = {
  lane: 'A',
  direction: 'entry',
  area: 'main',
  modes: plainModes('entry'),
  takesPaper: false,
  paperListMs: 1_800_000,
  listAgeMs: 0,
  staleExit: 'staff',
  passback: 'hard',
  passbackMs: 3_600_000,
  ticket: 'off',
  boarding: undefined,
  stage: 'FRESH',
  clockUncertain: false,
  statusKnown: true,
  nowMs: NOW_MS,
}
const exit: DecideContext = {
  ...context,
  lane: 'B',
  direction: 'exit',
  passback: 'soft',
  modes: plainModes('exit'),
}

function pass(more: Partial<Record<keyof VerifiedPass, unknown>> = {}): VerifyResult {
  const fields = {
    cti: new Uint8Array(16).fill(0xab),
    ctiHex: CTI,
    ...{ iat: 1_770_000_000, exp: 1_770_001_800 },
    ...{ passClass: 'phone', inScope: true },
    presentedAt: 1_770_000_005,
    statusList: 'tsl:1',
    statusIndex: 5,
    expiredByMs: 0,
    staleByMs: 0,
    ...more,
  }
  return { ok: true, pass: fields as unknown as VerifiedPass }
}

function memory(
  more: {
    seen?: Partial<SeenPresentation>
    visit?: AreaVisit
    reserved?: boolean
    pardonedMs?: number
    staleRefusedMs?: number
    full?: boolean
  } = {},
): MemoryView {
  const seen: SeenPresentation | undefined = more.seen && {
    lane: 'A',
    direction: 'entry',
    outcome: 'passed',
    atMs: NOW_MS - 60_000,
    grants: 1,
    ...more.seen,
  }
  return {
    presentation: () => seen,
    visit: () => more.visit,
    reserved: () => more.reserved ?? false,
    pardonedMs: () => more.pardonedMs ?? 0,
    hasRoom: () => more.full !== true,
    staleRefusedMs: () => more.staleRefusedMs ?? 0,
  }
}

function codeOf(found: VerifyResult, where: DecideContext, known: MemoryView): string {
  const verdict = decide(found, 'A.scanner', where, known)
  if (verdict.verdict === 'ignore') return 'ignored'
  if (verdict.verdict === 'deny') return verdict.code
  return [verdict.grant.code, ...verdict.grant.flags].join(' ')
}

const inside: AreaVisit = { inside: true, atMs: NOW_MS - 600_000 }

t.test('each rule, at entry and at exit', async t => {
  const rows: [string, VerifyResult, DecideContext, MemoryView, string][] = [
    ['a good pass', pass(), context, memory(), 'ADMIT'],
    ['siblings in reach', pass(), { ...context, bus: 'up' }, memory(), 'ADMIT'],
    ['out of reach', pass(), { ...context, bus: 'down' }, memory(), 'ADMIT_FLAGGED BUS_DOWN'],
    [
      'out of reach at exit',
      pass(),
      { ...exit, bus: 'down' },
      memory({ visit: inside }),
      'ADMIT_FLAGGED BUS_DOWN',
    ],
    [
      'used on a sibling’s lane of the same name',
      pass(),
      context,
      memory({ seen: { lane: 'north-2/A', atMs: NOW_MS - 10 } }),
      'ALREADY_USED',
    ],
    [
      'annulled on a sibling’s lane',
      pass(),
      context,
      memory({ seen: { lane: 'north-2/A', outcome: 'annulled' } }),
      'ALREADY_USED',
    ],
    ['stale trust is only a warning', pass(), { ...context, stage: 'STALE' }, memory(), 'ADMIT'],
    [
      'degraded trust flags',
      pass(),
      { ...context, stage: 'DEGRADED' },
      memory(),
      'ADMIT_FLAGGED TRUST_DEGRADED',
    ],
    ['no trust: entry denies', pass(), { ...context, stage: 'CLOSED' }, memory(), 'TRUST_STALE'],
    [
      'no trust: exit flags',
      pass(),
      { ...exit, stage: 'CLOSED' },
      memory({ visit: inside }),
      'ADMIT_FLAGGED TRUST_CLOSED',
    ],
    [
      'unsure clock: entry denies',
      pass(),
      { ...context, clockUncertain: true },
      memory(),
      'CLOCK_UNCERTAIN',
    ],
    [
      'unsure clock: exit flags',
      pass(),
      { ...exit, clockUncertain: true },
      memory({ visit: inside }),
      'ADMIT_FLAGGED CLOCK_UNCERTAIN',
    ],
    [
      'no list: entry denies',
      pass(),
      { ...context, statusKnown: false },
      memory(),
      'STATUS_UNKNOWN',
    ],
    [
      'no list: exit flags',
      pass(),
      { ...exit, statusKnown: false },
      memory({ visit: inside }),
      'ADMIT_FLAGGED STATUS_UNKNOWN',
    ],
    [
      'paper where it is not taken',
      pass({ passClass: 'paper', presentedAt: undefined }),
      context,
      memory(),
      'PAPER_NOT_HERE',
    ],
    [
      'paper where it is taken',
      pass({ passClass: 'paper', presentedAt: undefined }),
      { ...context, takesPaper: true },
      memory(),
      'ADMIT',
    ],
    [
      'paper, its revocations too old',
      pass({ passClass: 'paper', presentedAt: undefined }),
      { ...context, takesPaper: true, listAgeMs: 1_800_000 },
      memory(),
      'PAPER_LIST_OLD',
    ],
    [
      'paper, its revocations as old as they may be',
      pass({ passClass: 'paper', presentedAt: undefined }),
      { ...context, takesPaper: true, listAgeMs: 1_799_999 },
      memory(),
      'ADMIT',
    ],
    [
      'paper, its revocations unknown, trust old by command',
      pass({ passClass: 'paper', presentedAt: undefined }),
      {
        ...context,
        ...{ takesPaper: true, listAgeMs: Infinity, stage: 'CLOSED' },
        modes: { ...context.modes, trustDegraded: true },
      },
      memory(),
      'PAPER_LIST_OLD',
    ],
    [
      'paper, its revocations too old, at the exit',
      pass({ passClass: 'paper', presentedAt: undefined }),
      { ...exit, takesPaper: true, listAgeMs: 1_800_000 },
      memory({ visit: inside }),
      'ADMIT_FLAGGED PAPER_LIST_OLD',
    ],
    [
      'expired, at the exit',
      pass({ expiredByMs: 60_000 }),
      exit,
      memory({ visit: inside }),
      'ADMIT_FLAGGED EXPIRED',
    ],
    ['used on another lane', pass(), context, memory({ seen: { lane: 'C' } }), 'ALREADY_USED'],
    ['used here a while ago', pass(), context, memory({ seen: {} }), 'ALREADY_USED'],
    [
      'a scanner repeating itself',
      pass(),
      context,
      memory({ seen: { atMs: NOW_MS - 4999 } }),
      'ignored',
    ],
    [
      'no repeat any more',
      pass(),
      context,
      memory({ seen: { atMs: NOW_MS - 5000 } }),
      'ALREADY_USED',
    ],
    [
      'read again while it is let in',
      pass(),
      context,
      memory({ seen: { outcome: 'reserved' } }),
      'ignored',
    ],
    [
      'reserved on another lane',
      pass(),
      context,
      memory({ seen: { outcome: 'reserved', lane: 'C' } }),
      'ALREADY_USED',
    ],
    [
      'once more after an annulment',
      pass(),
      context,
      memory({ seen: { outcome: 'annulled' } }),
      'ADMIT',
    ],
    [
      'but not twice',
      pass(),
      context,
      memory({ seen: { outcome: 'annulled', grants: 2 } }),
      'ALREADY_USED',
    ],
    [
      'nor elsewhere',
      pass(),
      context,
      memory({ seen: { outcome: 'annulled', lane: 'C' } }),
      'ALREADY_USED',
    ],
    [
      'interrupted by a restart stays used',
      pass(),
      context,
      memory({ seen: { outcome: 'interrupted', atMs: NOW_MS - 100 } }),
      'ALREADY_USED',
    ],
    [
      'not in the area around',
      pass(),
      { ...context, area: 'platform', within: 'main' },
      memory(),
      'NOT_INSIDE',
    ],
    [
      'not in the area around as far as is known, siblings out of reach',
      pass(),
      { ...context, area: 'platform', within: 'main', bus: 'down' },
      memory(),
      'ADMIT_FLAGGED NOT_INSIDE BUS_DOWN',
    ],
    [
      'not in the area around, after an emergency',
      pass(),
      { ...context, area: 'platform', within: 'main' },
      memory({ pardonedMs: NOW_MS - 60_000 }),
      'ADMIT',
    ],
    ['already inside', pass(), context, memory({ visit: inside }), 'ALREADY_INSIDE'],
    [
      'inside long ago',
      pass(),
      context,
      memory({ visit: { inside: true, atMs: NOW_MS - 3_600_000 } }),
      'ADMIT',
    ],
    [
      'left before',
      pass(),
      context,
      memory({ visit: { inside: false, atMs: NOW_MS - 1000 } }),
      'ADMIT',
    ],
    ['being let in elsewhere', pass(), context, memory({ reserved: true }), 'ALREADY_INSIDE'],
    [
      'soft passback flags',
      pass(),
      { ...context, passback: 'soft' },
      memory({ visit: inside }),
      'ADMIT_FLAGGED ALREADY_INSIDE',
    ],
    ['passback off', pass(), { ...context, passback: 'off' }, memory({ visit: inside }), 'ADMIT'],
    [
      'perhaps left unseen: let in, flagged, by a hard entry too',
      pass(),
      context,
      memory({ visit: { ...inside, unsure: true } }),
      'ADMIT_FLAGGED ALREADY_INSIDE',
    ],
    [
      'perhaps left unseen: let out again by a hard exit',
      pass(),
      { ...exit, passback: 'hard' },
      memory({ visit: { ...inside, unsure: true } }),
      'ADMIT',
    ],
    ['exit of one who is inside', pass(), exit, memory({ visit: inside }), 'ADMIT'],
    ['exit without a known entry', pass(), exit, memory(), 'ADMIT_FLAGGED NOT_INSIDE'],
    ['no scope', pass({ inScope: false }), exit, memory(), 'ADMIT_FLAGGED OUT_OF_SCOPE NOT_INSIDE'],
    ['hard exit without an entry', pass(), { ...exit, passback: 'hard' }, memory(), 'NOT_INSIDE'],
  ]
  for (const [what, found, where, known, expected] of rows) {
    t.equal(codeOf(found, where, known), expected, what)
  }
})

t.test('a failed verification names the verdict, unless the clock can’t say', async t => {
  const expired: VerifyResult = { ok: false, code: 'EXPIRED', seen: { exp: 5 } }
  t.equal(codeOf(expired, context, memory()), 'EXPIRED')
  t.equal(codeOf(expired, { ...context, clockUncertain: true }, memory()), 'CLOCK_UNCERTAIN')
  const forged: VerifyResult = { ok: false, code: 'BAD_SIGNATURE' }
  t.equal(codeOf(forged, { ...context, clockUncertain: true }, memory()), 'BAD_SIGNATURE')
})

t.test('the trace tells each rule asked, up to the one that denied', async t => {
  const verdict = decide(pass(), 's', context, memory({ visit: inside }))
  t.match(verdict, {
    scan: {
      code: 'ALREADY_INSIDE',
      cti: CTI,
      trace: [
        { rule: 'lane', saw: 'controlled', said: 'pass' },
        { rule: 'verify', said: 'pass' },
        { rule: 'scope', saw: 'good for entry', said: 'pass' },
        { rule: 'trust', saw: 'FRESH' },
        { rule: 'rollback', said: 'pass' },
        { rule: 'clock' },
        { rule: 'status' },
        { rule: 'paper', said: 'skip' },
        { rule: 'late' },
        { rule: 'replay' },
        { rule: 'passback', saw: 'entered 600 s ago', said: 'deny' },
      ],
    },
  })
})

t.test('the same input gives the same answer', async t => {
  const ask = () => decide(pass(), 's', context, memory())
  t.same(ask(), ask())
})

const run = (where: DecideContext, change: Partial<LaneModes>): DecideContext => ({
  ...where,
  modes: { ...where.modes, ...change },
})

t.test('a closed lane and a closed direction, whatever is shown', async t => {
  const forged: VerifyResult = { ok: false, code: 'BAD_SIGNATURE' }
  const closed = run(context, { entry: 'closed' })
  for (const found of [pass(), forged]) {
    t.equal(codeOf(found, closed, memory()), 'LANE_CLOSED')
    t.equal(codeOf(found, run(closed, { exit: 'controlled' }), memory()), 'WRONG_DIRECTION')
    t.equal(codeOf(found, run(closed, { exit: 'free' }), memory()), 'WRONG_DIRECTION')
    t.equal(codeOf(found, run(closed, { fareFree: true }), memory()), 'LANE_CLOSED')
  }
})

t.test('an exit that is closed sends to the entry’s lane only where that is open', async t => {
  const closed = run(exit, { exit: 'closed' })
  t.equal(codeOf(pass(), closed, memory()), 'LANE_CLOSED')
  t.equal(codeOf(pass(), run(closed, { entry: 'controlled' }), memory()), 'WRONG_DIRECTION')
})

t.test('fare-free admits whoever scans, and says what it would have said', async t => {
  const free = run(context, { fareFree: true })
  t.equal(codeOf(pass(), free, memory()), 'ADMIT')
  t.equal(codeOf(pass(), free, memory({ visit: inside })), 'ADMIT_FLAGGED FARE_FREE ALREADY_INSIDE')
  t.equal(
    codeOf({ ok: false, code: 'MALFORMED' }, free, memory()),
    'ADMIT_FLAGGED FARE_FREE MALFORMED',
  )
  t.equal(codeOf(pass(), free, memory({ seen: { outcome: 'reserved' } })), 'ignored')
})

t.test(
  'order-free flags whom anti-passback would have refused or flagged, and nobody else',
  async t => {
    const free = run(context, { orderFree: true })
    const leaving = { ...context, direction: 'exit', passback: 'soft' } as const
    const exit = run(leaving, { exit: 'controlled', orderFree: true })
    t.equal(codeOf(pass(), free, memory()), 'ADMIT')
    t.equal(codeOf(pass(), free, memory({ visit: inside })), 'ADMIT_FLAGGED ORDER_FREE')
    t.equal(codeOf(pass(), exit, memory()), 'ADMIT_FLAGGED ORDER_FREE')
    t.equal(codeOf(pass(), exit, memory({ visit: inside })), 'ADMIT')
    t.equal(codeOf(pass(), { ...free, passback: 'off' }, memory({ visit: inside })), 'ADMIT')
    const verdict = decide(pass(), 's', free, memory({ visit: inside }))
    const { trace = [] } = verdict.verdict === 'admit' ? verdict.grant : {}
    const step = trace.find(({ rule }) => rule === 'passback')
    t.match(step, { said: 'flag', saw: /^entered \d+ s ago: ALREADY_INSIDE$/ })
  },
)

t.test('trust-degraded goes on without trust', async t => {
  const blind = { ...context, stage: 'CLOSED' } as const
  t.equal(
    codeOf(pass(), run(blind, { trustDegraded: true }), memory()),
    'ADMIT_FLAGGED TRUST_DEGRADED',
  )
})

t.test('past the end of the documents: flagged, then staff only, then closed', async t => {
  const newList = { statusKnown: false }
  const rows: [DecideContext['stage'], object, MemoryView, string, string][] = [
    ['OVERDUE', {}, memory(), 'ADMIT_FLAGGED TRUST_OVERDUE', 'ADMIT_FLAGGED TRUST_OVERDUE'],
    [
      'OVERDUE',
      newList,
      memory(),
      'ADMIT_FLAGGED TRUST_OVERDUE STATUS_UNKNOWN',
      'ADMIT_FLAGGED TRUST_OVERDUE STATUS_UNKNOWN',
    ],
    ['STAFF', {}, memory(), 'TRUST_STAFF', 'ADMIT_FLAGGED TRUST_STAFF'],
    ['STAFF', newList, memory(), 'TRUST_STAFF', 'ADMIT_FLAGGED TRUST_STAFF STATUS_UNKNOWN'],
    ['CLOSED', {}, memory(), 'TRUST_STALE', 'ADMIT_FLAGGED TRUST_CLOSED'],
  ]
  for (const [stage, more, known, entry, leaving] of rows) {
    const over = { stage, passback: 'off', ...more } as const
    t.equal(codeOf(pass(), { ...context, ...over }, known), entry, `${stage}, entry`)
    t.equal(codeOf(pass(), { ...exit, ...over }, known), leaving, `${stage}, exit`)
    const go = { ...run(context, { trustDegraded: true }), ...over }
    t.match(codeOf(pass(), go, known), /^ADMIT_FLAGGED TRUST_/, `${stage}, by command`)
  }
  const staffed = { ...context, stage: 'STAFF' } as const
  t.equal(
    codeOf(pass(), staffed, memory({ visit: inside })),
    'ALREADY_INSIDE',
    'staff see what else',
  )
  const closed = { ...context, stage: 'CLOSED', ...newList } as const
  const byCommand = codeOf(pass(), run(closed, { trustDegraded: true }), memory())
  t.equal(byCommand, 'ADMIT_FLAGGED TRUST_DEGRADED STATUS_UNKNOWN')
  const degraded = run({ ...context, stage: 'DEGRADED', ...newList }, { trustDegraded: true })
  t.equal(codeOf(pass(), degraded, memory()), 'STATUS_UNKNOWN', 'not before')
})

t.test('after an emergency nobody is held to what was known before it', async t => {
  const since = { pardonedMs: NOW_MS - 60_000 }
  t.equal(codeOf(pass(), context, memory({ visit: inside, ...since })), 'ADMIT')
  t.equal(codeOf(pass(), exit, memory(since)), 'ADMIT')
  const later: AreaVisit = { inside: true, atMs: NOW_MS - 1000 }
  t.equal(codeOf(pass(), context, memory({ visit: later, ...since })), 'ALREADY_INSIDE')
  const long = { pardonedMs: NOW_MS - context.passbackMs }
  t.equal(codeOf(pass(), exit, memory(long)), 'ADMIT_FLAGGED NOT_INSIDE')
})

t.test('a stale code at an exit: refused once, then sent to staff', async t => {
  const stale: VerifyResult = { ok: false, code: 'STALE_CODE', cti: new Uint8Array(16) }
  const refused = (agoMs: number) => memory({ staleRefusedMs: NOW_MS - agoMs })
  const rows: [string, DecideContext, number, string][] = [
    ['what the scanner repeats', exit, 4999, 'STALE_CODE'],
    ['with another stale one', exit, 5000, 'STALE_AGAIN'],
    ['within ten minutes', exit, 599_999, 'STALE_AGAIN'],
    ['later', exit, 600_000, 'STALE_CODE'],
    ['at an entry', context, 5000, 'STALE_CODE'],
    ['by policy each time', { ...exit, staleExit: 'refuse' }, 5000, 'STALE_CODE'],
    ['by a clock that can’t say', { ...exit, clockUncertain: true }, 5000, 'CLOCK_UNCERTAIN'],
  ]
  for (const [what, where, agoMs, code] of rows) {
    t.equal(codeOf(stale, where, refused(agoMs)), code, what)
  }
  t.equal(codeOf(stale, exit, memory()), 'STALE_CODE', 'the first')
  const nameless: VerifyResult = { ok: false, code: 'STALE_CODE' }
  t.equal(codeOf(nameless, exit, refused(5000)), 'STALE_CODE', 'nobody’s')
  const expired: VerifyResult = { ok: false, code: 'EXPIRED', cti: new Uint8Array(16) }
  t.equal(codeOf(expired, exit, refused(5000)), 'EXPIRED')
})
