/** What is remembered, for how long, and what happens at each bound. */

import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createVirtualLane } from '../../fixtures/virtual-lane.ts'
import {
  AHEAD_BY_MAX_MS,
  EXIT_GRACE_MS,
  PASS_LIFETIME_MAX_S,
  PRESENTED_AGE_MAX_MS,
} from '../../pass/limits.ts'
import { gateConfigSchema } from '../contract/config.ts'
import type { GrantBody } from '../contract/events.ts'
import {
  FORGET_EVERY_MS,
  PAPER_KEEP_MS,
  PHONE_KEEP_MS,
  RESERVATIONS_MAX,
  VISIT_KEEP_MS,
} from '../limits.ts'
import { startForgetting } from '../memory/expiry.ts'
import type { Use, Visit } from '../memory/facts.ts'
import { createMemory, type Memory } from '../memory/memory.ts'
import { openJournalDatabase } from '../store/database.ts'
import { createJournalCore } from '../store/journal-core.ts'
import { ctiOf, grantOf } from '../testing/bus/wire.ts'
import { grantTo, passOn } from '../testing/memory-rows.ts'

const NOW = 1_800_000_000_000
const EMPTY = { presentations: [], visits: [] }
/** 32 is the least of which one is kept for exits. */
const SMALL = { codes: 32, papers: 32, visits: 64, siblingUses: 20, siblingVisits: 20 }

/** A grant of a presentation shown now. */
function shown(n: number, over: Partial<GrantBody> = {}): GrantBody {
  return grantOf(n, { presentedAt: NOW / 1000, ...over })
}

function walks(memory: Memory, grant: GrantBody, at = NOW): void {
  grantTo(memory, grant, 'A', at)
  passOn(memory, grant, at)
}

const isUsed = (memory: Memory, n: number) =>
  memory.presentation(ctiOf(n), NOW / 1000)?.outcome === 'passed'

t.test('a used paper pass is known however many others come after it', async t => {
  const memory = createMemory(EMPTY)
  walks(memory, shown(0, { paper: true }))
  for (let n = 1; n <= 250_001; n++) walks(memory, shown(n))
  t.ok(isUsed(memory, 0))
  t.match(memory.visit('main', ctiOf(0)), { inside: true })
  t.ok(isUsed(memory, 1), 'nor is a code forgotten')
})

t.test('at a bound nothing is forgotten: entries are refused, exits go on', async t => {
  for (const paper of [undefined, true] as const) {
    const memory = createMemory(EMPTY, 'g1', SMALL)
    const kind = paper === undefined ? {} : { paper }
    let n = 0
    while (memory.hasRoom(shown(n, kind)) && n < 100) walks(memory, shown(n++, kind))
    t.equal(n, 31, 'the last is for an exit')
    t.ok(memory.hasRoom(shown(0, kind)), 'who is known needs no room')
    t.ok(memory.hasRoom(shown(n, { ...kind, direction: 'exit' })))
    walks(memory, shown(n++, { ...kind, direction: 'exit' }))
    t.notOk(memory.hasRoom(shown(n, { ...kind, direction: 'exit' })))
    walks(memory, shown(n, { ...kind, direction: 'exit' }))
    for (let one = 0; one < 32; one++) t.ok(isUsed(memory, one), `${one} is known`)
    t.match(memory.low(), [/100 %$/])
    const other = paper === undefined ? ({ paper: true } as const) : {}
    t.ok(memory.hasRoom(shown(n, other)), 'paper and codes have room of their own')
  }
})

t.test('each is forgotten when it can’t be shown any more, and no sooner', async t => {
  t.ok(PHONE_KEEP_MS >= EXIT_GRACE_MS + PRESENTED_AGE_MAX_MS + AHEAD_BY_MAX_MS)
  t.ok(PAPER_KEEP_MS >= PASS_LIFETIME_MAX_S.paper * 1000 + EXIT_GRACE_MS)
  const policy = (passbackMs: number) =>
    gateConfigSchema.safeParse({
      ...{ gate: 'g', station: 's', data: 'd', service: { url: 'http://127.0.0.1:1' } },
      trust: { factory: 'f' },
      lanes: [
        {
          ...{ name: 'A', direction: 'entry', board: { port: 'b' }, scanner: { port: 's' } },
          policy: { passbackMs },
        },
      ],
    }).success
  t.ok(policy(VISIT_KEEP_MS))
  t.notOk(policy(VISIT_KEEP_MS + 1), 'no lane asks for an older visit')

  const memory = createMemory(EMPTY, 'g1', SMALL)
  walks(memory, shown(1))
  walks(memory, shown(2, { paper: true }))
  const known = (atMs: number) => {
    memory.expire(atMs, 100)
    return [isUsed(memory, 1), isUsed(memory, 2), memory.visit('main', ctiOf(1)) !== undefined]
  }
  t.same(known(NOW + VISIT_KEEP_MS), [true, true, true])
  t.same(known(NOW + PHONE_KEEP_MS), [true, true, false])
  t.same(known(NOW + PHONE_KEEP_MS + 1), [false, true, false])
  t.same(known(NOW + PAPER_KEEP_MS), [false, true, false])
  t.same(known(NOW + PAPER_KEEP_MS + 1), [false, false, false])
})

t.test('what is over goes by itself, while the clock is sure; low memory is told', async t => {
  const time = createVirtualTime(NOW)
  const memory = createMemory(EMPTY, 'g1', SMALL)
  for (let n = 0; n < 31; n++) walks(memory, shown(n))
  const told: string[] = []
  let knows = false
  const forgetting = startForgetting({
    memory,
    timers: time.timers,
    nowMs: time.clock.nowMs,
    knowsAge: () => knows,
    onAlarm: (code, on, detail) => told.push(`${code} ${on} ${detail}`),
  })
  time.advance(PHONE_KEEP_MS + FORGET_EVERY_MS)
  t.ok(isUsed(memory, 0))
  knows = true
  time.advance(FORGET_EVERY_MS)
  t.notOk(isUsed(memory, 0))
  t.ok(memory.hasRoom(shown(99)))
  t.same(told, ['MEMORY_LOW true codes 96 %', 'MEMORY_LOW false there is room again'])
  forgetting.close()
  t.equal(time.pending(), 0)
})

t.test('a restart knows paper for its two days, and codes for theirs', async t => {
  const journal = createJournalCore(openJournalDatabase(':memory:', 1).db, () => 'e'.repeat(16))
  const write = (kind: string, body: unknown) =>
    journal.append({ at: NOW, clock: 'TRUSTED', lane: 'A', kind, body })
  for (const [n, kind] of [[1, {}] as const, [2, { paper: true }] as const]) {
    const grant = write('grant', shown(n, kind))
    write('passage', { grant, direction: 'entry', area: 'main', cti: ctiOf(n) })
  }
  const known = (nowMs: number) => {
    journal.prune(nowMs, 0)
    const memory = createMemory(journal.memory(), 'g1', SMALL)
    return [1, 2].map(n => isUsed(memory, n))
  }
  t.same(known(NOW + PHONE_KEEP_MS), [true, true])
  t.same(known(NOW + PAPER_KEEP_MS), [false, true])
  t.match(journal.memory().presentations, [{ cti: ctiOf(2), paper: true }])
  t.same(known(NOW + PAPER_KEEP_MS + 1), [false, false])
})

t.test('a lane without room refuses entries, lets out, and opens for a fire', async t => {
  const lanes = { direction: 'both', exitScanner: { port: 'exit-scanner' } }
  const memory = createMemory(EMPTY, 'this', SMALL)
  for (let n = 0; memory.hasRoom(shown(n)); n++) walks(memory, shown(n))
  const gate = await createVirtualLane(lanes, undefined, { memory })
  await gate.scan(await gate.code({ cti: 101 }))
  t.match(gate.lane.view().state, { name: 'Refusing', code: 'MEMORY_FULL' })
  for (const cti of [102, 103]) {
    await gate.scanAtExit(await gate.code({ cti }))
    t.same([...gate.energised], ['exit'])
    await gate.contact('passB', true)
    await gate.contact('passB', false)
  }
  const [, flags] = (gate.journal.pending()?.rows ?? [])
    .filter(({ kind }) => kind === 'grant')
    .map(({ body }) => (JSON.parse(body ?? '{}') as GrantBody).flags)
  t.ok(flags?.includes('MEMORY_FULL'), 'the last exit that is remembered was the first')
  await gate.contact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'])
})

const visitBy = (gate: string, n: number, over: Partial<Visit> = {}): Visit => ({
  ...{ kind: 'visit', gate, area: 'main', cti: ctiOf(n), inside: true, at: NOW },
  ...over,
})
const useBy = (gate: string, n: number, over: Partial<Use> = {}): Use => ({
  ...({ kind: 'use', gate, lane: 'A', direction: 'entry', outcome: 'passed' } as const),
  ...{ cti: ctiOf(n), presentedAt: NOW / 1000, at: NOW, grants: 1 },
  ...over,
})

t.test('whatever a sibling invents, the gate knows its own', async t => {
  const memory = createMemory(EMPTY, 'g1')
  walks(memory, shown(0))
  for (let n = 1; n <= 500_001; n++) memory.merge(visitBy('liar', n), 'liar', NOW)
  t.match(memory.visit('main', ctiOf(0)), { inside: true })
  for (let n = 1; n <= 250_001; n++) memory.merge(useBy('liar', n), 'liar', NOW)
  t.ok(isUsed(memory, 0))
})

t.test('nor does a liar push out what another sibling has told', async t => {
  const memory = createMemory(EMPTY, 'g1', SMALL)
  memory.follow(['g2', 'liar'])
  memory.merge(visitBy('g2', 1), 'g2', NOW)
  memory.merge(useBy('g2', 1), 'g2', NOW)
  const reserved = { outcome: 'reserved', area: 'main' } as const
  memory.merge(useBy('g2', 2, reserved), 'g2', NOW)
  grantTo(memory, shown(3), 'A', NOW)
  for (let n = 10; n < 10 + RESERVATIONS_MAX * 2; n++) {
    // In its own name, and in the name of the other, as an answer may be.
    for (const gate of ['liar', 'g2', 'g1']) {
      const at = NOW + n
      memory.merge(visitBy(gate, n, { at }), 'liar', NOW)
      memory.merge(useBy(gate, n, { at }), 'liar', NOW)
      memory.merge(useBy(gate, n, { ...reserved, at, presentedAt: n }), 'liar', NOW)
      memory.merge({ kind: 'pardon', gate: `g${n}`, at: n }, 'liar', NOW)
      memory.merge(visitBy(gate, n, { at, area: `area-${n}` }), 'liar', NOW)
    }
  }
  t.match(memory.visit('main', ctiOf(1)), { inside: true })
  t.match(memory.presentation(ctiOf(1), NOW / 1000), { lane: 'g2/A', outcome: 'passed' })
  t.ok(memory.reserved('main', ctiOf(2), 'entry', NOW), 'the other’s grant is under way')
  t.ok(memory.reserved('main', ctiOf(3), 'entry', NOW), 'its own too')
  t.same(memory.low(), ['more than its share from liar'])
  t.same(memory.low(), [], 'told once')
  const last = 9 + RESERVATIONS_MAX * 2
  t.match(
    memory.presentation(ctiOf(last), NOW / 1000),
    { outcome: 'passed' },
    'its last word counts',
  )
})

t.test(
  'who has left the station is forgotten, and the shares are for those who are there',
  async t => {
    const memory = createMemory(EMPTY, 'g1', SMALL)
    memory.follow(['g2', 'g3'])
    const tell = (gate: string, from: number) => {
      for (let n = from; n < from + 10; n++)
        memory.merge(visitBy(gate, n, { at: NOW + n }), gate, NOW)
    }
    tell('g2', 100)
    tell('g3', 200)
    const known = (from: number) =>
      Array.from({ length: 10 }, (_, i) => memory.visit('main', ctiOf(from + i))).filter(Boolean)
        .length
    t.same([known(100), known(200)], [10, 10])
    memory.follow(['g2', 'g3', 'g4', 'g5'])
    t.same([known(100), known(200)], [5, 5])
    t.match(memory.visit('main', ctiOf(109)), { inside: true }, 'the youngest stay')
    memory.follow(['g3'])
    t.same([known(100), known(200)], [0, 5])
  },
)
