/** The real firmware in emulated time: every millisecond below is counted in cycles. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { avrHz, createAvrMachine, readHex } from '../sim/avr-machine.ts'
import { buildFirmware, committedFirmware } from './build.ts'

const hex = readFileSync(join(import.meta.dirname, 'gate.hex'), 'latin1')
const cyclesPerMs = avrHz / 1000
const relay = 2
const firePin = 12
const beam = 10

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
  const text = () => {
    const bytes = heard
    heard = []
    return Buffer.from(bytes).toString('hex')
  }
  machine.setInput(firePin, 0)
  machine.setInput(beam, 0)
  run(20)
  return { machine, changes, resets, run, say, text, nowMs: () => machine.cycles / cyclesPerMs }
}

const arm = (ms: number, ...hold: number[]) => [0xf0, 1, ms & 0x7f, ms >> 7, ...hold, 0xf7]
const energise = [0xf4, relay, 1, 0xf5, relay, 1]
const fireSetup = [0xf0, 2, firePin, 2, 1, 3, 1, 0xf7]

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
  t.match(text(), /^f90205f0790100.*f7$/)
  for (let pin = 2; pin < 20; pin += 1) t.equal(machine.pinState(pin), 'input', `pin ${pin}`)
})

t.test('dead-man: the relay falls within 300 ms and a tick of the last byte', async t => {
  const { changes, run, say, text } = rig()
  say(...arm(300), ...energise)
  for (let i = 0; i < 5; i += 1) {
    run(250)
    say(0xf9)
  }
  t.equal(changes.length, 1, 'heartbeats hold it')
  text()
  run(400)
  const drop = changes.at(-1)
  t.match(drop, { pin: relay, level: 0 })
  t.ok((drop?.sinceLastByteMs ?? 0) > 298 && (drop?.sinceLastByteMs ?? 0) < 302)
  t.match(text(), /f07164006500610064006d0061006e00f7/)
})

t.test('dead-man: bytes that make no message do not hold a relay', async t => {
  const { changes, run, say } = rig()
  say(...arm(300), ...energise)
  for (let i = 0; i < 40; i += 1) {
    say(0x00, 0x7f, 0xf5, 0x02, 0xf3, 0xf0, 0x55, 0xf7, 0xf0, 0x01)
    run(10)
  }
  t.match(changes.at(-1), { pin: relay, level: 0 })
})

t.test('dead-man: over a person it waits, ten seconds at most', async t => {
  const { machine, changes, run, say } = rig()
  say(...arm(300, beam, 1), ...energise, 0xf4, beam, 0x0b)
  machine.setInput(beam, 1)
  run(10_000)
  t.equal(machine.level(relay), 1)
  run(400)
  t.equal(machine.level(relay), 0)
  t.ok((changes.at(-1)?.sinceLastByteMs ?? 0) < 10_302)
})

t.test('a hung program is reset by the watchdog within 300 ms, relays off', async t => {
  const { machine, changes, resets, run, say, text } = rig()
  say(...arm(5000), ...energise)
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
  const { machine, changes, run, say, nowMs } = rig()
  say(...fireSetup)
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
  machine.setInput(firePin, 0)
  say(0xf5, 2, 0, 0x90, 0, 0, 0xf4, 2, 0, 0xff)
  t.equal(machine.level(2), 1, 'the host changes nothing')
  machine.reset()
  run(20)
  t.equal(machine.level(2), 1, 'a reset changes nothing')
  say(0xf0, 3, 0xf7)
  t.equal(machine.level(2), 0)
  run(20)
  machine.reset()
  run(20)
  t.equal(machine.level(2), 0, 'and its end is kept as well')
})

t.test('fire: a glitch below 3 ms is none, and an open loop can not be reset', async t => {
  const { machine, changes, run, say } = rig()
  say(...fireSetup)
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
  say(0xf0, 3, 0xf7)
  t.equal(machine.level(2), 1)
})

t.test('messages that arrive while it reports are not lost', async t => {
  const { machine, changes, run, say } = rig()
  say(...energise, 0xf4, beam, 0x0b, 0xd1, 1)
  for (let round = 0; round < 50; round += 1) {
    machine.setInput(beam, round % 2 === 0 ? 1 : 0)
    run(round / 40)
    machine.receive(Uint8Array.of(0x91, 0, 0, 0x90, 0, 0, 0xf9, 0x90, 1 << relay, 0))
    run(4)
  }
  t.equal(changes.length, 101, 'each round it falls and rises')
})

t.test('a flood of bytes of any kind leaves it alive', async t => {
  const { machine, run, say, text } = rig()
  let seed = 12_345
  const noise = Array.from({ length: 4000 }, () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return (seed >> 16) & 0xff
  })
  machine.receive(Uint8Array.from(noise))
  run(1500)
  text()
  say(0xff, 0xf9)
  run(50)
  t.match(text(), /f90205$/)
})

t.test('damaged .hex files are refused with the line', async t => {
  t.throws(() => readHex('hello'), { message: /line 1 .* no record/ })
  t.throws(() => readHex(hex.replace(/^:10/, ':11')), { message: /line 1 .* damaged/ })
  t.throws(() => readHex(':00000001FE\n'), { message: /damaged/ })
  t.throws(() => readHex(hex.split('\n').slice(0, 3).join('\n')), { message: /end record/ })
  t.throws(() => readHex(':02000004FFFFFC\n:0100000000FF\n'), { message: /beyond the flash/ })
})
