import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import type { DeviceState } from '../ports.ts'
import { createSimHidScanner, posReports, wedgeReports } from '../sim/hid-device.ts'
import { createHidPosDecoder, type HidDecoder } from './hid-pos.ts'
import { createHidWedgeDecoder } from './hid-wedge.ts'
import { createHidScanner } from './scanner-hid.ts'

interface Recording {
  readonly name: string
  readonly profile: 'pos' | 'wedge'
  readonly reports: readonly string[]
  readonly texts: readonly string[]
}

const file = join(import.meta.dirname, '../../fixtures/hid/recordings.json')
const recordings = JSON.parse(readFileSync(file, 'utf8')) as Recording[]
const decoderOf = { pos: createHidPosDecoder, wedge: createHidWedgeDecoder }

function decode(decoder: HidDecoder, reports: readonly Uint8Array[], stepMs = 8): string[] {
  let atMs = 0
  return reports.flatMap(report => {
    atMs += stepMs
    return decoder.push(report, atMs).map(frame => frame.text)
  })
}

for (const { name, profile, reports, texts } of recordings) {
  const stream = reports.map(report => Buffer.from(report, 'hex'))

  t.test(name, async t => {
    t.strictSame(decode(decoderOf[profile](), stream), texts)
    t.strictSame(decode(decoderOf[profile](), [...stream, ...stream]), [...texts, ...texts])
  })

  t.test(`${name}: broken off anywhere, the next code is read`, async t => {
    for (let cut = 0; cut < stream.length; cut += 1) {
      const decoder = decoderOf[profile]()
      decode(decoder, stream.slice(0, cut))
      decoder.flush()
      const after = decode(decoder, stream)
      if (after.join('\n') !== texts.join('\n')) t.fail(`cut at ${cut}: ${after}`)
    }
    t.pass()
  })
}

t.test('POS: reports that are none, or of a code broken off, give no text', async t => {
  const whole = posReports('A'.repeat(100))
  const [first, second] = whole as [Uint8Array, Uint8Array]
  const tooLong = Uint8Array.from(first)
  tooLong[1] = 57
  const otherId = Uint8Array.from(first)
  otherId[0] = 1
  for (const bad of [tooLong, otherId, first.subarray(0, 63), new Uint8Array(0)]) {
    const decoder = createHidPosDecoder()
    t.strictSame(decode(decoder, [first, bad]), [])
    t.strictSame(decode(decoder, posReports('NEXT')), ['NEXT'])
  }
  const late = createHidPosDecoder()
  late.push(first, 0)
  t.strictSame(late.push(second, 501), [{ text: 'A'.repeat(44), lastByteMs: 501 }])
})

t.test('POS: a code without end is bounded', async t => {
  const decoder = createHidPosDecoder()
  const endless = Uint8Array.from(posReports('A'.repeat(57))[0]!)
  t.strictSame(decode(decoder, new Array(1000).fill(endless), 1), [])
})

t.test('wedge: keys of no character, control keys and roll-over', async t => {
  const key = (modifiers: number, code: number) => [
    Uint8Array.of(modifiers, 0, code, 0, 0, 0, 0, 0),
    new Uint8Array(8),
  ]
  const decoder = createHidWedgeDecoder()
  const enter = key(0, 0x28)
  t.strictSame(decode(decoder, [...wedgeReports('A').slice(0, -2), ...key(0, 0x3a), ...enter]), [])
  t.strictSame(decode(decoder, [...key(0x01, 0x06), ...enter]), [], 'control is no text')
  const rollOver = Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1)
  t.strictSame(decode(decoder, [rollOver, ...wedgeReports('OK')]), ['OK'])
  t.strictSame(decode(decoder, [Uint8Array.of(1, 2, 3)]), [])
})

t.test('driver: finds the scanner, reads, loses it, finds it again, closes', async t => {
  for (const profile of ['pos', 'wedge'] as const) {
    const time = createVirtualTime()
    const sim = createSimHidScanner(profile)
    const reader = createHidScanner({
      name: 'lane 1 scanner',
      profile,
      ...(profile === 'wedge' ? { device: '0C2E:0B01:SIM1' } : {}),
      random: () => 0.5,
      backend: sim.backend,
      ...time,
    })
    const texts: string[] = []
    const states: DeviceState[] = []
    reader.onReading(({ text }) => texts.push(text))
    reader.onState(state => states.push(state))
    await time.advanceAsync(10)
    t.equal(states.at(-1)?.state, 'ready')
    sim.scan('HELLO')
    sim.scan('HELLO')
    t.strictSame(texts, ['HELLO'], 'the same code at once is one reading')
    await time.advanceAsync(2000)
    sim.scan('HELLO')
    t.equal(texts.length, 2)

    sim.send((profile === 'pos' ? posReports('X'.repeat(99)) : wedgeReports('X')).slice(0, 1))
    sim.unplug()
    t.match(states.at(-1), { state: 'lost', error: { code: 'DEVICE_UNPLUGGED' } })
    await time.advanceAsync(10_000)
    t.match(states.at(-1), { state: 'lost', error: { code: 'DEVICE_MISSING' } })
    sim.replug()
    await time.advanceAsync(3000)
    t.equal(states.at(-1)?.state, 'ready')
    sim.scan('AGAIN')
    t.equal(texts.at(-1), 'AGAIN')
    t.equal(sim.openHandles, 1)
    await reader.close()
    t.equal(sim.openHandles, 0)
  }
})

t.test('driver: a scanner that is held by another program says so', async t => {
  const time = createVirtualTime()
  const sim = createSimHidScanner('pos')
  const reader = createHidScanner({
    name: 'scanner',
    profile: 'pos',
    random: () => 0.5,
    backend: { ...sim.backend, open: () => Promise.reject(new Error('cannot open device')) },
    ...time,
  })
  const states: DeviceState[] = []
  reader.onState(state => states.push(state))
  await time.advanceAsync(10)
  t.match(states.at(-1), { error: { code: 'DEVICE_DENIED', port: 'scanner' } })
  await reader.close()
})

t.test('driver: names that are none are refused at once', async t => {
  const time = createVirtualTime()
  const { backend } = createSimHidScanner('wedge')
  const make = (device?: string) =>
    createHidScanner({
      name: 's',
      profile: 'wedge',
      ...(device === undefined ? {} : { device }),
      random: () => 0.5,
      backend,
      ...time,
    })
  t.throws(() => make(), RangeError)
  t.throws(() => make('/dev/hidraw0'), RangeError)
})
