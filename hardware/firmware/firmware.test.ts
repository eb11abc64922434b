/** The real firmware in emulated time: every millisecond below is counted in cycles. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createFrameJudge, encodeFrame, isFrame, pinBit, stateFlags } from '../guarded-line.ts'
import { createLineReader } from '../line-reader.ts'
import { avrHz, createAvrMachine, readHex } from '../sim/avr-machine.ts'
import { bitsOf, createOrders } from '../sim/orders.ts'
import { buildFirmware, committedFirmware } from './build.ts'

const hex = readFileSync(join(import.meta.dirname, 'gate.hex'), 'latin1')
const cyclesPerMs = avrHz / 1000
const relay = 2
const firePin = 12
const beam = 10
const session = 77

interface Change {
  readonly pin: number
  readonly level: 0 | 1
  readonly ms: number
  readonly sinceLastByteMs: number
}

function rig() {
  const changes: Change[] = []
  const resets: string[] = []
  let heard: number[] = []
  const machine = createAvrMachine(hex, {
    onByte: byte => heard.push(byte),
    onPin: (pin, level, cycles) =>
      changes.push({
        pin,
        level,
        ms: cycles / cyclesPerMs,
        sinceLastByteMs: (cycles - machine.lastByteCycles) / cyclesPerMs,
      }),
    onReset: cause => resets.push(cause),
  })
  const run = (ms: number) => machine.runTo(machine.cycles + ms * cyclesPerMs)
  const say = (...bytes: number[]) => {
    machine.receive(Uint8Array.from(bytes))
    run(bytes.length * 0.2 + 2)
  }
  const orders = createOrders(session)
  let judge = createFrameJudge(session)
  const begin = (change: Parameters<typeof orders.setUp>[0]) => {
    judge = createFrameJudge(session)
    say(...orders.setUp({ outputs: bitsOf(relay, 3), ...change }))
  }
  const text = () => {
    const bytes = heard
    heard = []
    return Buffer.from(bytes).toString('hex')
  }
  machine.setInput(firePin, 0)
  machine.setInput(beam, 0)
  run(20)
  const nowMs = () => machine.cycles / cyclesPerMs
  /** The levels of the frames since it was last asked. */
  const states = () => {
    const levels: number[] = []
    const reader = createLineReader({
      dataBytes: command => ((command & 0xf0) === 0xa0 ? 6 : 2),
      sysexBytesMax: 64,
      onForeign: () => levels.push(Number.NaN),
      onMessage(message) {
        if (!isFrame(message)) return
        const outcome = judge.take(message)
        levels.push('levels' in outcome ? outcome.levels : Number.NaN)
      },
    })
    reader.push(Buffer.from(text(), 'hex'))
    return levels
  }
  return { machine, changes, resets, run, say, orders, begin, text, states, nowMs }
}

const fire = {
  pin: firePin,
  outputs: [
    { pin: 2, level: 1 },
    { pin: 3, level: 1 },
  ],
} as const

t.test('the committed .hex is what its sources build', async t => {
  const built = buildFirmware()
  if (built === null) {
    t.pass('not compared: no avr-gcc on this machine')
    return
  }
  const committed = committedFirmware()
  if (built.stamp.split('\n')[1] !== committed.stamp.split('\n')[1]) {
    t.pass(`not compared: another compiler here (${built.stamp.split('\n')[1]})`)
    return
  }
  t.strictSame(built, committed)
})

t.test('it says hello after a reset, with every pin an input', async t => {
  const { machine, text } = rig()
  t.match(text(), /^f90205f0790202.*f7$/)
  for (let pin = 2; pin < 20; pin += 1) t.equal(machine.pinState(pin), 'input', `pin ${pin}`)
})

t.test('dead-man: the relay falls within 300 ms and a tick of the last byte', async t => {
  const { changes, run, say, orders, begin, states } = rig()
  begin({ deadmanMs: 300 })
  say(...orders.frame(relay))
  for (let i = 0; i < 5; i += 1) {
    run(250)
    say(...orders.frame(relay))
  }
  t.equal(changes.length, 1, 'heartbeats hold it')
  t.equal(states().at(-1)! & stateFlags.dropped, 0)
  run(400)
  const drop = changes.at(-1)
  t.match(drop, { pin: relay, level: 0 })
  t.ok((drop?.sinceLastByteMs ?? 0) > 298 && (drop?.sinceLastByteMs ?? 0) < 302)
  t.equal(states().at(-1)! & stateFlags.dropped, stateFlags.dropped, 'and says so')
  say(...orders.frame(), ...orders.frame(relay))
  t.match(changes.at(-1), { pin: relay, level: 0 }, 'locked until a set-up')
  say(...createOrders(5).setUp({ outputs: bitsOf(relay), deadmanMs: 300 }))
  say(...encodeFrame(5, 0, pinBit(relay)))
  t.match(changes.at(-1), { pin: relay, level: 1 })
})

t.test('dead-man at rest: a second of silence, and its own time where that is longer', async t => {
  const { changes, run, say, orders, begin } = rig()
  const lamp = 3
  for (const [deadmanMs, limitMs] of [
    [300, 1000],
    [2000, 2000],
  ] as const) {
    begin({ deadmanMs })
    say(...orders.atRest(lamp))
    run(limitMs + 50)
    const drop = changes.at(-1)
    t.match(drop, { pin: lamp, level: 0 })
    t.ok(Math.abs((drop?.sinceLastByteMs ?? 0) - limitMs) < 2, `${drop?.sinceLastByteMs} ms`)
    say(...createOrders(5).setUp())
  }
})

t.test('dead-man: the armed time counts from the frame that asks for a relay', async t => {
  const { changes, run, say, orders, begin } = rig()
  begin({ deadmanMs: 300 })
  say(...orders.atRest())
  run(600)
  say(...orders.frame(relay))
  t.match(changes.at(-1), { pin: relay, level: 1 }, 'moved at once')
  run(400)
  const drop = changes.at(-1)
  t.match(drop, { pin: relay, level: 0 })
  t.ok((drop?.sinceLastByteMs ?? 0) > 298 && (drop?.sinceLastByteMs ?? 0) < 302)
})

t.test('dead-man: a set-up alone is given the armed time', async t => {
  const { run, begin, states } = rig()
  begin({ deadmanMs: 300 })
  run(350)
  t.equal(states().at(-1)! & stateFlags.dropped, stateFlags.dropped)
})

t.test('dead-man: what is no frame of this session does not hold a relay', async t => {
  const { changes, run, say, orders, begin } = rig()
  begin({ deadmanMs: 300 })
  const held = orders.frame(relay)
  say(...held)
  const cut = orders.frame(relay).slice(0, -1)
  for (let i = 0; i < 40; i += 1) {
    say(0x00, 0x7f, 0xf5, 0x02, 0xf3, 0xf0, 0x55, 0xf7, 0xf0, 0x01, 0xf9, 0xf0, 0x79, 0xf7)
    say(...held, ...cut, ...encodeFrame(session + 1, i, pinBit(relay)))
    run(3)
  }
  t.match(changes.at(-1), { pin: relay, level: 0 })
})

t.test('dead-man: over a person it waits, ten seconds at most', async t => {
  const { machine, changes, run, say, orders, begin } = rig()
  begin({ deadmanMs: 300, pullups: pinBit(beam), hold: [{ pin: beam, level: 1 }] })
  say(...orders.frame(relay))
  machine.setInput(beam, 1)
  run(10_000)
  t.equal(machine.level(relay), 1)
  run(400)
  t.equal(machine.level(relay), 0)
  t.ok((changes.at(-1)?.sinceLastByteMs ?? 0) < 10_302)
})

t.test('a hung program is reset by the watchdog within 300 ms, relays off', async t => {
  const { machine, changes, resets, run, say, orders, begin, text } = rig()
  begin({ deadmanMs: 5000 })
  say(...orders.frame(relay))
  t.equal(machine.level(relay), 1)
  const hungAtMs = machine.cycles / cyclesPerMs
  text()
  machine.hang()
  run(300)
  t.strictSame(resets, ['watchdog'])
  t.match(changes.at(-1), { pin: relay, level: 0 })
  t.ok((changes.at(-1)?.ms ?? 0) - hungAtMs < 300)
  t.match(text(), /^f90205/, 'and runs again')
})

t.test('fire: open within 10 ms, with a dead host too, and kept through a reset', async t => {
  const { machine, changes, run, say, orders, begin, states, nowMs } = rig()
  begin({ fire })
  run(100)
  machine.setInput(firePin, 1)
  const openedAtMs = nowMs()
  run(10)
  t.strictSame(
    changes.map(({ pin, level }) => [pin, level]),
    [
      [2, 1],
      [3, 1],
    ],
  )
  t.ok((changes.at(-1)?.ms ?? 0) - openedAtMs < 10)
  run(50)
  t.equal(states().at(-1)! & stateFlags.fireLatched, stateFlags.fireLatched)
  machine.setInput(firePin, 0)
  say(...orders.frame(), ...orders.frame(), ...createOrders(5).setUp())
  t.equal(machine.level(2), 1, 'the host changes nothing')
  machine.reset()
  run(20)
  t.equal(machine.level(2), 1, 'a reset changes nothing')
  begin({ fire })
  say(...orders.resetFire())
  t.equal(machine.level(2), 0)
  run(20)
  machine.reset()
  run(20)
  t.equal(machine.level(2), 0, 'and its end is kept as well')
})

t.test('fire: a glitch below 3 ms is none, and an open loop can not be reset', async t => {
  const { machine, changes, run, say, orders, begin } = rig()
  begin({ fire })
  run(100)
  for (let i = 0; i < 20; i += 1) {
    machine.setInput(firePin, 1)
    run(2)
    machine.setInput(firePin, 0)
    run(3)
  }
  t.strictSame(changes, [])
  machine.setInput(firePin, 1)
  run(20)
  say(...orders.resetFire())
  t.equal(machine.level(2), 1)
})

t.test('a change is told twice, within 3 ms, and an open pin is no change', async t => {
  const { machine, run, begin, states } = rig()
  begin({ pullups: pinBit(beam) })
  run(10)
  t.strictSame(states(), [0, 0], 'a set-up is answered so that the answer is believed')
  machine.setInput(beam, 1)
  machine.setInput(18, 1)
  run(3.9)
  t.strictSame(states(), [pinBit(beam), pinBit(beam)])
  run(100)
  t.strictSame(states(), [])
})

t.test('messages that arrive while it reports are not lost', async t => {
  const { machine, changes, run, say, orders, begin } = rig()
  begin({ pullups: pinBit(beam) })
  say(...orders.frame(relay))
  for (let round = 0; round < 50; round += 1) {
    machine.setInput(beam, round % 2 === 0 ? 1 : 0)
    run(round / 40)
    machine.receive(Uint8Array.of(...orders.frame(), 0xf9, ...orders.frame(relay)))
    run(4)
  }
  t.equal(changes.length, 101, 'each round it falls and rises')
})

t.test('only checked messages move a pin', async t => {
  const { machine, changes, say, orders, begin } = rig()
  for (const bytes of [
    [0xf4, relay, 1, 0xf5, relay, 1, 0x90, 0x7f, 1],
    [0xf0, 0x01, 0x2c, 0x02, 0xf7],
    [0xff, 0xd0, 1],
    // Its check is right, what it asks for is not: a pin is output and input.
    createOrders(4).setUp({ outputs: pinBit(relay), pullups: pinBit(relay) }),
    createOrders(4).setUp({ hold: [{ pin: 40, level: 1 }], deadmanMs: 100 }),
    createOrders(4).setUp({ fire: { pin: 2, outputs: [{ pin: 2, level: 1 }] } }),
    encodeFrame(4, 0, pinBit(relay)),
    createOrders(4)
      .setUp({ outputs: pinBit(relay) })
      .with(5, 1),
    encodeFrame(4, 1, pinBit(relay)),
  ]) {
    say(...bytes)
    for (let pin = 3; pin < 20; pin += 1) t.not(machine.pinState(pin), 'output')
  }
  begin({})
  for (let i = 0; i < 9; i += 1) say(...orders.frame())
  const first = orders.frame(relay)
  const off = orders.frame()
  say(...first, ...off, ...first)
  t.strictSame(
    changes.map(({ level }) => level),
    [1, 0],
    'a frame from before is old',
  )
  const right = orders.frame(relay)
  for (let at = 0; at < right.length * 8; at += 1) {
    say(...right.with(at >> 3, right[at >> 3]! ^ (1 << (at & 7))))
  }
  t.equal(changes.length, 2, 'no frame with one wrong bit moves anything')
})

t.test('after noise a frame acts when the next one is equal', async t => {
  const { machine, say, orders, begin } = rig()
  begin({})
  say(0x55)
  say(...orders.frame(relay))
  t.equal(machine.level(relay), 0)
  say(...orders.frame(3))
  t.equal(machine.level(3), 0)
  say(...orders.frame(3))
  t.equal(machine.level(3), 1)
  for (let i = 0; i < 8; i += 1) say(...orders.frame())
  say(...orders.frame(relay))
  t.equal(machine.level(relay), 1, 'a line that is quiet again needs one')
})

t.test('a flood of bytes of any kind leaves it alive', async t => {
  const { machine, changes, run, begin, text, states } = rig()
  let seed = 12_345
  const noise = Array.from({ length: 4000 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return (seed >> 16) & 0xff
  })
  machine.receive(Uint8Array.from(noise))
  run(1500)
  t.strictSame(changes, [], 'and moves nothing')
  text()
  begin({})
  run(50)
  t.strictSame(states(), [0, 0])
})

t.test('damaged .hex files are refused with the line', async t => {
  t.throws(() => readHex('hello'), { message: /line 1 .* no record/ })
  t.throws(() => readHex(hex.replace(/^:10/, ':11')), { message: /line 1 .* damaged/ })
  t.throws(() => readHex(':00000001FE\n'), { message: /damaged/ })
  t.throws(() => readHex(hex.split('\n').slice(0, 3).join('\n')), { message: /end record/ })
  t.throws(() => readHex(':02000004FFFFFC\n:0100000000FF\n'), { message: /beyond the flash/ })
})
