/** What the board keeps and drives through resets, floods, silence and long runs: real firmware. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { encodeFrame, pinBit } from '../guarded-line.ts'
import { avrHz, createAvrMachine } from '../sim/avr-machine.ts'
import { bitsOf, createOrders, type Orders } from '../sim/orders.ts'

const hex = readFileSync(join(import.meta.dirname, 'gate.hex'), 'latin1')
const cyclesPerMs = avrHz / 1000
const relay = 2
const firePin = 12
const fireTo = (...pins: number[]) => ({
  pin: firePin,
  outputs: pins.map(pin => ({ pin, level: 1 as const })),
})

function rig() {
  const resets: string[] = []
  const machine = createAvrMachine(hex, {
    onByte: () => {},
    onPin: () => {},
    onReset: cause => resets.push(cause),
  })
  const run = (ms: number) => machine.runTo(machine.cycles + ms * cyclesPerMs)
  const send = (bytes: readonly number[]) => machine.receive(Uint8Array.from(bytes))
  const say = (...bytes: number[]) => {
    send(bytes)
    run(bytes.length * 0.2 + 60)
  }
  machine.setInput(firePin, 0)
  run(20)
  return { machine, resets, run, send, say }
}

const driven = ({ machine }: ReturnType<typeof rig>) =>
  [2, 3, 4, 5].filter(pin => machine.level(pin) === 1)

function fireOpens(t: Test, board: ReturnType<typeof rig>, ...pins: number[]): void {
  board.machine.setInput(firePin, 1)
  board.run(10)
  t.strictSame(driven(board), pins, 'fire opens within 10 ms')
}

t.test(
  'a reset at any moment of a changed fire set-up leaves the old one or the new one',
  async t => {
    const board = rig()
    const { machine, run, send, say } = board
    let session = 1
    let outputs = [2, 3]
    let other = [4, 5]
    const counts = { old: 0, new: 0, none: 0 }
    const setUp = (pins: number[]) => {
      session += 1
      const orders = createOrders(session)
      return { orders, bytes: orders.setUp({ outputs: bitsOf(2, 3, 4, 5), fire: fireTo(...pins) }) }
    }
    say(...setUp(outputs).bytes)
    for (let afterMs = 4; afterMs < 30; afterMs += 0.3) {
      send(setUp(other).bytes)
      run(afterMs)
      machine.reset()
      run(20)
      machine.setInput(firePin, 1)
      run(10)
      const opened = driven(board).join()
      if (opened === outputs.join()) counts.old += 1
      else if (opened === other.join()) {
        counts.new += 1
        ;[outputs, other] = [other, outputs]
      } else counts.none += 1
      machine.setInput(firePin, 0)
      const next = setUp(outputs)
      say(...next.bytes)
      say(...next.orders.resetFire())
      say(...setUp(outputs).bytes)
    }
    t.equal(counts.none, 0)
    t.ok(counts.old > 10 && counts.new > 30, `both came: ${JSON.stringify(counts)}`)
    fireOpens(t, board, ...outputs)
  },
)

t.test('the newer of two copies counts, past the end of their numbers too', async t => {
  const board = rig()
  const { machine, run, say } = board
  for (let round = 0; round < 300; round += 1) {
    const pins = round % 2 === 0 ? [2, 3] : [4, 5]
    say(...createOrders(round + 1).setUp({ outputs: bitsOf(2, 3, 4, 5), fire: fireTo(...pins) }))
    if (round % 50 > 1) continue
    machine.reset()
    run(20)
    machine.setInput(firePin, 1)
    run(10)
    if (driven(board).join() !== pins.join()) t.fail(`round ${round}: ${driven(board)}`)
    machine.setInput(firePin, 0)
    const orders = createOrders(1000 + round)
    say(...orders.setUp({ outputs: bitsOf(2, 3, 4, 5) }))
    say(...orders.resetFire())
  }
  fireOpens(t, board, 4, 5)
})

t.test('no queue of requests, at line rate, resets the board or holds back fire', async t => {
  for (const request of [
    [0xf0, 0x79, 0xf7],
    [0xf9],
    [0xf0, 0x6b, 0xf7],
    [0xf0, 0x69, 0xf7],
    [0xc0, 1, 0xd0, 1],
    encodeFrame(7, 1, pinBit(relay)),
    createOrders(7).setUp({ outputs: bitsOf(3), fire: fireTo(2, 3) }),
  ]) {
    const board = rig()
    const { machine, resets, run, send, say } = board
    const orders = createOrders(7)
    say(...orders.setUp({ outputs: bitsOf(relay, 3), deadmanMs: 300, fire: fireTo(2, 3) }))
    for (let i = 0; i < 20; i += 1) {
      send(Array.from({ length: 600 }, (_, at) => request[at % request.length]!))
      run(100)
    }
    t.strictSame(resets, [], `${request.map(byte => byte.toString(16)).join(' ')}`)
    t.equal(machine.level(relay), 0)
    fireOpens(t, board, 2, 3)
  }
})

t.test('no relay moves before the dead-man is armed, and none outlives 5 s of silence', async t => {
  const board = rig()
  const { machine, run, say } = board
  const moves = () => {
    for (let i = 0; i < 16; i += 1) say(...encodeFrame(7, i, pinBit(relay)), 0xf4, relay, 1, 0xf9)
    return machine.pinState(relay) === 'output' || machine.level(relay) === 1
  }
  t.notOk(moves(), 'nothing was set up')
  for (const deadmanMs of [0, 5001, 2 ** 14 - 1]) {
    say(...createOrders(7).setUp({ outputs: bitsOf(relay, 3), fire: fireTo(2, 3), deadmanMs }))
    t.notOk(moves(), `a dead-man of ${deadmanMs} ms is none`)
  }
  const orders = createOrders(8)
  say(...orders.setUp({ outputs: bitsOf(relay, 3), fire: fireTo(2, 3), deadmanMs: 5000 }))
  for (let i = 0; i < 9; i += 1) say(...orders.frame(relay))
  run(4900)
  t.equal(machine.level(relay), 1)
  run(110)
  t.equal(machine.level(relay), 0)
  fireOpens(t, board, 2, 3)
})

t.test('only a whole frame that moves on counts as a living host', async t => {
  const others: Record<string, (orders: Orders, i: number) => readonly number[]> = {
    'a version query': () => [0xf9],
    'a firmware query': () => [0xf0, 0x79, 0xf7],
    'a capability query': () => [0xf0, 0x6b, 0xf7],
    'a frame without its last byte': orders => orders.frame(relay).slice(0, -1),
    'a frame with a wrong bit': orders => orders.frame(relay).map((byte, at) => byte ^ +(at === 2)),
    'a frame of another session': (_orders, i) => encodeFrame(8, i, pinBit(relay)),
    'the first frame again': () => encodeFrame(7, 0, pinBit(relay)),
    'the set-up again': orders => orders.setUp({ outputs: bitsOf(relay, 3), deadmanMs: 300 }),
  }
  for (const [name, message] of Object.entries(others)) {
    const board = rig()
    const { machine, run, send, say } = board
    const orders = createOrders(7)
    const setUp = { outputs: bitsOf(relay, 3), deadmanMs: 300, fire: fireTo(2, 3) }
    say(...orders.setUp(setUp))
    send(orders.frame(relay))
    run(5)
    t.equal(machine.level(relay), 1)
    for (let i = 0; i < 4; i += 1) {
      send(message(orders, i))
      run(100)
    }
    t.equal(machine.level(relay), 0, name)
    fireOpens(t, board, 2, 3)
  }
})

t.test('every counter runs past its end: heartbeats hold, silence drops, fire opens', async t => {
  const board = rig()
  const { machine, run, send, say } = board
  const orders = createOrders(7)
  say(...orders.setUp({ outputs: bitsOf(relay, 3), deadmanMs: 300, fire: fireTo(2, 3) }))
  // The widest counter has 16 bits of milliseconds; none counts the time since the start.
  const untilMs = machine.cycles / cyclesPerMs + 2 ** 16 + 1000
  while (machine.cycles / cyclesPerMs < untilMs) {
    send(orders.frame(relay))
    run(250)
    if (machine.level(relay) !== 1) t.fail('a heartbeat each 250 ms holds the relay')
  }
  run(60)
  t.equal(machine.level(relay), 0, 'silence drops it')
  run(2 ** 16)
  t.equal(machine.level(relay), 0, 'for good')
  t.strictSame(board.resets, [])
  fireOpens(t, board, 2, 3)
})
