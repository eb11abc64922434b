/** What a gate can't be sure of is flagged and told; what it could not know is found out afterwards. */

import t from 'tap'
import { createSmallMemory } from '../../fixtures/small-memory.ts'
import type { Use } from '../memory/facts.ts'
import { ctiOf, grantOf, station, type WireGate } from '../testing/bus/wire.ts'
import { annulIn, grantTo, passOn } from '../testing/memory-rows.ts'
import {
  ASK_RETRY_MS,
  BUS_DOWN_MS,
  DEAF_MS,
  DOUBLES_PER_MINUTE_MAX,
  FACTS_MAX,
  HELLO_MS,
  LATE_HOLD_MS,
  LATE_MS,
  NAMES_SHOWN_MAX,
  SILENT_MS,
} from './limits.ts'

t.test(
  'grants are flagged without a broker, BUS_DOWN follows after five seconds; back at once',
  async t => {
    const { time, wire } = station('g1', 'g2')
    const one = wire.join('g1', { up: false })
    time.advance(BUS_DOWN_MS - 1)
    t.equal(one.bus.state(), 'down')
    t.same(one.told, [])
    time.advance(1)
    t.same(one.told, ['down no broker yet'])
    const two = wire.join('g2')
    one.connect(true)
    time.advance(100)
    t.equal(one.bus.state(), 'up')
    t.same(one.bus.siblings(), { all: 1, awake: 1 })
    one.connect(false)
    t.equal(one.bus.state(), 'down', 'it knows that it is deaf')
    time.advance(BUS_DOWN_MS - 100)
    one.connect(true)
    time.advance(BUS_DOWN_MS)
    t.equal(one.bus.state(), 'up')
    t.same(one.told, ['down no broker yet', 'up'], 'a short break is no alarm')

    await wire.leave(two)
    time.advance(SILENT_MS + HELLO_MS)
    t.equal(one.bus.state(), 'down', 'a broker without a sibling is no help')
    wire.join('g2')
    time.advance(1500)
    t.equal(one.bus.state(), 'up')
    t.same(one.told.slice(2), ['down no sibling is heard', 'up'])
  },
)

t.test(
  'a broker that lets in and delivers nothing: down within its bound, also when it flaps',
  async t => {
    for (const flaps of [false, true]) {
      const { time, wire, knows, use } = station('g1', 'g2')
      const [one, two] = [wire.join('g1'), wire.join('g2')]
      time.advance(3000)
      t.equal(one.bus.state(), 'up')
      wire.lose = () => true
      use(two, 1)
      for (let ms = 0; ms < DEAF_MS; ms += 1000) {
        time.advance(1000)
        if (flaps && ms % 4000 === 2000) one.connect(false)
        if (flaps && ms % 4000 === 3000) one.connect(true)
      }
      t.notOk(knows(one, 1))
      t.equal(one.bus.state(), 'down', `flaps: ${flaps}`)
      for (let i = 0; i < 60; i++) {
        if (flaps && i % 4 === 3) one.connect(false)
        time.advance(1000)
        if (flaps && i % 4 === 3) one.connect(true)
        t.equal(one.bus.state(), 'down')
      }
      t.equal(one.told.length, 1, 'told once')
      wire.lose = () => false
      one.connect(true)
      time.advance(30_000)
      t.equal(one.bus.state(), 'up')
      t.ok(knows(one, 1))
    }
  },
)

t.test('a broker that delivers and breaks every four seconds is down as well', async t => {
  const { time, wire } = station('g1', 'g2')
  const [one] = [wire.join('g1'), wire.join('g2')]
  for (let i = 0; i < 3; i++) {
    time.advance(3000)
    one.connect(false)
    time.advance(1000)
    one.connect(true)
  }
  t.equal(one.bus.state(), 'down')
  time.advance(30_000)
  t.equal(one.bus.state(), 'up')
  const often = 'down the connection to the broker broke 3 times in 30 s, the last time: no broker'
  t.same(one.told, [often, 'up'])
})

t.test(
  'deaf in one direction: told where it is deaf, and for the sibling that is not heard',
  async t => {
    const { time, wire } = station('g1', 'g2', 'g3')
    const [one, two] = ['g1', 'g2', 'g3'].map(name => wire.join(name)) as [WireGate, WireGate]
    time.advance(3000)
    wire.lose = (message, to) => message.gate === 'g3' && to === 'g1'
    time.advance(DEAF_MS)
    t.same(one.told, ['down not heard: g3'])
    t.equal(two.bus.state(), 'up')
    wire.lose = (message, to) => message.gate === to
    time.advance(2 * DEAF_MS)
    t.equal(two.bus.state(), 'down', 'its own word does not come back')
  },
)

t.test('what is late or missing is told: the delay of each message, a gap that stays', async t => {
  const { time, wire, use, knows } = station('g1', 'g2')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  time.advance(3000)
  wire.delay = message => (message.kind === 'facts' ? 7000 : 0)
  use(two, 1)
  time.advance(1)
  wire.delay = () => 0
  wire.lose = message => message.kind === 'snapshot'
  time.advance(2 * HELLO_MS + LATE_MS)
  t.same(one.told, ['down some of what g2 said is missing'])
  wire.lose = () => false
  time.advance(2000 + LATE_HOLD_MS)
  t.ok(knows(one, 1))
  time.advance(2 * LATE_HOLD_MS)
  t.equal(one.bus.state(), 'up')
  one.told.length = 0
  wire.delay = (_, to) => (to === 'g1' ? LATE_MS + 500 : 0)
  time.advance(LATE_MS + 2 * HELLO_MS)
  t.equal(one.bus.state(), 'down')
  t.match(one.told, [/^down what (g2|this gate) said came 3.5 s late, or a clock is 3.5 s off$/])
})

t.test('who joins is sure of nothing until each sibling has told all', async t => {
  const { time, wire, use } = station('g1', 'g2', 'g3')
  const [one, two] = ['g1', 'g2'].map(name => wire.join(name)) as [WireGate, WireGate]
  t.equal(one.bus.state(), 'down')
  time.advance(DEAF_MS + 1)
  t.same(one.told, ['down not heard: g3'])
  t.equal(one.rows.at(-1)?.detail, 'not heard: g3; nothing is known yet of g3')
  for (let n = 0; n < 3 * FACTS_MAX; n++) use(two, n)
  wire.lose = message => message.kind === 'snapshot' && message.page > 0
  const three = wire.join('g3')
  time.advance(DEAF_MS - 1)
  t.equal(three.bus.state(), 'down', 'g2 has more to tell')
  wire.lose = () => false
  time.advance(2 * ASK_RETRY_MS)
  for (const gate of [one, two, three]) t.equal(gate.bus.state(), 'up', gate.name)
  const alone = station('g1').wire.join('g1', { manifest: false })
  t.equal(alone.bus.state(), 'down', 'without a manifest it does not know who they are')

  const many = station(...Array.from({ length: NAMES_SHOWN_MAX + 3 }, (_, n) => `g${n + 1}`))
  const first = many.wire.join('g1')
  many.time.advance(DEAF_MS)
  const names = 'nothing is known yet of g2, g3, g4, g5 and 2 more'
  t.equal(first.rows.at(-1)?.detail, `no sibling is heard; ${names}`, 'an alarm has an end')
})

t.test('the alarm says until when siblings were known in full', async t => {
  const { time, wire, use, now } = station('g1', 'g2')
  const [one, two] = [wire.join('g1'), wire.join('g2')]
  time.advance(5000)
  wire.lose = () => true
  const deafMs = now()
  use(two, 1)
  use(one, 1)
  t.equal(one.bus.state(), 'up', 'nobody can know it yet')
  time.advance(DEAF_MS)
  const until =
    /; siblings are known in full until (\S+)$/.exec(one.rows[0]?.detail ?? '')?.[1] ?? ''
  t.equal(one.rows[0]?.code, 'BUS_DOWN')
  const untilMs = Date.parse(until)
  t.ok(untilMs <= deafMs && untilMs > deafMs - HELLO_MS - 10, until)
})

const twiceRows = ({ rows }: WireGate) => rows.filter(row => row.code === 'ADMITTED_TWICE')

t.test('a code that two gates admitted is named in the journals of both', async t => {
  const { time, wire, use, now } = station('g1', 'g2', 'g3')
  const [one, two, three] = ['g1', 'g2', 'g3'].map(name => wire.join(name)) as [
    WireGate,
    WireGate,
    WireGate,
  ]
  time.advance(5000)
  grantTo(one.memory, grantOf(1), 'A', now())
  grantTo(two.memory, grantOf(1), 'A', now())
  time.advance(5)
  for (const [gate, other] of [
    [one, 'g2'],
    [two, 'g1'],
  ] as const) {
    t.match(twiceRows(gate), [{ on: true }])
    const detail = twiceRows(gate)[0]?.detail ?? ''
    t.match(detail, `certificate ${ctiOf(1)}, shown as 1001: here entry on lane A, reserved at `)
    t.match(detail, `at gate ${other} entry on lane A, reserved at `)
    t.match(detail, /known here 0.002 s later$/)
  }
  for (const gate of [one, two]) passOn(gate.memory, grantOf(1), now())
  time.advance(HELLO_MS)
  t.equal(twiceRows(one).length, 1, 'told once')

  grantTo(one.memory, grantOf(2), 'A', now())
  grantTo(two.memory, grantOf(3), 'A', now())
  annulIn(one.memory, grantOf(2), { reason: 'NO_TURN' }, now())
  time.advance(5)
  grantTo(three.memory, grantOf(2), 'A', now())
  two.memory.forget(grantOf(3))
  time.advance(5)
  use(three, 3)
  time.advance(5)
  t.same(twiceRows(three), [], 'nobody walked on what was annulled')

  wire.lose = (message, to) => to === 'g3' || message.gate === 'g3'
  use(two, 4)
  use(three, 4)
  time.advance(60_000)
  t.same(twiceRows(three), [])
  wire.lose = () => false
  time.advance(ASK_RETRY_MS + HELLO_MS)
  t.match(twiceRows(three), [{ detail: /known here 6\d\.\d+ s later$/ }], 'by a snapshot')
  t.equal(twiceRows(two).length, 2)

  await wire.leave(three)
  const own = [...three.memory.facts()].filter(fact => fact.gate === 'g3' && fact.kind === 'use')
  const presentations = own.flatMap(fact =>
    fact.kind === 'use' ? [{ ...fact, atMs: fact.at }] : [],
  )
  const memory = createSmallMemory({ presentations, visits: [] }, 'g3')
  const again = wire.join('g3', { memory })
  time.advance(HELLO_MS)
  t.equal(twiceRows(again).length, 1, 'also by who has started anew since')
})

t.test(
  'a sibling that lies about uses fills no journal, and no time of its ends anything',
  async t => {
    const { time, wire, use, now } = station('g1', 'g2')
    const [one, two] = [wire.join('g1'), wire.join('g2')]
    time.advance(5000)
    for (let n = 0; n < 300; n++) use(one, n)
    time.advance(5)
    const lies = Array.from({ length: 300 }, (_, n): Use => {
      const what = { kind: 'use', gate: 'g2', lane: 'A', direction: 'entry' } as const
      return {
        ...what,
        outcome: 'passed',
        cti: ctiOf(n),
        presentedAt: 1000 + n,
        at: now(),
        grants: 1,
      }
    })
    const head = {
      station: 'north',
      gate: 'g2',
      epoch: 'f'.repeat(16),
      at: Number.MAX_SAFE_INTEGER,
    }
    const at = Number.MAX_SAFE_INTEGER
    one.hear({ kind: 'facts', ...head, seq: 1, facts: [{ ...(lies[0] as Use), at }] })
    t.same(twiceRows(one), [])
    one.hear({ kind: 'facts', ...head, seq: 2, facts: lies.slice(0, 200) })
    one.hear({ kind: 'facts', ...head, seq: 3, facts: lies.slice(200) })
    t.equal(twiceRows(one).length, DOUBLES_PER_MINUTE_MAX)
    time.advance(60_000)
    t.equal(twiceRows(one).length, DOUBLES_PER_MINUTE_MAX + 1)
    t.match(twiceRows(one).at(-1)?.detail, /^240 more codes were admitted here and by g2:/)
    t.equal(one.bus.state(), two.bus.state())
  },
)
