/** The ticket rule: who boards when, what an exit and an old list make of it, and what is told. */
import fc from 'fast-check'
import t from 'tap'
import type { BoardingTrain } from '../../pass/documents/boarding.ts'
import type { VerifiedPass, VerifyResult } from '../../pass/verify.ts'
import { VERDICTS } from '../contract/codes.ts'
import { grantBodySchema, scanBodySchema } from '../contract/events.ts'
import type { BoardingView } from '../decide/boarding.ts'
import { decide } from '../decide/decide.ts'
import type { DecideContext, MemoryView } from '../decide/rules.ts'
import { plainModes } from '../machine/state.ts'

const NOW = 1_770_000_000
const HOUR = 3600
const entry: DecideContext = {
  lane: 'A',
  direction: 'entry',
  area: 'main',
  modes: plainModes('entry'),
  takesPaper: false,
  paperListMs: 1_800_000,
  listAgeMs: 0,
  staleExit: 'staff',
  passback: 'off',
  passbackMs: 0,
  ticket: 'hard',
  boarding: undefined,
  stage: 'FRESH',
  clockUncertain: false,
  statusKnown: true,
  nowMs: NOW * 1000,
}
const exit: DecideContext = { ...entry, direction: 'exit', modes: plainModes('exit') }
const memory: MemoryView = {
  presentation: () => undefined,
  visit: () => undefined,
  reserved: () => false,
  hasRoom: () => true,
  pardonedMs: () => 0,
  staleRefusedMs: () => 0,
}

const pass = (iat = NOW - 600): VerifyResult => {
  const fields = {
    cti: new Uint8Array(16).fill(0xab),
    ctiHex: 'ab'.repeat(16),
    iat,
    exp: iat + 1800,
    passClass: 'phone',
    inScope: true,
    presentedAt: NOW,
    statusList: 'tsl:1',
    statusIndex: 5,
    expiredByMs: 0,
    staleByMs: 0,
  }
  return { ok: true, pass: fields as unknown as VerifiedPass }
}

const list = (
  trains: readonly BoardingTrain[],
  more: Partial<BoardingView> = {},
): BoardingView => ({
  asOf: NOW - 60,
  fresh: true,
  trains: () => trains,
  elsewhere: () => false,
  ...more,
})
const train = (number: string, from: number, until: number) => ({
  number,
  from: NOW + from,
  until: NOW + until,
})
const OPEN = train('G101', -60, 60)
const NEXT = train('G103', 60, HOUR)
const LATER = train('G105', HOUR, 2 * HOUR)
const LATE = train('G99', -HOUR, -60)
const elsewhere = () => true

function codeOf(where: DecideContext, boarding: BoardingView | undefined, found = pass()): string {
  const verdict = decide(found, 's', { ...where, boarding }, memory)
  if (verdict.verdict === 'ignore') return 'ignored'
  if (verdict.verdict === 'deny') return verdict.code
  return [verdict.grant.code, ...verdict.grant.flags].join(' ')
}

const soft: DecideContext = { ...entry, ticket: 'soft' }
const FLAG = 'ADMIT_FLAGGED'

t.test('each answer of the list, hard, soft, and at the exit', async t => {
  const rows: [string, BoardingView | undefined, string, string, string][] = [
    ['a ticket for a train that boards', list([OPEN]), 'ADMIT', 'ADMIT', 'ADMIT'],
    ['the first second of its window', list([train('G1', 0, 9)]), 'ADMIT', 'ADMIT', 'ADMIT'],
    ['too early', list([NEXT]), 'TOO_EARLY', `${FLAG} TOO_EARLY`, 'ADMIT'],
    ['too late', list([LATE]), 'TOO_LATE', `${FLAG} TOO_LATE`, 'ADMIT'],
    ['the end of its window', list([train('G1', -9, 0)]), 'TOO_LATE', `${FLAG} TOO_LATE`, 'ADMIT'],
    ['one of three boards', list([LATE, OPEN, NEXT]), 'ADMIT', 'ADMIT', 'ADMIT'],
    ['missed one, has another', list([LATE, NEXT]), 'TOO_EARLY', `${FLAG} TOO_EARLY`, 'ADMIT'],
    [
      'of another station',
      list([], { elsewhere }),
      'WRONG_STATION',
      `${FLAG} WRONG_STATION`,
      'ADMIT',
    ],
    [
      'of both, the one here tells',
      list([LATE], { elsewhere }),
      'TOO_LATE',
      `${FLAG} TOO_LATE`,
      'ADMIT',
    ],
    ['no ticket', list([]), 'NO_TICKET', `${FLAG} NO_TICKET`, `${FLAG} NO_TICKET`],
    [
      'no list',
      undefined,
      `${FLAG} TICKET_UNKNOWN`,
      `${FLAG} TICKET_UNKNOWN`,
      `${FLAG} TICKET_UNKNOWN`,
    ],
  ]
  for (const [what, boarding, hard, softly, leaving] of rows) {
    t.equal(codeOf(entry, boarding), hard, `${what}, hard`)
    t.equal(codeOf(soft, boarding), softly, `${what}, soft`)
    t.equal(codeOf(exit, boarding), leaving, `${what}, exit`)
    for (const where of [entry, exit]) {
      t.equal(codeOf({ ...where, ticket: 'off' }, boarding), 'ADMIT', `${what}, off`)
    }
  }
})

t.test('a service not heard for long makes it soft, whatever the list says', async t => {
  const rows: [BoardingView, string][] = [
    [list([OPEN], { fresh: false }), 'ADMIT'],
    [list([NEXT], { fresh: false }), `${FLAG} TOO_EARLY`],
    [list([LATE], { fresh: false }), `${FLAG} TOO_LATE`],
    [list([], { fresh: false }), `${FLAG} NO_TICKET`],
    [list([], { fresh: false, elsewhere }), `${FLAG} WRONG_STATION`],
  ]
  for (const [boarding, expected] of rows) t.equal(codeOf(entry, boarding), expected)
})

t.test('a pass as young as the list may be unknown to it: it opens nothing, it waits', async t => {
  const asOf = NOW - 60
  t.equal(codeOf(entry, list([]), pass(asOf - 1)), 'NO_TICKET')
  for (const iat of [asOf, NOW - 1, NOW + 1]) {
    t.equal(codeOf(entry, list([]), pass(iat)), 'TICKET_PENDING', `${iat - asOf} s younger`)
    t.equal(codeOf(soft, list([]), pass(iat)), `${FLAG} NO_TICKET`)
    t.equal(codeOf(exit, list([]), pass(iat)), `${FLAG} NO_TICKET`)
    t.equal(codeOf(entry, list([], { fresh: false }), pass(iat)), `${FLAG} NO_TICKET`)
  }
  t.equal(codeOf(entry, list([NEXT]), pass(asOf)), 'TOO_EARLY', 'this one it knows')
  t.equal(codeOf(entry, list([], { elsewhere }), pass(asOf)), 'WRONG_STATION', 'and this one')
  t.equal(VERDICTS.TICKET_PENDING.sign, 'retry')
})

t.test('when trains are late, windows only flag; a missing ticket still refuses', async t => {
  const late = { ...entry, modes: { ...entry.modes, timeFree: true } }
  t.equal(codeOf(late, list([LATE])), `${FLAG} TOO_LATE`)
  t.equal(codeOf(late, list([NEXT])), `${FLAG} TOO_EARLY`)
  t.equal(codeOf(late, list([])), 'NO_TICKET')
  const free = { ...entry, modes: { ...entry.modes, fareFree: true } }
  t.equal(codeOf(free, list([])), `${FLAG} FARE_FREE NO_TICKET`)
})

t.test(
  'trace and body tell train and window: until when to wait, and since when it is over',
  async t => {
    const early = decide(pass(), 's', { ...entry, boarding: list([LATE, NEXT, LATER]) }, memory)
    const window = { train: 'G103', from: NOW + 60, until: NOW + HOUR }
    const saw = 'G103, boards 2026-02-02T02:41Z to 2026-02-02T03:40Z'
    t.match(early, { verdict: 'deny', scan: { code: 'TOO_EARLY', boarding: window } })
    if (early.verdict !== 'deny') throw new Error('admitted')
    t.same(early.scan.trace.at(-1), { rule: 'ticket', saw, said: 'deny' })
    t.same(scanBodySchema.parse(early.scan), early.scan, 'as the journal takes it')
    const overdue = decide(
      pass(),
      's',
      { ...entry, boarding: list([LATE, train('G1', -9, -1)]) },
      memory,
    )
    t.match(overdue, { scan: { boarding: { train: 'G1' } } }, 'the one that was missed last')
    const admitted = decide(pass(), 's', { ...entry, boarding: list([OPEN]) }, memory)
    t.match(admitted, {
      grant: { boarding: { train: 'G101', from: OPEN.from, until: OPEN.until } },
    })
    if (admitted.verdict !== 'admit') throw new Error('refused')
    t.same(grantBodySchema.parse(admitted.grant), admitted.grant)
    const none = decide(pass(), 's', { ...entry, boarding: list([]) }, memory)
    t.match(none, { scan: { boarding: undefined } })
  },
)

t.test('whatever a list holds: an exit is never refused for it, a soft entry neither', async () => {
  const time = fc.integer({ min: -2 * HOUR, max: 2 * HOUR })
  const anyTrain = fc
    .record({ number: fc.string({ minLength: 1, maxLength: 16 }), at: time, length: fc.nat(HOUR) })
    .map(({ number, at, length }) => train(number, at, at + length + 1))
  const anyList = fc.record({
    trains: fc.array(anyTrain, { maxLength: 16 }),
    asOf: time,
    fresh: fc.boolean(),
    elsewhere: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.option(anyList),
      time,
      fc.constantFrom('off', 'soft', 'hard'),
      (any, age, ticket) => {
        const boarding =
          any === null
            ? undefined
            : list(any.trains, {
                asOf: NOW + any.asOf,
                fresh: any.fresh,
                elsewhere: () => any.elsewhere,
              })
        const at = (where: DecideContext) =>
          decide(pass(NOW + age), 's', { ...where, ticket, boarding }, memory)
        const leaving = at(exit)
        const entering = at(entry)
        if (leaving.verdict !== 'admit') return false
        grantBodySchema.parse(leaving.grant)
        if (entering.verdict === 'deny') {
          scanBodySchema.parse(entering.scan)
          return ticket === 'hard' && any?.fresh === true
        }
        return entering.verdict === 'admit'
      },
    ),
    { numRuns: 500 },
  )
})
