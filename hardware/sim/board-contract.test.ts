/** One suite for both simulated boards: what one does, the other does. */
import t, { type Test } from 'tap'
import { createGateBoard, type GateBoardOptions } from '../drivers/board.ts'
import { contactWiring, type PinConfig, profilePins, resolvePins } from '../drivers/pins.ts'
import { createSerialPort } from '../drivers/serial-port.ts'
import type { Contact, DeviceState } from '../ports.ts'
import { systemClock, systemTimers } from '../system-time.ts'
import { createAvrBoard } from './avr-board.ts'
import { createFirmataBoard, type SimBoard } from './firmata-board.ts'
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

/** A host that sends exactly what it is told and never a heartbeat. */
async function bareHost(t: Test, rig: Rig) {
  const port = createSerialPort({ name: 'bare', port: rig.path, baudRate: 57_600, ...time })
  t.teardown(() => port.close())
  let heard: number[] = []
  let portOpen = false
  port.onState(state => {
    portOpen = state.state === 'ready'
  })
  port.onBytes(bytes => heard.push(...bytes))
  const has = (bytes: readonly number[]) => `,${heard.join(',')},`.includes(`,${bytes.join(',')},`)
  await until('open', () => portOpen)
  // Opening resets the board, and a busy machine may notice the opening late: it counts as there
  // once it answers and has not said hello for a while.
  const hello = [0xf0, 0x79]
  do {
    heard = []
    await port.write(Uint8Array.of(0xff, 0xf9))
    await new Promise(resolve => setTimeout(resolve, 80))
  } while (!has([0xf9, 2, 5]) || has(hello))
  const send = (bytes: readonly number[]) => port.write(Uint8Array.from(bytes))
  return {
    /** Keeps what was heard so far. */
    send,
    async say(bytes: readonly number[], answer?: readonly number[]) {
      heard = []
      await send(bytes)
      if (answer !== undefined) await until(`answer ${answer}`, () => has(answer))
    },
    has,
  }
}

const arm = (ms: number, ...hold: number[]) => [0xf0, 1, ms & 0x7f, ms >> 7, ...hold, 0xf7]
const armed = (ms: number) => [0xf0, 1, ms & 0x7f, ms >> 7, 0xf7]
const output = (pin: number) => [0xf4, pin, 1]
const set = (pin: number, value: number) => [0xf5, pin, value]
const deadmanText = [...'deadman'].flatMap(char => [char.charCodeAt(0), 0])

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

    t.test('dead-man: silence, and noise too, drops every output until armed again', async t => {
      const host = await bareHost(t, rig)
      await host.say(
        [...arm(600), ...output(2), ...output(5), ...set(2, 1), ...set(5, 1)],
        armed(600),
      )
      await until('both on', () => board.level(2) === 1 && board.level(5) === 1)
      const noise = setInterval(() => void host.send([0x12, 0xf5, 0x30, 0xf3, 0xf0, 0x44]), 20)
      await until('both off', () => board.level(2) === 0 && board.level(5) === 0, 3000)
      clearInterval(noise)
      await until('it says so', () => host.has(deadmanText))
      await host.say(
        [...set(2, 1), 0x90, 0x7f, 1, 0xf0, 0x6d, 2, 0xf7],
        [0xf0, 0x6e, 2, 1, 0, 0xf7],
      )
      t.equal(board.level(2), 0, 'locked until armed again')
      await host.say([...arm(600), ...set(2, 1)], armed(600))
      await until('on again', () => board.level(2) === 1)
    })

    t.test('dead-man: each valid message counts, half of one does not', async t => {
      const host = await bareHost(t, rig)
      await host.say([...arm(600), ...output(3), ...set(3, 1)], armed(600))
      await until('on', () => board.level(3) === 1)
      const startMs = performance.now()
      while (performance.now() - startMs < 1200) await host.say([0xf9], [0xf9, 2, 5])
      t.equal(board.level(3), 1)
      await until('off', () => board.level(3) === 0, 2000)
    })

    t.test('bad set-up is not answered and changes nothing', async t => {
      const host = await bareHost(t, rig)
      for (const bytes of [
        arm(0),
        arm(100, 1, 1),
        arm(100, 9),
        arm(100, 99, 1),
        [0xf0, 1, 5, 0xf7],
      ]) {
        await host.say([...bytes, 0xf9], [0xf9, 2, 5])
        t.notOk(host.has([0xf0, 1]), bytes.join(' '))
      }
      await host.say([0xf4, 0, 1, 0xf4, 1, 1, 0xf4, 40, 1, 0x9f, 1, 1, 0xf9], [0xf9, 2, 5])
    })

    t.test('flap: the dead-man waits for a person', async t => {
      const pins: PinConfig = { profile: 'flap' }
      atRest(board, pins)
      const host = await bareHost(t, rig)
      board.setInput(flap.beamC, 1)
      const begin = [...output(2), 0xf4, flap.beamC, 0x0b, ...arm(100, flap.beamC, 1), ...set(2, 1)]
      await host.say(begin, armed(100))
      await until('open', () => board.level(2) === 1)
      const startMs = performance.now()
      await until('a second in silence', () => performance.now() - startMs > 1000)
      t.equal(board.level(2), 1, 'held open over the person')
      board.setInput(flap.beamC, 0)
      await until('closed', () => board.level(2) === 0, 1000)
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
