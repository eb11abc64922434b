/** One suite for both simulated boards: what one does, the other does. */
import t, { type Test } from 'tap'
import { createGateBoard, type GateBoardOptions } from '../drivers/board.ts'
import { contactWiring, type PinConfig, profilePins, resolvePins } from '../drivers/pins.ts'
import { createSerialPort } from '../drivers/serial-port.ts'
import {
  createFrameJudge,
  encodeFrame,
  isFrame,
  pinBit,
  type SetUp,
  stateFlags,
} from '../guarded-line.ts'
import { createLineReader } from '../line-reader.ts'
import type { Contact, DeviceState } from '../ports.ts'
import { systemClock, systemTimers } from '../system-time.ts'
import { createAvrBoard } from './avr-board.ts'
import { createFirmataBoard, type SimBoard } from './firmata-board.ts'
import { bitsOf, createOrders } from './orders.ts'
import { createSerialWire } from './serial-wire.ts'
import { until } from './until.ts'

interface Rig {
  readonly path: string
  readonly board: SimBoard
  unplug(): unknown
  replug(): Promise<void>
  reset(): unknown
  close(): Promise<void>
}

const makers: Record<string, () => Promise<Rig>> = {
  async 'the board in TypeScript'() {
    const wire = await createSerialWire({ baudRate: 57_600 })
    const board = createFirmataBoard({ wire })
    return {
      path: wire.path,
      board,
      unplug: wire.unplug,
      replug: wire.replug,
      reset: () => board.reset(),
      async close() {
        board.close()
        await wire.close()
      },
    }
  },
  async 'the emulated board with the real firmware'() {
    const board = await createAvrBoard()
    return { ...board, board }
  },
}

const time = { timers: systemTimers, clock: systemClock, random: Math.random }
const tripod = profilePins.tripod
const flap = profilePins.flap

function atRest(board: SimBoard, config: PinConfig): void {
  for (const [contact, { pin }] of resolvePins('rest', config).contacts) {
    board.setInput(pin, contactWiring[contact] === 'opens' ? 0 : 1)
  }
}

async function drive(t: Test, rig: Rig, more: Partial<GateBoardOptions> = {}) {
  const pins = more.pins ?? { profile: 'tripod' as const }
  atRest(rig.board, pins)
  const gate = createGateBoard({
    name: 'board',
    port: rig.path,
    pins,
    deadman: { ms: 300 },
    ...time,
    ...more,
  })
  t.teardown(() => gate.close())
  const states: DeviceState[] = []
  const seen: [Contact, boolean][] = []
  gate.onState(state => states.push(state))
  gate.contacts.onContact((contact, active) => seen.push([contact, active]))
  await until('ready', () => states.at(-1)?.state === 'ready')
  return { gate, states, seen, isReady: () => states.at(-1)?.state === 'ready' }
}

let sessions = 100
/** How long an opening may take to be noticed; one right after a close may never be. */
const HELLO_MS = 1000

/** A host that sends exactly what it is told and never a heartbeat. */
async function bareHost(t: Test, rig: Rig) {
  const port = createSerialPort({ name: 'bare', port: rig.path, baudRate: 57_600, ...time })
  t.teardown(() => port.close())
  // A board that has not noticed the new opening yet must not take it for its last session.
  sessions += 1
  let orders = createOrders(sessions)
  let judge = createFrameJudge(sessions)
  let heard: number[] = []
  let states: number[] = []
  let portOpen = false
  port.onState(state => {
    portOpen = state.state === 'ready'
  })
  const reader = createLineReader({
    dataBytes: command => ((command & 0xf0) === 0xa0 ? 6 : 2),
    sysexBytesMax: 64,
    onForeign: () => {},
    onMessage(message) {
      const outcome = isFrame(message) ? judge.take(message) : { fault: 'BAD_CHECK' }
      if ('levels' in outcome) states.push(outcome.levels)
    },
  })
  port.onBytes(bytes => {
    heard.push(...bytes)
    reader.push(bytes)
  })
  const has = (bytes: readonly number[]) => `,${heard.join(',')},`.includes(`,${bytes.join(',')},`)
  const send = (bytes: readonly number[]) => port.write(Uint8Array.from(bytes))
  await until('open', () => portOpen)
  // Opening resets the board, and a busy machine may notice the opening late: it counts as there
  // once it answers and has not said hello for a while.
  const hello = [0xf0, 0x79]
  await until('hello', () => has(hello), HELLO_MS).catch(() => {})
  do {
    heard = []
    await send([0xf9])
    await new Promise(resolve => setTimeout(resolve, 80))
  } while (!has(version) || has(hello))
  return {
    get orders() {
      return orders
    },
    send,
    /** The levels of each frame that the board sent since the last `forget`. */
    states: () => states,
    forget() {
      states = []
    },
    /** Begins a new session: sends a set-up and waits for its answer. */
    async begin(change: Partial<SetUp>) {
      sessions += 1
      orders = createOrders(sessions)
      judge = createFrameJudge(sessions)
      states = []
      await send(orders.setUp(change))
      await until('set up', () => states.length > 0)
    },
    /** Sends this, and waits until the board has read it. */
    async say(bytes: readonly number[]) {
      heard = []
      await send([...bytes, ...version.slice(0, 1)])
      await until('an answer', () => has(version))
    },
  }
}

const version = [0xf9, 2, 5]
const dropped = (levels: number) => (levels & stateFlags.dropped) !== 0

for (const [name, make] of Object.entries(makers)) {
  t.test(name, async t => {
    const rig = await make()
    const { board } = rig
    t.teardown(() => rig.close())

    t.test('relays, lamps and contacts', async t => {
      const { gate, seen } = await drive(t, rig)
      const expected: [Contact, boolean][] = []
      gate.barrier.energise('entry')
      await until('entry', () => board.level(tripod.entry) === 1)
      gate.signals.lamp('amber', true)
      gate.barrier.release('entry')
      await until('amber', () => board.level(tripod.amber) === 1)
      await until('entry off', () => board.level(tripod.entry) === 0)
      for (const [contact, { pin, wiring }] of resolvePins('x', { profile: 'tripod' }).contacts) {
        if (contact === 'fire') continue
        expected.push([contact, true], [contact, false])
        board.setInput(pin, wiring === 'opens' ? 1 : 0)
        await until(`${contact} active`, () => gate.contacts.isActive(contact))
        board.setInput(pin, wiring === 'opens' ? 0 : 1)
        await until(`${contact} at rest`, () => !gate.contacts.isActive(contact))
      }
      t.strictSame(seen, expected, 'each contact once on and once off')
      await gate.close()
      await until('amber off', () => board.level(tripod.amber) === 0)
    })

    t.test('unplug and replug', async t => {
      const { gate, states, isReady } = await drive(t, rig)
      gate.barrier.energise('exit')
      await until('exit', () => board.level(tripod.exit) === 1)
      await rig.unplug()
      await until('lost', () => states.at(-1)?.state === 'lost')
      await until('released', () => board.level(tripod.exit) === 0, 1000)
      await rig.replug()
      await until('ready', isReady)
      t.equal(board.level(tripod.exit), 0)
      gate.barrier.energise('exit')
      await until('exit again', () => board.level(tripod.exit) === 1)
    })

    t.test('reset under the driver: it notices and starts over', async t => {
      const { gate, states, isReady } = await drive(t, rig)
      gate.barrier.energise('entry')
      await until('entry', () => board.level(tripod.entry) === 1)
      await rig.reset()
      await until('released', () => board.level(tripod.entry) === 0)
      await until('lost', () => states.some(state => state.state === 'lost'))
      await until('ready', isReady)
      gate.barrier.energise('entry')
      await until('entry again', () => board.level(tripod.entry) === 1)
    })

    t.test('dead-man: silence, and noise too, drops every output until a new set-up', async t => {
      const host = await bareHost(t, rig)
      await host.begin({ deadmanMs: 600, outputs: bitsOf(2, 5) })
      await host.say([...host.orders.frame(2, 5), ...host.orders.frame(2, 5)])
      await until('both on', () => board.level(2) === 1 && board.level(5) === 1)
      const noise = setInterval(
        () => void host.send([0x12, 0xf5, 0x30, 0xf3, 0xf0, 0x44, 0xf9]),
        20,
      )
      await until('both off', () => board.level(2) === 0 && board.level(5) === 0, 3000)
      clearInterval(noise)
      await until('it says so', () => host.states().some(dropped))
      await host.say([...host.orders.frame(2), ...host.orders.frame(2), 0xf4, 2, 1, 0x90, 0x7f, 1])
      t.equal(board.level(2), 0, 'locked until a new set-up')
      await host.begin({ deadmanMs: 600, outputs: bitsOf(2) })
      await host.say([...host.orders.frame(2), ...host.orders.frame(2)])
      await until('on again', () => board.level(2) === 1)
    })

    t.test('dead-man: each frame counts, half of one and a plain query do not', async t => {
      const host = await bareHost(t, rig)
      await host.begin({ deadmanMs: 600, outputs: bitsOf(3) })
      await host.say([...host.orders.frame(3), ...host.orders.frame(3)])
      await until('on', () => board.level(3) === 1)
      const startMs = performance.now()
      while (performance.now() - startMs < 1200) await host.say(host.orders.frame(3))
      t.equal(board.level(3), 1)
      const half = setInterval(() => void host.send(host.orders.frame(3).slice(0, 5)), 50)
      await until('off', () => board.level(3) === 0, 2000)
      clearInterval(half)
    })

    t.test('dead-man: a host that asks for no relay is given a second', async t => {
      const host = await bareHost(t, rig)
      await host.begin({ deadmanMs: 100, outputs: bitsOf(2, 5) })
      await host.say([...host.orders.atRest(5), ...host.orders.atRest(5)])
      const startMs = performance.now()
      await until('the lamp off', () => board.level(5) === 0, 3000)
      t.ok(performance.now() - startMs > 800, 'not after the 100 ms of a relay')
      await host.begin({ deadmanMs: 100, outputs: bitsOf(2, 5) })
      await host.say([...host.orders.atRest(), ...host.orders.frame(2), ...host.orders.frame(2)])
      await until('the relay off', () => board.level(2) === 0, 700)
    })

    t.test('bad set-up is not answered and changes nothing', async t => {
      const host = await bareHost(t, rig)
      const good = host.orders.setUp({ deadmanMs: 100, outputs: bitsOf(2) })
      for (const bytes of [
        good.with(3, 1),
        good.with(-2, good.at(-2)! ^ 1),
        host.orders.setUp({ outputs: bitsOf(2), pullups: bitsOf(2) }),
        host.orders.setUp({ outputs: bitsOf(20) }),
        host.orders.setUp({ deadmanMs: 0, outputs: bitsOf(2) }),
        host.orders.setUp({ deadmanMs: 5001, outputs: bitsOf(2) }),
        host.orders.setUp({ deadmanMs: 100, outputs: bitsOf(2), hold: [{ pin: 1, level: 1 }] }),
        host.orders.setUp({ outputs: bitsOf(2), fire: { pin: 99, outputs: [] } }),
        [0xf0, 1, 5, 0xf7],
        [...good.slice(0, 9), ...good.slice(12)],
      ]) {
        await host.say(bytes)
        await host.say([...host.orders.frame(2), ...host.orders.frame(2)])
        t.strictSame(host.states(), [], bytes.join(' '))
        t.equal(board.level(2), 0)
      }
      await host.say(good)
      await until('set up', () => host.states().length > 0)
    })

    t.test('frames that are not the next of this session move nothing', async t => {
      const host = await bareHost(t, rig)
      await host.begin({ outputs: bitsOf(2, 3) })
      const on = host.orders.frame(2)
      const off = host.orders.frame()
      await host.say([...on, ...off])
      await until('fell', () => board.level(2) === 0)
      for (const bytes of [on, off, encodeFrame(7, 2, bitsOf(2)), [0xf4, 2, 1, 0xf5, 2, 1]]) {
        await host.say([...bytes, ...bytes])
        t.equal(board.level(2), 0)
      }
      await host.say(host.orders.frame(3))
      t.equal(board.level(3), 0, 'after noise one is not enough')
      await host.say(host.orders.frame(3))
      await until('two are', () => board.level(3) === 1)
    })

    t.test('a change is told in two frames', async t => {
      const host = await bareHost(t, rig)
      await host.begin({ pullups: bitsOf(tripod.release) })
      board.setInput(tripod.release, 1)
      await until('at rest', () => {
        const [last, before] = host.states().toReversed()
        return last !== undefined && last !== 0 && last === before
      })
      host.forget()
      board.setInput(tripod.release, 0)
      await until('told', () => host.states().length >= 2)
      t.strictSame(host.states().slice(0, 2), [0, 0])
    })

    t.test('flap: the dead-man waits for a person', async t => {
      const pins: PinConfig = { profile: 'flap' }
      atRest(board, pins)
      const host = await bareHost(t, rig)
      board.setInput(flap.beamC, 1)
      await host.begin({
        deadmanMs: 100,
        outputs: bitsOf(2),
        pullups: bitsOf(flap.beamC),
        hold: [{ pin: flap.beamC, level: 1 }],
      })
      await host.say([...host.orders.frame(2), ...host.orders.frame(2)])
      await until('open', () => board.level(2) === 1)
      const startMs = performance.now()
      await until('a second in silence', () => performance.now() - startMs > 1000)
      t.equal(board.level(2), 1, 'held open over the person')
      board.setInput(flap.beamC, 0)
      await until('closed', () => board.level(2) === 0, 1000)
    })

    t.test('fire: a set-up that comes during an alarm counts from its end on', async t => {
      const host = await bareHost(t, rig)
      const to = (pin: number) => ({ pin: 12, outputs: [{ pin, level: 1 as const }] })
      const opened = () => [2, 3, 4].filter(pin => board.level(pin) === 1).join()
      board.setInput(12, 0)
      await host.begin({ outputs: bitsOf(2, 3, 4), fire: to(2) })
      board.setInput(12, 1)
      await until('open', () => opened() === '2')
      // What was the fire's output is an input now, and the other way round.
      await host.begin({ outputs: bitsOf(4), pullups: bitsOf(2), fire: to(3) })
      await host.say([...host.orders.frame(4), ...host.orders.frame(4)])
      t.equal(opened(), '2,4', 'the alarm goes on as it began')
      board.setInput(12, 0)
      const end = () => host.orders.resetFire()
      await host.say([...end(), ...end()])
      await until('closed', () => opened() === '')
      board.setInput(2, 1)
      await until('2 is a contact', () => host.states().at(-1) === pinBit(2))
      board.setInput(12, 1)
      await until('open', () => opened() === '3')
      board.setInput(12, 0)
      await host.say([...end(), ...end()])
      await until('closed again', () => opened() === '')
    })

    t.test('fire: opens by itself, latches through a reset, ends by staff only', async t => {
      const { gate, isReady } = await drive(t, rig)
      const open = () => board.level(tripod.entry) === 1 && board.level(tripod.exit) === 1
      board.setInput(tripod.fire, null)
      await until('open', open)
      await until('told', () => gate.contacts.isActive('fire'))
      gate.barrier.release('entry')
      gate.resetFire?.()
      gate.signals.lamp('amber', true)
      await until('amber', () => board.level(tripod.amber) === 1)
      board.setInput(tripod.fire, 0)
      t.ok(open(), 'neither the host nor the closed loop ends it')
      t.ok(gate.contacts.isActive('fire'))
      await gate.close()
      await until('dead-man', () => board.level(tripod.amber) === 0, 1000)
      t.ok(open(), 'fire beats the dead-man')

      await rig.reset()
      await until('open after a reset', open)
      const again = await drive(t, rig)
      t.ok(again.gate.contacts.isActive('fire'), 'told although the loop is closed')
      again.gate.resetFire?.()
      await until('closed', () => board.level(tripod.entry) === 0 && board.level(tripod.exit) === 0)
      await until('over', () => !again.gate.contacts.isActive('fire'))
      t.notOk(isReady() && gate.contacts.isActive('fire'))
    })
  })
}
