import t from 'tap'
import { RESERVATION_MS } from '../limits.ts'
import type { Use } from '../memory/facts.ts'
import { ctiOf, grantOf, station, type WireGate } from '../testing/bus/wire.ts'
import { annulIn, grantTo, passOn, voidIn } from '../testing/memory-rows.ts'
import {
  ASK_RETRY_MS,
  FACTS_MAX,
  FACTS_QUEUE_MAX,
  HELLO_MS,
  SILENT_MS,
  SNAPSHOT_EVERY_MS,
  SNAPSHOT_PAGES_MAX,
} from './limits.ts'
import type { Message } from './message.ts'

t.test('what one gate sees counts at the others within the wire’s time', async t => {
  const { time, wire, now } = station('g1', 'g2', 'g3')
  const [one, two, three] = ['g1', 'g2', 'g3'].map(name => wire.join(name)) as [
    WireGate,
    WireGate,
    WireGate,
  ]
  time.advance(1000)
  grantTo(one.memory, grantOf(1), 'A', now())
  time.advance(5)
  for (const { memory } of [two, three]) {
    t.match(memory.presentation(ctiOf(1), 1001), { lane: 'g1/A', outcome: 'reserved', grants: 1 })
    t.ok(memory.reserved('main', ctiOf(1), 'entry', now()))
    t.notOk(memory.reserved('main', ctiOf(1), 'exit', now()))
  }
  passOn(one.memory, grantOf(1), now())
  time.advance(5)
  t.match(two.memory.presentation(ctiOf(1), 1001), { outcome: 'passed' })
  t.notOk(two.memory.reserved('main', ctiOf(1), 'entry', now()))
  t.match(two.memory.visit('main', ctiOf(1)), { inside: true })

  passOn(two.memory, grantOf(1, { direction: 'exit', presentedAt: 5 }), now())
  grantTo(one.memory, grantOf(2), 'A', now())
  annulIn(one.memory, grantOf(2), { reason: 'NO_TURN' }, now())
  time.advance(5)
  t.match(three.memory.visit('main', ctiOf(1)), { inside: false })
  t.match(three.memory.presentation(ctiOf(2), 1002), { outcome: 'annulled', lane: 'g1/A' })
  t.notOk(three.memory.reserved('main', ctiOf(2), 'entry', now()))

  grantTo(one.memory, grantOf(3), 'A', now())
  one.memory.forget(grantOf(3))
  time.advance(5)
  t.notOk(two.memory.reserved('main', ctiOf(3), 'entry', now()), 'a failed row is taken back')
  voidIn(three.memory, 'main', now())
  time.advance(5)
  t.equal(one.memory.pardonedMs('main'), three.memory.pardonedMs('main'))
  t.equal(one.memory.pardonedMs('depot'), 0, 'of its area alone')
  t.same(one.told, [])
})

t.test('telling waits for nothing and is done after the grant', async t => {
  const { wire, now } = station('g1', 'g2')
  const one = wire.join('g1')
  const before = wire.sent.length
  grantTo(one.memory, grantOf(1), 'A', now())
  t.equal(wire.sent.length, before, 'nothing leaves within the call that grants')
})

t.test('a sibling’s grant without an end stands for so long and no longer', async t => {
  const { time, wire, now } = station('g1', 'g2')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  grantTo(one.memory, grantOf(1), 'A', now())
  const untilMs = now() + RESERVATION_MS
  time.advance(5)
  wire.lose = () => true
  time.advance(untilMs - 1 - now())
  t.ok(two.memory.reserved('main', ctiOf(1), 'entry', now()))
  time.advance(1)
  t.notOk(two.memory.reserved('main', ctiOf(1), 'entry', now()))
  t.ok(one.memory.reserved('main', ctiOf(1), 'entry', now()), 'its own ends by its own machine')
  t.match(two.memory.presentation(ctiOf(1), 1001), { outcome: 'reserved' }, 'the code stays used')
})

t.test('a lost message is a gap, and a snapshot heals it', async t => {
  const { time, wire, use, knows } = station('g1', 'g2')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  time.advance(SILENT_MS)
  use(one, 1)
  time.advance(10_000)
  wire.lose = message => message.kind === 'facts'
  use(one, 2)
  time.advance(5)
  wire.lose = () => false
  t.notOk(knows(two, 2))
  const from = wire.sent.length
  use(one, 3)
  time.advance(1100)
  t.ok(knows(two, 2))
  const pages = wire.sent.slice(from).filter(one => one.kind === 'snapshot')
  t.equal(pages.length, 1)
  t.notOk(
    pages.some(one => one.facts.some(fact => 'cti' in fact && fact.cti === ctiOf(1))),
    'only what happened since',
  )

  wire.lose = message => message.kind === 'facts'
  use(one, 4)
  time.advance(5)
  wire.lose = () => false
  time.advance(HELLO_MS + 1100)
  t.ok(knows(two, 4), 'the last message lost is seen by the next hello')
})

t.test('a snapshot that breaks off is asked for again until it is whole', async t => {
  const { time, wire, use, knows } = station('g1', 'g2')
  const one = wire.join('g1')
  for (let n = 0; n < 3 * FACTS_MAX; n++) use(one, n)
  time.advance(1000)
  wire.lose = message => message.kind === 'snapshot' && message.page === 1
  const two = wire.join('g2')
  time.advance(2000)
  t.notOk(Array.from({ length: 600 }, (_, n) => knows(two, n)).every(Boolean))
  wire.lose = () => false
  time.advance(ASK_RETRY_MS + HELLO_MS)
  t.ok(Array.from({ length: 600 }, (_, n) => knows(two, n)).every(Boolean))
  const quiet = wire.sent.filter(one => one.kind === 'snapshot').length
  time.advance(60_000)
  t.equal(wire.sent.filter(one => one.kind === 'snapshot').length, quiet, 'once whole, no more')
})

t.test('who joins hears all, also of who is silent', async t => {
  const { time, wire, use, knows, now } = station('g1', 'g2', 'g3')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  time.advance(1000)
  use(one, 1)
  time.advance(1000)
  use(two, 2)
  voidIn(two.memory, 'main', now())
  time.advance(1000)
  const from = wire.sent.length
  const three = wire.join('g3')
  time.advance(1100)
  t.ok(knows(three, 1) && knows(three, 2))
  t.ok(three.memory.pardonedMs('main') > 0)
  const pages = wire.sent.slice(from).filter(one => one.kind === 'snapshot' && one.to === 'g3')
  t.ok(
    pages.every(one => one.kind === 'snapshot' && one.facts.every(fact => fact.gate === one.gate)),
    'each speaks for itself',
  )
  await wire.leave(three)
  await wire.leave(two)
  time.advance(SILENT_MS + 1)
  const again = wire.join('g3')
  time.advance(1100)
  t.ok(knows(again, 1) && knows(again, 2), 'and for who is silent')
  const page = wire.sent.findLast(one => one.kind === 'snapshot' && one.to === 'g3')
  t.same(
    page?.kind === 'snapshot' && page.facts.map(fact => `${fact.kind} ${fact.gate}`),
    ['pardon g2', 'visit g1', 'visit g2', 'use g1', 'use g2'],
    'what matters most comes first, its own before others’',
  )
  const back = wire.join('g2')
  time.advance(1100)
  t.ok(knows(back, 1))
  t.notOk(knows(back, 2), 'its own it has in its journal')
})

t.test('a wire cut and back: nothing is queued, all is made good', async t => {
  const { time, wire, use, knows } = station('g1', 'g2')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  time.advance(1000)
  two.connect(false)
  for (let n = 0; n < 50; n++) {
    use(one, n)
    use(two, 100 + n)
    time.advance(100)
  }
  t.notOk(knows(two, 3))
  two.connect(true)
  time.advance(1200)
  t.ok(Array.from({ length: 50 }, (_, n) => knows(two, n)).every(Boolean))
  t.ok(Array.from({ length: 50 }, (_, n) => knows(one, 100 + n)).every(Boolean))
})

t.test('replays, strangers’ facts, times out of bounds: ignored and counted', async t => {
  const { time, wire, use, knows, now } = station('g1', 'g2', 'g3')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  time.advance(1000)
  use(one, 1)
  time.advance(1000)
  const old = wire.sent.find(message => message.kind === 'facts') as Message
  const hello = wire.sent.find(message => message.kind === 'hello') as Message
  two.hear(old)
  two.hear(hello)
  t.same(two.told, ['ignored REPLAYED 1', 'ignored REPLAYED 1'])
  two.told.length = 0

  const head = { station: 'north', gate: 'g1', epoch: 'f'.repeat(16), seq: 1, at: now() }
  const fact: Use = {
    ...({ kind: 'use', gate: 'g1', lane: 'A', direction: 'entry', outcome: 'passed' } as const),
    ...{ cti: ctiOf(9), presentedAt: 1009, at: now(), grants: 1 },
  }
  const facts = (...changes: Partial<Use>[]) =>
    two.hear({
      kind: 'facts',
      ...head,
      seq: head.seq++,
      facts: changes.map(change => ({ ...fact, ...change })),
    })
  facts({ gate: 'g3' }, { at: now() + 120_001 }, { at: now() - 48 * 3_600_000 - 1 })
  t.same(two.told, ['ignored MALFORMED 1', 'ignored AHEAD 1', 'ignored OLD 1'])
  t.notOk(knows(two, 9))
  facts({ at: now() + 120_000 })
  t.ok(knows(two, 9))
  two.told.length = 0
  two.hear({
    kind: 'snapshot',
    ...head,
    to: 'g2',
    nonce: 'a'.repeat(16),
    page: 0,
    last: true,
    facts: [],
  })
  t.same(two.told, ['ignored UNASKED 1'])
  const flood = wire.sent.length
  for (let i = 0; i < 500; i++) {
    const epoch = i.toString(16).padStart(16, '0')
    two.hear({ kind: 'hello', ...head, epoch, asks: [{ gate: 'g2', sinceMs: 0, nonce: epoch }] })
  }
  time.advance(1000)
  t.ok(wire.sent.length - flood < 10, 'asking without end is not answered without end')
})

t.test('a recorded hello keeps nobody awake, and who is gone is spoken for', async t => {
  const { time, wire, use, knows } = station('g1', 'g2', 'g3')
  const [one, two] = ['g1', 'g2'].map(name => wire.join(name)) as [WireGate, WireGate]
  time.advance(3000)
  use(one, 1)
  time.advance(HELLO_MS)
  const hello = wire.sent.findLast(one => one.gate === 'g1' && one.kind === 'hello') as Message
  await wire.leave(one)
  let late: WireGate | undefined
  for (let ms = 0; ms < 2 * SILENT_MS; ms += 5000) {
    two.hear(hello)
    late?.hear(hello)
    time.advance(5000)
    if (ms === SILENT_MS) late = wire.join('g3')
  }
  t.equal(two.bus.state(), 'down')
  t.equal(two.bus.siblings().awake, 1, 'g3 alone')
  t.ok(late !== undefined && knows(late, 1), 'g2 speaks for g1')
  time.advance(120_000)
  const fresh = wire.join('g1')
  await wire.leave(fresh)
  const three = late as WireGate
  three.told.length = 0
  three.hear(hello)
  t.same(three.told, ['ignored REPLAYED 1'])
  await wire.leave(three)
  const again = wire.join('g3')
  again.hear(hello)
  t.same(again.told, ['ignored OLD 1'], 'nor one that the gate has never heard')
})

t.test('an answer that had to wait holds nothing that came after it was looked up', async t => {
  const { time, wire, use, knows } = station('g1', 'g2')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  time.advance(5000)
  // The second answer is due later; it is looked up while nothing can be sent.
  for (let i = 0; i < 2; i++) {
    two.bus.clockStepped()
    time.advance(10)
  }
  one.connect(false)
  time.advance(SNAPSHOT_EVERY_MS + 100)
  use(one, 1)
  time.advance(100)
  one.connect(true)
  time.advance(ASK_RETRY_MS)
  t.ok(knows(two, 1))
  t.equal(two.bus.state(), 'up')
})

t.test('a station of one gate is never alone', async t => {
  const { time, wire } = station('g1')
  const one = wire.join('g1')
  time.advance(10 * SILENT_MS)
  t.equal(one.bus.state(), 'up')
  t.same(one.told, [])
})

t.test('a clock that is set: facts that lay ahead are heard again', async t => {
  const { time, wire, use, knows } = station('g1', 'g2')
  const one = wire.join('g1')
  const two = wire.join('g2', { aheadMs: 0 })
  time.advance(1000)
  passOn(one.memory, grantOf(1, { presentedAt: undefined }), time.clock.nowMs() + 3_600_000)
  use(one, 2)
  time.advance(100)
  t.equal(two.memory.visit('main', ctiOf(1)), undefined)
  t.ok(knows(two, 2))
  time.advance(3_600_000)
  two.bus.clockStepped()
  time.advance(1200)
  t.match(two.memory.visit('main', ctiOf(1)), { inside: true })
})

t.test('bounds: facts that wait, pages of a snapshot', async t => {
  const { time, wire, use, knows } = station('g1', 'g2')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  time.advance(1000)
  const from = wire.sent.length
  for (let n = 0; n < FACTS_QUEUE_MAX; n++) use(one, n)
  time.advance(5)
  const facts = wire.sent.slice(from).filter(message => message.kind === 'facts')
  t.equal(
    facts.reduce((sum, one) => sum + one.facts.length, 0),
    FACTS_QUEUE_MAX,
  )
  t.ok(facts.every(message => message.facts.length <= FACTS_MAX))
  time.advance(HELLO_MS)
  t.ok(knows(two, 0), 'what was let go comes by a snapshot')

  const [three, four] = [station('g1', 'g2'), SNAPSHOT_PAGES_MAX * FACTS_MAX]
  const many = three.wire.join('g1')
  for (let n = 0; n <= four; n++) {
    passOn(many.memory, grantOf(n, { presentedAt: undefined }), three.now() + n)
  }
  three.time.advance(200_000)
  const late = three.wire.join('g2')
  three.time.advance(60_000)
  t.ok(late.memory.visit('main', ctiOf(four)), 'the newest')
  t.ok(late.memory.visit('main', ctiOf(1)))
  t.notOk(late.memory.visit('main', ctiOf(0)), 'one over: the oldest is left out')
})
