/** Rows as they come, told to memory at once and read back from the journal: the same is known. */
import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { type GrantBody, type GrantRef, scanBodySchema } from '../contract/events.ts'
import { FARE_FREE } from '../contract/visits.ts'
import { openJournalDatabase } from '../store/database.ts'
import { createJournalCore } from '../store/journal-core.ts'
import { ctiOf } from '../testing/bus/wire.ts'
import { passageOf } from '../testing/memory-rows.ts'
import { createMemory, type Memory } from './memory.ts'
import { meaningOf } from './row-meaning.ts'

const EMPTY = { presentations: [], visits: [] }
const SMALL = { codes: 64, papers: 64, visits: 64, siblingUses: 64, siblingVisits: 64 }
const T0 = 1_800_000_000_000
const AREAS = ['main', 'depot']
const PASSES = [1, 2, 3]
const SHOWN = [1001, 1002]
const CALM = {
  ...({ entry: 'controlled', exit: 'controlled' } as const),
  ...{ maintenance: false, emergency: false, fareFree: false, timeFree: false },
  ...{ orderFree: false, trustDegraded: false },
}

/** What a lane does next. `which`: of the grants that are open. */
const pass = fc.record({
  pass: fc.constantFrom(...PASSES),
  presentedAt: fc.constantFrom(...SHOWN),
  direction: fc.constantFrom('entry', 'exit' as const),
  area: fc.constantFrom(...AREAS),
})
const step = fc.oneof(
  pass.chain(one =>
    fc.record({
      kind: fc.constant('grant' as const),
      shown: fc.constant(one),
      how: fc.constantFrom('pass', 'fare free', 'no code', 'staff' as const),
    }),
  ),
  fc.record({ kind: fc.constant('passage' as const), which: fc.nat(5) }),
  fc.record({
    kind: fc.constant('annulled' as const),
    which: fc.nat(5),
    reason: fc.constantFrom('NO_TURN', 'FIRE', 'STOPPED' as const),
    unknown: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('scan' as const), shown: pass, free: fc.boolean() }),
  fc.record({
    kind: fc.constant('alarm' as const),
    code: fc.constantFrom('FIRE', 'TAMPER'),
    area: fc.option(fc.constantFrom(...AREAS), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('mode' as const),
    emergency: fc.boolean(),
    was: fc.boolean(),
    area: fc.constantFrom(...AREAS),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never
type Shown = { pass: number; presentedAt: number; direction: 'entry' | 'exit'; area: string }

/** The third pass is a paper one. */
function codeOf({ pass: n, presentedAt, direction }: Shown) {
  const paper = n === 3 ? ({ paper: true } as const) : {}
  return { cti: ctiOf(n), presentedAt, direction, ...paper }
}

function grantOf(shown: Shown, how: 'pass' | 'fare free' | 'no code' | 'staff'): GrantBody {
  const { presentedAt: _, ...uncoded } = codeOf(shown)
  const code = how === 'pass' || how === 'fare free' ? codeOf(shown) : uncoded
  const { cti: __, ...nobody } = uncoded
  return {
    ...{ code: 'ADMIT', source: 'A.scanner', trace: [], area: shown.area },
    ...(how === 'staff' ? nobody : code),
    flags: how === 'fare free' ? [FARE_FREE] : [],
  }
}

/** Memory and a journal that hear the same rows. */
function createPair() {
  const { db } = openJournalDatabase(':memory:', 1)
  const core = createJournalCore(db, () => 'e'.repeat(16))
  const live = createMemory(EMPTY, 'me', SMALL)
  const open: { grant: GrantBody; ref: GrantRef }[] = []
  let at = T0

  function write(kind: string, body: unknown, ended?: GrantBody): GrantRef {
    at += 7
    const row = { at, clock: 'TRUSTED', lane: `L${at % 3}`, kind, body } as const
    live.apply(row, ended)
    return core.append(row)
  }

  function end(which: number, kind: string, bodyOf: (grant: GrantBody, ref: GrantRef) => unknown) {
    const [one] = open.splice(which % Math.max(1, open.length), 1)
    if (one !== undefined) write(kind, bodyOf(one.grant, one.ref), one.grant)
  }

  const underWay = ({ pass: n, presentedAt }: Shown) =>
    open.some(({ grant }) => grant.cti === ctiOf(n) && grant.presentedAt === presentedAt)

  return {
    live,
    restarted: () => createMemory(core.memory(), 'me', SMALL),
    take(one: Step) {
      if (one.kind === 'grant') {
        const grant = grantOf(one.shown, one.how)
        // No lane grants what another is letting through.
        if (!underWay(one.shown)) open.push({ grant, ref: write('grant', grant) })
      } else if (one.kind === 'passage') {
        end(one.which, 'passage', passageOf)
      } else if (one.kind === 'annulled') {
        const how = { reason: one.reason, ...(one.unknown && { unknown: true }) }
        end(one.which, 'annulled', (_, grant) => ({ grant, ...how }))
      } else if (one.kind === 'scan') {
        const place = one.free && !underWay(one.shown) ? { area: one.shown.area } : {}
        const scan = {
          code: 'FREE',
          source: 'A.scanner',
          trace: [],
          ...codeOf(one.shown),
          ...place,
        }
        write('scan', scanBodySchema.parse(scan))
      } else if (one.kind === 'alarm') {
        const { code, area } = one
        write('alarm', { code, on: true, detail: '', ...(area !== undefined && { area }) })
      } else {
        const { emergency, was, area } = one
        write('mode', { ...CALM, emergency, was: { emergency: was }, by: 'console', area })
      }
    },
    /** As a start does with what a process left open. */
    endAll() {
      while (open.length > 0) {
        end(0, 'annulled', (_, grant) => ({ grant, reason: 'RESTART', unknown: true }))
      }
    },
  }
}

function known(memory: Memory) {
  return {
    uses: PASSES.flatMap(n => SHOWN.map(shown => memory.presentation(ctiOf(n), shown))),
    visits: AREAS.flatMap(area => PASSES.map(n => memory.visit(area, ctiOf(n)))),
    voided: AREAS.map(area => memory.pardonedMs(area)),
  }
}

t.test('memory told of rows as they come knows what the journal gives back', async t => {
  const rows = fc.property(fc.array(step, { maxLength: 40 }), steps => {
    const pair = createPair()
    for (const one of steps) pair.take(one)
    pair.endAll()
    deepStrictEqual(known(pair.live), known(pair.restarted()))
  })
  t.doesNotThrow(() => fc.assert(rows, { numRuns: 150 }))
})

t.test('a row that nothing follows from means nothing', async t => {
  for (const kind of ['boot', 'stop', 'trust', 'clock', 'login', 'config', 'command']) {
    t.same(meaningOf({ kind, body: {} }, undefined), {})
  }
  t.same(meaningOf({ kind: 'annulled', body: { reason: 'NO_TURN' } }, undefined), {})
  t.same(meaningOf({ kind: 'mode', body: { ...CALM, was: { fareFree: true } } }, undefined), {})
  t.same(meaningOf({ kind: 'mode', body: CALM }, undefined), {}, 'the modes of a start')
  const shown = { pass: 1, presentedAt: 1001, direction: 'entry', area: 'main' } as const
  const { cti: _, ...nobody } = grantOf(shown, 'pass')
  t.same(meaningOf({ kind: 'grant', body: nobody }, undefined), {}, 'without a certificate')
})

t.test(
  'who may have walked unseen is inside for all that is known, where it settles a visit',
  async t => {
    const annulled = (direction: 'entry' | 'exit', how: 'pass' | 'fare free') => {
      const grant = grantOf({ pass: 1, presentedAt: 1001, direction, area: 'main' }, how)
      const { visit } = meaningOf(
        { kind: 'annulled', body: { reason: 'STOPPED', unknown: true } },
        grant,
      )
      return visit
    }
    const main = { area: 'main', cti: ctiOf(1) }
    t.same(annulled('entry', 'pass'), { ...main, inside: true })
    t.same(annulled('exit', 'pass'), { ...main, inside: true, unsure: true })
    t.equal(annulled('entry', 'fare free'), undefined)
  },
)

t.test('on disk paper is kept with the papers, and an end of nothing settles nothing', async t => {
  const { db } = openJournalDatabase(':memory:', 1)
  const core = createJournalCore(db, () => 'e'.repeat(16))
  const write = (kind: string, body: unknown) =>
    core.append({ at: T0, clock: 'TRUSTED', lane: 'A', kind, body })
  const shown = { presentedAt: 1001, direction: 'entry', area: 'main' } as const
  for (const n of [1, 3]) write('grant', grantOf({ ...shown, pass: n }, 'pass'))
  const known = () => core.memory().presentations.map(({ cti, paper }) => [cti, paper])
  t.same(known(), [
    [ctiOf(1), undefined],
    [ctiOf(3), true],
  ])
  const elsewhere = { epoch: 'f'.repeat(16), seq: 9 }
  write('passage', { grant: elsewhere, direction: 'entry', area: 'main', cti: ctiOf(2) })
  write('annulled', { grant: elsewhere, reason: 'NO_TURN' })
  t.equal(known().length, 2)
  t.match(core.memory().visits, [{ cti: ctiOf(2), inside: true }], 'a passage tells who is inside')
  t.equal(core.memory().visits.length, 1)
})

t.test('an emergency release voids its area when it begins and when it is over', async t => {
  const mode = (emergency: boolean, was: boolean) =>
    meaningOf(
      { kind: 'mode', body: { ...CALM, emergency, was: { emergency: was }, area: 'main' } },
      undefined,
    )
  t.same(mode(true, false), { voids: 'main' })
  t.same(mode(false, true), { voids: 'main' })
})
