import t, { type Test } from 'tap'
import type { SetUp } from '../guarded-line.ts'
import { createLineReader } from '../line-reader.ts'
import type { Contact, DeviceState, GateBoard } from '../ports.ts'
import { createFirmataBoard } from '../sim/firmata-board.ts'
import { createSerialWire } from '../sim/serial-wire.ts'
import { decodeSetUp } from '../sim/set-up.ts'
import { until } from '../sim/until.ts'
import { systemClock, systemTimers } from '../system-time.ts'
import { createGateBoard } from './board.ts'
import { contactWiring, profilePins, resolvePins } from './pins.ts'

const pins = profilePins.tripod
const time = { timers: systemTimers, clock: systemClock, random: Math.random }

async function rig(t: Test, deadman: { ms: number } | 'external' = { ms: 300 }) {
  const wire = await createSerialWire({ baudRate: 57_600 })
  const sim = createFirmataBoard({ wire })
  for (const [contact, pin] of resolvePins('sim', { profile: 'tripod' }).contacts) {
    sim.setInput(pin.pin, contactWiring[contact] === 'opens' ? 0 : 1)
  }
  const board = createGateBoard({
    name: 'lane 1 board',
    port: wire.path,
    pins: { profile: 'tripod' },
    deadman,
    ...time,
  })
  const states: DeviceState[] = []
  board.onState(state => states.push(state))
  t.teardown(async () => {
    await board.close()
    sim.close()
    await wire.close()
  })
  return { wire, sim, board, states }
}

const isReady = (states: DeviceState[]) => states.at(-1)?.state === 'ready'

t.test('relays, contacts and lamps work over a real line', async t => {
  const { sim, board, states } = await rig(t)
  await until('ready', () => isReady(states))
  const pinLog: [number, number][] = []
  sim.onPin((pin, level) => pinLog.push([pin, level]))

  board.barrier.energise('entry')
  await until('entry relay high', () => sim.level(pins.entry) === 1)
  board.signals.lamp('arrow', true)
  await until('arrow lit', () => sim.level(pins.arrow) === 1)
  board.barrier.release('entry')
  await until('entry relay low', () => sim.level(pins.entry) === 0)
  t.strictSame(pinLog, [
    [pins.entry, 1],
    [pins.arrow, 1],
    [pins.entry, 0],
  ])

  const seen: [Contact, boolean][] = []
  board.contacts.onContact((contact, active) => seen.push([contact, active]))
  sim.setInput(pins.passA, 0)
  await until('passA active', () => board.contacts.isActive('passA'))
  sim.setInput(pins.passA, 1)
  sim.setInput(pins.fire, null)
  await until('fire active', () => board.contacts.isActive('fire'))
  await until('passA at rest', () => !board.contacts.isActive('passA'))
  t.strictSame(seen.slice(0, 1), [['passA', true]])
  t.equal(seen.length, 3)
})

t.test('a bounce shorter than 5 ms is no contact', async t => {
  const { sim, board, states } = await rig(t)
  await until('ready', () => isReady(states))
  const seen: Contact[] = []
  board.contacts.onContact(contact => seen.push(contact))
  sim.setInput(pins.release, 0)
  sim.setInput(pins.release, 1)
  sim.setInput(pins.stop, 1)
  await until('stop', () => board.contacts.isActive('stop'))
  t.strictSame(seen, ['stop'])
})

t.test('unplug: relays drop, the board is lost and found again with relays released', async t => {
  const { wire, sim, board, states } = await rig(t)
  await until('ready', () => isReady(states))
  board.barrier.energise('exit')
  await until('exit relay high', () => sim.level(pins.exit) === 1)
  wire.unplug()
  await until('lost', () => states.at(-1)?.state === 'lost')
  const lost = states.at(-1)
  t.match(lost, { state: 'lost', error: { code: 'DEVICE_UNPLUGGED', port: 'lane 1 board' } })
  t.throws(() => board.barrier.energise('exit'), { code: 'DEVICE_DETACHED' })
  board.barrier.release('exit')
  await until('dead-man', () => sim.level(pins.exit) === 0)
  sim.setInput(pins.tamper, 1)

  const seen: [Contact, boolean][] = []
  board.contacts.onContact((contact, active) => seen.push([contact, active]))
  await wire.replug()
  await until('ready again', () => isReady(states))
  t.strictSame(seen, [['tamper', true]], 'an active contact is told when the board is back')
  t.equal(sim.level(pins.exit), 0)
  board.barrier.energise('exit')
  await until('exit relay high again', () => sim.level(pins.exit) === 1)
})

t.test('closing releases the relays and everything lit', async t => {
  const { sim, board, states } = await rig(t, 'external')
  await until('ready', () => isReady(states))
  board.barrier.energise('entry')
  board.signals.buzzer(true)
  await until('both on', () => sim.level(pins.entry) === 1 && sim.level(pins.buzzer) === 1)
  await board.close()
  await until('both off', () => sim.level(pins.entry) === 0 && sim.level(pins.buzzer) === 0, 1000)
})

t.test('a board that has a dead-man gets it armed beside an external one', async t => {
  const { wire } = await rig(t, 'external')
  const setUps: (SetUp | null)[] = []
  const reader = createLineReader({
    dataBytes: () => 6,
    sysexBytesMax: 64,
    onForeign: () => {},
    onMessage(bytes) {
      if (bytes[1] === 0x01) setUps.push(decodeSetUp(bytes))
    },
  })
  wire.onBytes(bytes => reader.push(bytes))
  await until('set up', () => setUps.length > 0)
  t.equal(setUps[0]?.deadmanMs, 300)
})

t.test('a board that says nothing is reported, and used when it speaks', async t => {
  const { sim, wire, states } = await rig(t)
  await until('ready', () => isReady(states))
  sim.faults.silent = true
  await until('lost', () => states.some(state => state.state === 'lost'))
  t.match(
    states.find(state => state.state === 'lost'),
    { error: { code: 'DEVICE_SILENT' } },
  )
  sim.faults.silent = false
  wire.unplug()
  await wire.replug()
  await until('ready', () => isReady(states))
})

t.test('a line that babbles is no live board, and fills no memory', async t => {
  const { sim, wire, states } = await rig(t)
  await until('ready', () => isReady(states))
  sim.faults.silent = true
  // The start of a message that never ends.
  wire.write(Uint8Array.of(0xf0, 0x71))
  const babble = setInterval(() => wire.write(new Uint8Array(16).fill(0x41)), 20)
  t.teardown(() => clearInterval(babble))
  await until('lost', () => states.some(state => state.state === 'lost'))
  t.match(
    states.find(state => state.state === 'lost'),
    { error: { code: 'DEVICE_SILENT' } },
  )
})

t.test('stock firmware is refused unless the dead-man is external', async t => {
  for (const deadman of [{ ms: 300 }, 'external'] as const) {
    const wire = await createSerialWire()
    const sim = createFirmataBoard({ wire, deadman: false, float: () => 0 })
    const board: GateBoard = createGateBoard({
      name: 'board',
      port: wire.path,
      pins: { profile: 'tripod' },
      deadman,
      ...time,
    })
    const states: DeviceState[] = []
    board.onState(state => states.push(state))
    await until('a verdict', () => states.some(state => state.state !== 'connecting'))
    if (deadman === 'external') t.equal(states.at(-1)?.state, 'ready')
    else t.match(states.at(-1), { state: 'lost', error: { code: 'NO_DEADMAN' } })
    await board.close()
    sim.close()
    await wire.close()
  }
})

t.test('another version of the gate firmware is refused, whatever its dead-man', async t => {
  for (const deadman of [{ ms: 300 }, 'external'] as const) {
    const wire = await createSerialWire()
    const hello = [0xf0, 0x79, 1, 0, ...[...'wicketgate'].flatMap(c => [c.charCodeAt(0), 0]), 0xf7]
    wire.onBytes(() => wire.write(Uint8Array.from([0xf9, 2, 5, ...hello])))
    const board = createGateBoard({
      name: 'board',
      port: wire.path,
      pins: { profile: 'tripod' },
      deadman,
      ...time,
    })
    const states: DeviceState[] = []
    board.onState(state => states.push(state))
    await until('a verdict', () => states.some(state => state.state !== 'connecting'))
    t.match(states.at(-1), {
      state: 'lost',
      error: { code: 'FIRMWARE_VERSION', message: /gate firmware 1\.0.* 2\.x; flash .*gate\.hex/ },
    })
    await board.close()
    await wire.close()
  }
})

t.test('a port that is missing or busy says which and what to do', async t => {
  const { wire, states } = await rig(t)
  await until('ready', () => isReady(states))
  for (const [port, code] of [
    ['/nowhere/tty', 'DEVICE_MISSING'],
    ['dead:beef', 'DEVICE_MISSING'],
    [wire.path, 'DEVICE_BUSY'],
  ] as const) {
    const other = createGateBoard({
      name: 'lane 2 board',
      port,
      pins: { profile: 'tripod' },
      deadman: { ms: 300 },
      ...time,
    })
    const seen: DeviceState[] = []
    other.onState(state => seen.push(state))
    await until(code, () => seen.some(state => state.state === 'lost'))
    t.match(seen.at(-1), { error: { code, port: 'lane 2 board' } })
    const state = seen.at(-1)
    if (state?.state === 'lost') t.match(state.error.message, port)
    await other.close()
  }
})
