import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { encodeFrame, isFrame, numberAt, orderFlags, pinBit, stateFlags } from '../guarded-line.ts'
import type { BoardLink } from './board-io.ts'
import { talkGuarded } from './guarded-talk.ts'
import { contactWiring, profilePins, resolvePins } from './pins.ts'

const session = 9
const hello = [0xf0, 0x79, 2, 2, 0xf7]
/** It does not know rest. */
const olderHello = [0xf0, 0x79, 2, 1, 0xf7]
const pins = resolvePins('x', { profile: 'tripod' })
const { release, fire, entry, exit, alarm, arrow } = profilePins.tripod

/** Every contact at rest: those that open are low. */
const rest = [...pins.contacts].reduce(
  (levels, [contact, { pin }]) =>
    contactWiring[contact] === 'closes' ? levels | pinBit(pin) : levels,
  0,
)

/** `answers`: the board answers each order at once, as long as it says so. */
function rig(board = hello, answers = () => false) {
  const time = createVirtualTime()
  const sent: number[][] = []
  const levels = new Map<number, boolean>()
  const told: string[] = []
  let link: BoardLink | undefined
  let sequence = 0
  const talk = talkGuarded(
    {
      name: 'board',
      clock: time.clock,
      pins,
      async send(bytes) {
        sent.push([...bytes])
        if (isFrame(bytes) && answers()) hear(rest)
      },
      after: time.timers.after,
      fail: error => told.push(error.message),
      onUsable: next => {
        link = next
      },
      onLevel(pin, high, heldMs) {
        if (levels.get(pin) !== high && levels.size >= pins.contacts.size) {
          told.push(`${pin} ${high ? 1 : 0} ${heldMs}`)
        }
        levels.set(pin, high)
      },
      onFireLatch: latched => latched && told.push('fire'),
      onDropped: (fault, count) => told.push(`${fault} ${count}`),
    },
    { deadmanMs: 300, session, hello: board },
  )
  const hear = (state: number) => talk.message(encodeFrame(session, sequence++, state))
  const frames = () => sent.filter(isFrame).map(bytes => numberAt(bytes, 1))
  const orders = () => frames().map(levels => levels & ~orderFlags.atRest)
  /** Heartbeats in the next so many milliseconds. */
  const beats = (ms: number) => {
    const before = sent.length
    time.advance(ms)
    return sent.length - before
  }
  return { beats, frames, time, talk, sent, told, hear, orders, link: () => link as BoardLink }
}

t.test('one frame tells nothing, the second tells, with the time since the first', async t => {
  const { time, told, hear } = rig()
  hear(rest)
  hear(rest)
  t.strictSame(told, [])
  const pressed = rest & ~pinBit(release)
  hear(pressed)
  time.advance(2)
  t.strictSame(told, [])
  hear(pressed)
  t.strictSame(told, [`${release} 0 2`])
})

t.test('a single frame of fire or release opens nothing', async t => {
  const { told, hear } = rig()
  hear(rest)
  hear(rest)
  for (const forged of [
    rest & ~pinBit(release),
    rest | pinBit(fire),
    rest | stateFlags.fireLatched,
  ]) {
    hear(forged)
    hear(rest)
    hear(rest)
  }
  t.strictSame(told, ['UNCONFIRMED 1', 'UNCONFIRMED 1', 'UNCONFIRMED 1'])
})

t.test('a repeated frame is not the second one; the board is asked for it', async t => {
  const { time, talk, told, sent, hear } = rig()
  hear(rest)
  hear(rest)
  const forged = encodeFrame(session, 2, rest & ~pinBit(release))
  talk.message(forged)
  talk.message(forged)
  t.strictSame(told, ['OLD_SEQUENCE 1'])
  const before = sent.length
  time.advance(5)
  t.equal(sent.length, before + 1)
})

t.test('what is written in one go leaves in one frame, twice', async t => {
  const { orders, hear, link } = rig()
  hear(rest)
  const before = orders().length
  link().write(entry, 1)
  link().write(exit, 1)
  link().write(exit, 0)
  await Promise.resolve()
  t.strictSame(orders().slice(before), [pinBit(entry), pinBit(entry)])
})

t.test('its heartbeat says the state again, and a silent board is given up', async t => {
  const { time, orders, told, hear, link } = rig()
  hear(rest)
  link().write(entry, 1)
  await Promise.resolve()
  const before = orders().length
  time.advance(500)
  const beats = orders().slice(before)
  t.ok(beats.length >= 10 && beats.every(levels => levels === pinBit(entry)))
  time.advance(600)
  t.match(told.at(-1), /stopped answering/)
})

t.test(
  'a hello means a restart, a drop a silence, and plain Firmata is not listened to',
  async t => {
    const { talk, told, hear } = rig()
    hear(rest)
    talk.message([0x92, 0, 0])
    talk.message(encodeFrame(session + 1, 1, rest))
    talk.message(hello)
    hear(rest | stateFlags.dropped)
    hear(rest | stateFlags.dropped)
    t.strictSame(told.slice(0, 2), ['UNCHECKED 1', 'BAD_CHECK 1'])
    t.match(told[2], /restarted by itself/)
    t.match(told.at(-1), /dropped its relays/)
  },
)

t.test('a set-up without an answer is sent again, and given up after a second', async t => {
  const { time, sent, told } = rig()
  time.advance(950)
  t.equal(sent.length, 10)
  t.ok(sent.every(bytes => bytes.join() === sent[0]?.join()))
  time.advance(100)
  t.match(told, [/does not answer its set-up/])
})

/** Heartbeats a second while it may matter: each 35 to 50 ms. */
const quick = (beats: number) => beats >= 20 && beats <= 28
/** Each 280 to 400 ms. */
const slow = (beats: number) => beats >= 2 && beats <= 4

/** A session whose board answers, at rest for some seconds. */
function atRest(board = hello) {
  let alive = true
  const made = rig(board, () => alive)
  made.hear(rest)
  made.time.advance(5000)
  return {
    ...made,
    die() {
      alive = false
    },
  }
}

t.test('quick for a second after the start, then slow', async t => {
  const { beats, hear, told } = rig(hello, () => true)
  hear(rest)
  t.ok(quick(beats(1000)))
  for (let second = 0; second < 60; second += 1) t.ok(slow(beats(1000)))
  t.strictSame(told, [])
})

t.test('a board of older firmware gets the quick heartbeat always', async t => {
  t.ok(quick(atRest(olderHello).beats(1000)))
})

t.test('an order leaves at once, and brings the quick heartbeat with it', async t => {
  for (const pin of [entry, exit, alarm, arrow]) {
    const { orders, beats, link } = atRest()
    const before = orders().length
    link().write(pin, 1)
    await Promise.resolve()
    t.strictSame(orders().slice(before), [pinBit(pin), pinBit(pin)])
    t.equal(beats(50), 1)
    t.ok(quick(beats(950)))
  }
})

t.test('quick as long as a relay is asked for, and a second beyond', async t => {
  const { beats, link } = atRest()
  link().write(alarm, 1)
  await Promise.resolve()
  for (let second = 0; second < 30; second += 1) t.ok(quick(beats(1000)))
  link().write(alarm, 0)
  await Promise.resolve()
  t.ok(quick(beats(1000)))
  beats(500)
  t.ok(slow(beats(1000)))
})

t.test('a lamp alone is rest', async t => {
  const { beats, link } = atRest()
  link().write(arrow, 1)
  await Promise.resolve()
  beats(1500)
  t.ok(slow(beats(1000)))
})

t.test('a frame says rest if it asks for no relay, and only then', async t => {
  const { frames, time, link } = atRest()
  for (const [pin, level] of [
    [arrow, 1],
    [alarm, 1],
    [entry, 1],
    [alarm, 0],
    [exit, 1],
    [entry, 0],
    [exit, 0],
    [arrow, 0],
  ] as const) {
    link().write(pin, level)
    await Promise.resolve()
    time.advance(3000)
  }
  const relays = pinBit(entry) | pinBit(exit) | pinBit(alarm)
  for (const levels of frames()) {
    t.equal((levels & orderFlags.atRest) !== 0, (levels & relays) === 0)
  }
})

t.test(
  'what is not taken from the line makes it quick; more of it does not put it off',
  async t => {
    const { time, talk, beats } = atRest()
    talk.foreign(1)
    t.equal(beats(50), 1)
    let count = 0
    for (let burst = 0; burst < 50; burst += 1) {
      talk.foreign(1)
      count += beats(20)
    }
    t.ok(quick(count))
    time.advance(1500)
    t.ok(slow(beats(1000)))
    talk.message(encodeFrame(session + 1, 1, rest))
    t.equal(beats(50), 1)
  },
)

t.test('a board that falls silent at rest is given up a second after its last frame', async t => {
  const { time, beats, told, die } = atRest()
  while (beats(1) === 0);
  die()
  const lost = () => told.some(text => /stopped answering/.test(text))
  let asked = 0
  let silentMs = 0
  for (; !lost() && silentMs < 3000; silentMs += 1) asked += beats(1)
  t.ok(silentMs > 1000 && silentMs <= 1051, `${silentMs} ms`)
  t.ok(asked >= 5, `${asked} heartbeats without an answer`)
  time.advance(100)
})
