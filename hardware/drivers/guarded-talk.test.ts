import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { encodeFrame, isFrame, numberAt, pinBit, stateFlags } from '../guarded-line.ts'
import type { BoardLink } from './board-io.ts'
import { talkGuarded } from './guarded-talk.ts'
import { contactWiring, profilePins, resolvePins } from './pins.ts'

const session = 9
const hello = [0xf0, 0x79, 2, 0, 0xf7]
const pins = resolvePins('x', { profile: 'tripod' })
const { release, fire, entry, exit } = profilePins.tripod

/** Every contact at rest: those that open are low. */
const rest = [...pins.contacts].reduce(
  (levels, [contact, { pin }]) =>
    contactWiring[contact] === 'closes' ? levels | pinBit(pin) : levels,
  0,
)

function rig() {
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
      send: async bytes => void sent.push([...bytes]),
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
    { deadmanMs: 300, session, hello },
  )
  const hear = (state: number) => talk.message(encodeFrame(session, sequence++, state))
  const orders = () => sent.filter(isFrame).map(bytes => numberAt(bytes, 1))
  return { time, talk, sent, told, hear, orders, link: () => link as BoardLink }
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
