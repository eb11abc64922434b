import t, { type Test } from 'tap'
import type { DeviceState } from '../ports.ts'
import { createGm65Registers, printedSetupCode } from '../sim/gm65-device.ts'
import { createSimScanner } from '../sim/scanner.ts'
import { createSerialWire } from '../sim/serial-wire.ts'
import { until } from '../sim/until.ts'
import { systemClock, systemTimers } from '../system-time.ts'
import { createGm65Splitter, gm65Answer, gm65Read, gm65Save, gm65Write, gm65Zones } from './gm65.ts'
import { createSerialScanner } from './scanner-serial.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const time = { timers: systemTimers, clock: systemClock, random: Math.random }

t.test('commands and answers are those of the manual', async t => {
  t.equal(hex(gm65Save()), '7e000901000000dec8')
  t.equal(hex(gm65Answer([0])), '02000001003331')
  t.equal(hex(gm65Read(gm65Zones.baud, 2)), '7e000701002a02d80f')
  t.equal(hex(gm65Write(gm65Zones.baud, 0x39, 0x01)), '7e000802002a3901a7ea')
})

t.test('answers are told apart from scans, however they are cut', async t => {
  const stream = Buffer.concat([
    gm65Answer([0]),
    Buffer.from('12\r'),
    gm65Answer([0xd6, 0x0d]),
    Buffer.from('02\r'),
  ])
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const splitter = createGm65Splitter()
    const first = splitter.push(stream.subarray(0, cut))
    const second = splitter.push(stream.subarray(cut))
    const text = Buffer.concat([first.text, second.text]).toString()
    const answers = [...first.answers, ...second.answers].map(hex)
    if (text !== '12\r02\r' || answers.join() !== '00,d60d') t.fail(`cut at ${cut}: ${text}`)
  }
  t.pass()
})

t.test(
  'a damaged answer stays in the stream, where it spoils a frame instead of a text',
  async t => {
    const damaged = gm65Answer([0])
    damaged[5] = 0x30
    const { text, answers } = createGm65Splitter().push(
      Buffer.concat([damaged, Buffer.from('A\r'), gm65Answer([7])]),
    )
    t.strictSame(answers.map(hex), ['07'])
    t.equal(text[0], 0x02)
    t.equal(Buffer.from(text).toString('latin1').slice(-2), 'A\r')
  },
)

async function rig(t: Test, registers = createGm65Registers()) {
  const wire = await createSerialWire({ baudRate: 115_200 })
  const scanner = createSimScanner({ wire, gm65: registers })
  const reader = createSerialScanner({
    name: 'scanner',
    port: wire.path,
    baudRate: 115_200,
    gm65: true,
    ...time,
  })
  const texts: string[] = []
  const states: DeviceState[] = []
  reader.onReading(({ text }) => texts.push(text))
  reader.onState(state => states.push(state))
  t.teardown(async () => {
    await reader.close()
    await wire.close()
  })
  return { wire, scanner, texts, states, isReady: () => states.at(-1)?.state === 'ready' }
}

t.test('it is set up before it counts as ready, and saved once', async t => {
  const registers = createGm65Registers()
  const { wire, scanner, texts, isReady } = await rig(t, registers)
  await until('ready', isReady)
  const { zones } = registers
  t.equal(zones.get(gm65Zones.mode), 0xd6, 'continuous, light and sound as they were')
  t.equal(zones.get(gm65Zones.setupCodes), 0x02)
  t.equal(zones.get(gm65Zones.tail), 0x01)
  t.equal(zones.get(gm65Zones.aim), 0x80)
  t.equal(registers.saves, 1)

  scanner.sendText(printedSetupCode)
  await until('a code like any other', () => texts.length === 1)
  t.strictSame(registers.setupCodes, [])
  scanner.sendText('HELLO')
  await until('the text', () => texts.length === 2)
  t.equal(texts[1], 'HELLO')

  wire.unplug()
  await until('lost', () => !isReady())
  zones.set(gm65Zones.setupCodes, 0x00)
  await wire.replug()
  await until('ready again', isReady)
  t.equal(zones.get(gm65Zones.setupCodes), 0x02, 'off again at every opening')
  t.equal(registers.saves, 1, 'flash is written only when something was different')
})

t.test('a scanner that does not answer is reported', async t => {
  const wire = await createSerialWire()
  const reader = createSerialScanner({
    name: 'scanner',
    port: wire.path,
    baudRate: 9600,
    gm65: true,
    ...time,
  })
  const states: DeviceState[] = []
  reader.onState(state => states.push(state))
  t.teardown(async () => {
    await reader.close()
    await wire.close()
  })
  await until('lost', () => states.some(state => state.state === 'lost'))
  t.match(states.at(-1), { error: { code: 'DEVICE_SILENT', port: 'scanner' } })
  t.notOk(states.some(state => state.state === 'ready'))
})
