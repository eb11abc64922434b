import t from 'tap'
import { createVirtualTime, type VirtualTime } from '../../fixtures/clock.ts'
import { resolvePins } from '../drivers/pins.ts'
import { createListeners } from '../listeners.ts'
import type { SimBoard } from './firmata-board.ts'
import { createBody, type Direction, front, rear } from './lane.ts'
import { type PassengerKind, walk } from './passenger.ts'
import { connectTurnstile, type Turnstile } from './turnstile.ts'

/** A board reduced to its pins, set by the test's own hand. */
function bareBoard(time: VirtualTime) {
  const pins = createListeners<[number, 0 | 1, number]>()
  const out = new Map<number, 0 | 1>()
  const inputs = new Map<number, 0 | 1 | null>()
  const board: SimBoard = {
    onPin: listener => pins.add(listener),
    level: pin => out.get(pin) ?? 0,
    setInput: (pin, level) => void inputs.set(pin, level),
  }
  return {
    board,
    inputs,
    set(pin: number, level: 0 | 1) {
      out.set(pin, level)
      pins.emit(pin, level, time.clock.monotonicMs())
    },
  }
}

function rig(profile: 'tripod' | 'flap') {
  const time = createVirtualTime()
  const bare = bareBoard(time)
  const turnstile = connectTurnstile({ board: bare.board, pins: { profile }, ...time })
  const pins = resolvePins('t', { profile })
  const passages: Direction[] = []
  turnstile.onPassage(direction => passages.push(direction))
  const relay = (name: 'entry' | 'exit', on: boolean) =>
    bare.set(pins.relays.get(name) ?? -1, on ? 1 : 0)
  async function pass(kind: PassengerKind, direction: Direction = 'entry', ms = 60_000) {
    const result = walk(turnstile, kind, direction)
    await time.advanceAsync(ms)
    return (await result).through
  }
  return { time, bare, turnstile, pins, passages, relay, pass }
}

/** Every change of a contact as the board saw it, in order. */
function record(
  turnstile: Turnstile,
  contacts: readonly ('beamA' | 'beamB' | 'passA' | 'passB')[],
) {
  const log: string[] = []
  const last = new Map<string, boolean>()
  turnstile.onChange(() => {
    for (const contact of contacts) {
      const active = turnstile.contact(contact)
      if ((last.get(contact) ?? false) !== active) log.push(`${contact}${active ? '+' : '-'}`)
      last.set(contact, active)
    }
  })
  return log
}

t.test('all contacts are at rest from the start, so nothing looks like an alarm', async t => {
  for (const profile of ['tripod', 'flap'] as const) {
    const { bare, pins } = rig(profile)
    for (const [contact, { pin, wiring }] of pins.contacts) {
      t.equal(bare.inputs.get(pin), wiring === 'opens' ? 0 : 1, `${profile} ${contact}`)
    }
  }
})

t.test('tripod: locked, nobody gets through and nothing turns', async t => {
  const { turnstile, passages, pass } = rig('tripod')
  const log = record(turnstile, ['beamA', 'beamB', 'passA', 'passB'])
  t.strictSame(await pass('normal'), [false])
  t.strictSame(passages, [])
  t.strictSame(log, ['beamA+', 'beamA-'], 'the person stood there and left')
})

t.test('tripod: a pulse lets exactly one person through, in its direction', async t => {
  const { turnstile, time, passages, relay, pass } = rig('tripod')
  const log = record(turnstile, ['beamA', 'beamB', 'passA', 'passB'])
  relay('entry', true)
  await time.advanceAsync(150)
  relay('entry', false)
  t.strictSame(await pass('normal'), [true])
  t.strictSame(await pass('normal'), [false], 'the pulse is used up')
  t.strictSame(passages, ['entry'])
  t.strictSame(log.slice(0, 6), ['beamA+', 'passA+', 'beamA-', 'beamB+', 'passA-', 'beamB-'])
})

t.test('tripod: the arm stops a tailgater', async t => {
  const { time, relay, pass } = rig('tripod')
  relay('entry', true)
  await time.advanceAsync(150)
  relay('entry', false)
  t.strictSame(await pass('tailgater'), [true, false])
})

t.test('tripod: a relay held until the passage leaves no pulse behind it', async t => {
  const { time, relay, pass } = rig('tripod')
  relay('entry', true)
  t.strictSame(await pass('running', 'entry', 1500), [true])
  relay('entry', false)
  await time.advanceAsync(50)
  t.strictSame(await pass('normal'), [false])
})

t.test('nobody walks through another', async t => {
  const { time, turnstile, relay } = rig('flap')
  relay('entry', true)
  await time.advanceAsync(500)
  const slow = createBody({ direction: 'entry', speed: 0.4 })
  const fast = createBody({ direction: 'entry', speed: 2.8, progress: -2 })
  const done = turnstile.enter([fast, slow])
  let closest = Number.POSITIVE_INFINITY
  turnstile.onChange(() => {
    if (turnstile.bodies.length === 2) closest = Math.min(closest, rear(slow) - front(fast))
  })
  await time.advanceAsync(20_000)
  t.strictSame(await done, [true, true])
  t.ok(closest > 0, `${closest} m between them`)
})

t.test('tripod: a pulse below 100 ms or over 5 s ago unlocks nothing', async t => {
  const short = rig('tripod')
  short.relay('entry', true)
  await short.time.advanceAsync(50)
  short.relay('entry', false)
  t.strictSame(await short.pass('normal'), [false])

  const late = rig('tripod')
  late.relay('entry', true)
  await late.time.advanceAsync(150)
  late.relay('entry', false)
  await late.time.advanceAsync(5000)
  t.strictSame(await late.pass('normal'), [false])
})

t.test('tripod: held, it stays free; jammed, it does not', async t => {
  const { turnstile, passages, relay, pass } = rig('tripod')
  relay('exit', true)
  t.strictSame(await pass('group', 'exit'), [true, true, true])
  t.strictSame(passages, ['exit', 'exit', 'exit'])
  turnstile.faults.jammed = true
  t.strictSame(await pass('normal', 'exit'), [false])
})

t.test('tripod: forced, wrong way, luggage, wheelchair, hesitating', async t => {
  const { passages, relay, pass } = rig('tripod')
  t.strictSame(await pass('forcing'), [true], 'a rotation without a grant is possible')
  relay('entry', true)
  t.strictSame(await pass('wrongWay'), [false], 'entry unlocked does not unlock exit')
  t.strictSame(await pass('luggage'), [true])
  t.strictSame(await pass('wheelchair'), [false], 'too wide for an arm')
  t.strictSame(await pass('hesitating'), [])
  t.strictSame(passages, ['entry', 'entry'])
})

t.test('flap: opens while held, every kind walks through, beams in walking order', async t => {
  const { turnstile, relay, pass, passages } = rig('flap')
  relay('entry', true)
  for (const kind of ['normal', 'running', 'luggage', 'child', 'wheelchair', 'group'] as const) {
    t.ok(
      (await pass(kind)).every(through => through),
      kind,
    )
  }
  const seen: string[] = []
  turnstile.onChange(() => {
    for (const beam of ['beamA', 'beamB', 'beamC', 'beamD', 'beamE', 'beamF'] as const) {
      if (turnstile.contact(beam) && !seen.includes(beam)) seen.push(beam)
    }
  })
  await pass('normal', 'exit')
  t.strictSame(seen, ['beamF', 'beamE', 'beamD', 'beamC', 'beamB', 'beamA'])
  t.equal(passages.at(-1), 'exit')
})

t.test('flap: closed it lets nobody pass, open it lets a tailgater in', async t => {
  const { relay, pass } = rig('flap')
  t.strictSame(await pass('normal'), [false])
  relay('entry', true)
  t.strictSame(await pass('tailgater'), [true, true])
})

t.test('flap: it never closes on a body', async t => {
  const { turnstile, time, relay } = rig('flap')
  relay('entry', true)
  await time.advanceAsync(500)
  t.equal(turnstile.position, 1)
  const result = walk(turnstile, 'lingering')
  await time.advanceAsync(1500)
  relay('entry', false)
  await time.advanceAsync(1000)
  t.equal(turnstile.position, 0.6, 'the panels stop at the body')
  t.equal(turnstile.forceN, 120)
  await time.advanceAsync(10_000)
  t.strictSame((await result).through, [true])
  t.equal(turnstile.position, 0)
  t.equal(turnstile.forceN, 0)
})

t.test('the relay feedback follows the relays, unless its contact is dead', async t => {
  const { turnstile, relay } = rig('tripod')
  relay('entry', true)
  t.ok(turnstile.contact('relayFeedback'))
  relay('entry', false)
  t.notOk(turnstile.contact('relayFeedback'))
  turnstile.faults.feedbackDead = true
  relay('exit', true)
  t.notOk(turnstile.contact('relayFeedback'))
})

t.test('the cross of a flap is the inverse of its arrow', async t => {
  const { turnstile, bare, pins } = rig('flap')
  t.ok(turnstile.lamp('cross'))
  bare.set(pins.lamps.get('arrow') ?? -1, 1)
  t.notOk(turnstile.lamp('cross'))
  t.ok(turnstile.lamp('arrow'))
})
