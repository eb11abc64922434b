import encodeQR from 'qr'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import type { CodeReader, DeviceState, Reading } from '../ports.ts'
import { createGm65Registers } from '../sim/gm65-device.ts'
import { createMemoryWire } from '../sim/memory-wire.ts'
import { createSimScanner } from '../sim/scanner.ts'
import { createSerialWire } from '../sim/serial-wire.ts'
import { until } from '../sim/until.ts'
import { systemClock, systemTimers } from '../system-time.ts'
import { createSerialScanner } from './scanner-serial.ts'

const time = { timers: systemTimers, clock: systemClock, random: Math.random }
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 $%*+-./:'
const code418 = Array.from({ length: 418 }, (_, i) => alphabet[(i * 7) % 45])
  .join('')
  .trim()

/** The code as a printed or shown picture, 4 pixels a module with a quiet zone. */
async function picture(text: string): Promise<Buffer> {
  const modules = encodeQR(text, 'raw', { border: 4 })
  const size = modules.length
  const pixels = Buffer.from(modules.flatMap(row => row.map(dark => (dark ? 0 : 255))))
  return sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
    .resize(size * 4, size * 4, { kernel: 'nearest' })
    .png()
    .toBuffer()
}

async function rig(t: Test, baudRate: number) {
  const wire = await createSerialWire({ baudRate })
  const scanner = createSimScanner({ wire })
  const reader: CodeReader = createSerialScanner({
    name: 'lane 1 scanner',
    port: wire.path,
    baudRate,
    suffix: 'required',
    ...time,
  })
  const readings: Reading[] = []
  const states: DeviceState[] = []
  const faults: string[] = []
  reader.onDropped?.(fault => faults.push(fault))
  reader.onReading(reading => readings.push(reading))
  reader.onState(state => states.push(state))
  let hostOpens = 0
  wire.onHostOpen(() => {
    hostOpens += 1
  })
  t.teardown(async () => {
    await reader.close()
    await wire.close()
  })
  await until('ready', () => hostOpens > 0)
  return { wire, scanner, readings, states, faults, opens: () => hostOpens }
}

for (const baudRate of [9600, 57_600, 115_200]) {
  t.test(`a picture of a 418-character code arrives at ${baudRate} baud`, async t => {
    const { scanner, readings } = await rig(t, baudRate)
    const sent = await scanner.showPng(await picture(code418))
    const startMs = performance.now()
    t.equal(sent, code418, 'the simulated scanner really decoded the picture')
    await until('the reading', () => readings.length === 1)
    t.equal(readings[0]?.text, code418)
    const wireMs = (419 * 10_000) / baudRate
    const tookMs = (readings[0]?.lastByteMs ?? 0) - startMs
    t.ok(tookMs >= wireMs - 2, `paced: ${tookMs.toFixed(1)} ms for a wire of ${wireMs.toFixed(1)}`)
  })
}

t.test('a picture without a code sends nothing', async t => {
  const { scanner } = await rig(t, 115_200)
  const blank = await sharp({ create: { width: 99, height: 99, channels: 3, background: 'white' } })
    .png()
    .toBuffer()
  t.equal(await scanner.showPng(blank), null)
})

t.test('the same code within 2 s is one reading, another code is a second', async t => {
  const { scanner, readings } = await rig(t, 115_200)
  for (const text of ['FIRST', 'FIRST', 'SECOND']) scanner.sendText(text)
  await until('two readings', () => readings.length === 2)
  t.strictSame(
    readings.map(reading => reading.text),
    ['FIRST', 'SECOND'],
  )
})

t.test('unplugged in the middle of a frame: lost, found again, no half text', async t => {
  const { wire, scanner, readings, states, faults, opens } = await rig(t, 9600)
  scanner.sendText(code418)
  await until('half of it is on the way', () => wire.pendingBytes < 300)
  wire.unplug()
  await until('lost', () => states.at(-1)?.state === 'lost')
  t.match(states.at(-1), { error: { code: 'DEVICE_UNPLUGGED', port: 'lane 1 scanner' } })
  const opensBefore = opens()
  await wire.replug()
  await until('open again', () => opens() > opensBefore)
  scanner.sendText('ITS REST')
  scanner.sendText('AFTERWARDS')
  await until('a reading', () => readings.length > 0)
  t.strictSame(
    readings.map(reading => reading.text),
    ['AFTERWARDS'],
  )
  t.equal(states.at(-1)?.state, 'ready')
  t.strictSame(faults, ['CUT'])
})

t.test(
  'a pause in the middle: as long as the config allows it is read, longer gives nothing',
  async t => {
    for (const gm65 of [false, true]) {
      for (const [pauseMs, waitMs, read] of [
        [undefined, 300, true],
        [undefined, 490, true],
        [undefined, 520, false],
        [1000, 900, true],
        [100, 120, false],
      ] as const) {
        const time = createVirtualTime()
        const wire = createMemoryWire({ name: 's', ...time, baudRate: 115_200 })
        if (gm65) createSimScanner({ wire, gm65: createGm65Registers() })
        const options = {
          name: 's',
          port: wire.transport,
          baudRate: 115_200,
          suffix: 'required',
        } as const
        const reader = createSerialScanner({
          ...options,
          pauseMs,
          gm65,
          random: () => 0.5,
          ...time,
        })
        const texts: string[] = []
        const faults: string[] = []
        reader.onReading(({ text }) => texts.push(text))
        reader.onDropped?.(fault => faults.push(fault))
        await time.advanceAsync(3000)
        wire.write(Buffer.from(code418.slice(0, 200)))
        await time.advanceAsync(waitMs)
        wire.write(Buffer.from(`${code418.slice(200)}\r`))
        await time.advanceAsync(100)
        t.strictSame(
          [texts, faults],
          read ? [[code418], []] : [[], ['CUT']],
          `${pauseMs} ${waitMs}`,
        )
        wire.write(Buffer.from('NEXT\r'))
        await time.advanceAsync(100)
        t.equal(texts.at(-1), 'NEXT')
        await reader.close()
      }
    }
  },
)
