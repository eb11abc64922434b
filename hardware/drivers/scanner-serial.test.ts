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
import { createSerialPort } from './serial-port.ts'

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

async function rig(t: Test, baudRate: number, clock = systemClock) {
  const wire = await createSerialWire({ baudRate })
  const scanner = createSimScanner({ wire })
  const name = 'lane 1 scanner'
  const port = createSerialPort({ name, port: wire.path, baudRate, ...time })
  let bytes = 0
  port.onBytes(chunk => {
    bytes += chunk.length
  })
  const reader: CodeReader = createSerialScanner({
    ...{ name, port, baudRate, suffix: 'required', ...time, clock },
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
  // Both ends: an opening that is not complete may still drop what came, and a wire that has not
  // noticed it sends nothing.
  const isOpen = (opensMin: number) => hostOpens >= opensMin && states.at(-1)?.state === 'ready'
  await until('ready', () => isOpen(1))
  return { wire, scanner, readings, states, faults, isOpen, bytesCame: () => bytes }
}

for (const baudRate of [9600, 57_600, 115_200]) {
  t.test(`a picture of a 418-character code arrives at ${baudRate} baud`, async t => {
    const { scanner, readings } = await rig(t, baudRate)
    const shown = await picture(code418)
    const startMs = performance.now()
    const sent = await scanner.showPng(shown)
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
  // The reader's time stands still: how long a busy machine takes to find the port again is no pause
  // in the code.
  const clock = { ...systemClock, monotonicMs: () => 0 }
  const { wire, scanner, readings, states, faults, isOpen, bytesCame } = await rig(t, 9600, clock)
  const half = Buffer.from(code418.slice(0, 200))
  wire.write(half)
  await until('half of it has come', () => bytesCame() === half.length)
  wire.unplug()
  await until('lost', () => states.at(-1)?.state === 'lost')
  t.match(states.at(-1), { error: { code: 'DEVICE_UNPLUGGED', port: 'lane 1 scanner' } })
  await wire.replug()
  await until('open again', () => isOpen(2))
  scanner.sendText('ITS REST')
  scanner.sendText('AFTERWARDS')
  await until('a reading', () => readings.length > 0)
  t.strictSame(
    readings.map(reading => reading.text),
    ['AFTERWARDS'],
  )
  t.equal(states.at(-1)?.state, 'ready')
  t.strictSame(faults, ['CUT', 'REST'])
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
        reader.onDropped?.((fault, bytes) => faults.push(`${fault} ${bytes}`))
        await time.advanceAsync(3000)
        wire.write(Buffer.from(code418.slice(0, 200)))
        await time.advanceAsync(waitMs)
        wire.write(Buffer.from(`${code418.slice(200)}\r`))
        await time.advanceAsync(100)
        t.strictSame(
          [texts, faults],
          read ? [[code418], []] : [[], ['CUT 200', 'REST 218']],
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

t.test(
  'a scanner as it comes, without config: each code is read, the third as soon as it ends',
  async t => {
    for (const [prefix, suffix] of [
      ['\x02', '\r\n\x03'],
      ['\x02]Q1', '\x03'],
      [']Q1', '\t'],
      ['\xef\xbb\xbf', '\0'],
      ['\\000026', '\x1d'],
      ['', '\x04'],
    ] as const) {
      const time = createVirtualTime()
      const wire = createMemoryWire({ name: 's', ...time, baudRate: 115_200 })
      const scanner = createSimScanner({ wire, prefix, suffix })
      const port = wire.transport
      const options = { name: 's', port, baudRate: 115_200, random: () => 0.5, ...time }
      const reader = createSerialScanner(options)
      const readings: Reading[] = []
      const faults: string[] = []
      reader.onReading(reading => readings.push(reading))
      reader.onDropped?.((fault, bytes) => faults.push(`${fault} ${bytes}`))
      await time.advanceAsync(1000)
      for (const text of ['RP1:ONE', 'RP1:TWO']) {
        scanner.sendText(text)
        await time.advanceAsync(3000)
      }
      scanner.sendText('RP1:THREE')
      await time.advanceAsync(5)
      t.strictSame(
        [readings.map(({ text }) => text), faults],
        [['RP1:ONE', 'RP1:TWO', 'RP1:THREE'], []],
        JSON.stringify([prefix, suffix]),
      )
      await time.advanceAsync(3000)
      await reader.close()
      t.strictSame(faults, [])
    }
  },
)
