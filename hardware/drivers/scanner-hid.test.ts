import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { frameBytesMax } from '../limits.ts'
import type { DeviceState } from '../ports.ts'
import { createSimHidScanner, posReports, wedgeReports } from '../sim/hid-device.ts'
import { createHidAutoDecoder } from './hid-auto.ts'
import type { KeyboardLayout } from './hid-layouts.ts'
import { createHidPosDecoder, type HidDecoder } from './hid-pos.ts'
import { createHidWedgeDecoder } from './hid-wedge.ts'
import { createHidScanner } from './scanner-hid.ts'

interface Recording {
  readonly name: string
  readonly profile: 'pos' | 'wedge'
  readonly layout?: KeyboardLayout
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

for (const { name, profile, layout, reports, texts } of recordings) {
  const stream = reports.map(report => Buffer.from(report, 'hex'))

  t.test(name, async t => {
    for (const create of [decoderOf[profile], createHidAutoDecoder]) {
      t.strictSame(decode(create({ layout }), stream), texts)
      t.strictSame(decode(create({ layout }), [...stream, ...stream]), [...texts, ...texts])
    }
  })

  t.test(`${name}: broken off anywhere, the next code is read`, async t => {
    for (let cut = 0; cut < stream.length; cut += layout === undefined ? 1 : 7) {
      const decoder = decoderOf[profile]({ layout })
      decode(decoder, stream.slice(0, cut))
      decoder.flush()
      const after = decode(decoder, stream)
      if (after.join('\n') !== texts.join('\n')) t.fail(`cut at ${cut}: ${after}`)
    }
    t.pass()
  })
}

/** A code of four reports, and what a decoder made of reports that came at given times. */
const four = posReports(['A', 'B', 'C', 'D'].map(letter => letter.repeat(56)).join(''))

function watched(profile: 'pos' | 'wedge', pauseMs?: number) {
  const faults: string[] = []
  const onDropped = (fault: string) => {
    if (fault !== 'REST') faults.push(fault)
  }
  return { faults, decoder: decoderOf[profile]({ onDropped, pauseMs }) }
}

t.test('POS: a report that is none drops its code whole, wherever it stands', async t => {
  const change = (report: Uint8Array, at: number, byte: number) => {
    const changed = Uint8Array.from(report)
    changed[at] = byte
    return changed
  }
  const breaks: ((report: Uint8Array) => Uint8Array)[] = [
    report => change(report, 1, 57),
    report => change(report, 0, 1),
    report => report.subarray(0, 63),
    () => new Uint8Array(0),
  ]
  for (const broken of breaks) {
    for (let at = 0; at < four.length; at += 1) {
      const { decoder, faults } = watched('pos')
      t.strictSame(decode(decoder, four.with(at, broken(four[at]!))), [])
      // Its own mark of the last report is lost with it: then the next code looks like its rest.
      if (at === four.length - 1) t.strictSame(decode(decoder, posReports('LOST')), [])
      t.strictSame(decode(decoder, posReports('NEXT')), ['NEXT'])
      t.strictSame(faults, ['BROKEN'], `report ${at}`)
    }
  }
})

t.test(
  'POS: a pause that is too long drops its code whole, noticed by time or by the rest',
  async t => {
    for (const pauseMs of [undefined, 50, 2000]) {
      const allowedMs = pauseMs ?? 500
      for (const [waitMs, texts, faults] of [
        [allowedMs, [four.map((_, i) => 'ABCD'.charAt(i).repeat(56)).join('')], []],
        [allowedMs + 1, [], ['CUT']],
        [4999, [], ['CUT']],
      ] as const) {
        for (const looks of [false, true]) {
          const seen = watched('pos', pauseMs)
          const { decoder } = seen
          decoder.push(four[0]!, 0)
          decoder.push(four[1]!, 1)
          const { idleAtMs } = decoder
          t.equal(idleAtMs, 1 + allowedMs + 1)
          if (looks && waitMs > allowedMs) decoder.idle(1 + waitMs)
          decoder.push(four[2]!, 1 + waitMs)
          const read = decoder.push(four[3]!, 2 + waitMs).map(({ text }) => text)
          t.strictSame([read, seen.faults], [texts, faults], `${allowedMs} ${waitMs}`)
          t.equal(decoder.push(posReports('NEXT')[0]!, 3 + waitMs)[0]?.text, 'NEXT')
        }
      }
    }
    const { decoder } = watched('pos')
    decoder.push(four[0]!, 0)
    t.equal(
      decoder.push(posReports('LATER')[0]!, 5000)[0]?.text,
      'LATER',
      'a rest comes within 5 s',
    )
  },
)

t.test('POS: a code of over 4 KB is dropped up to its end, and one without end too', async t => {
  for (const length of [frameBytesMax, frameBytesMax + 1, 4500, 2 * frameBytesMax + 340]) {
    const { decoder, faults } = watched('pos')
    const texts = decode(decoder, posReports('A'.repeat(length)), 1)
    t.strictSame(texts, length > frameBytesMax ? [] : ['A'.repeat(length)])
    t.strictSame(faults, length > frameBytesMax ? ['TOO_LONG'] : [])
    t.strictSame(decode(decoder, posReports('NEXT'), 1), ['NEXT'])
  }
  const endless = new Array(1000).fill(posReports('A'.repeat(57))[0]!)
  const { decoder, faults } = watched('pos')
  t.strictSame(decode(decoder, endless, 1), [])
  t.strictSame(faults, ['TOO_LONG'])
})

t.test('wedge: a report that is none, or a pause, drops its code whole', async t => {
  const whole = wedgeReports('ABCDEF')
  const rollOver = Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1)
  for (const bad of [
    Uint8Array.of(1, 2, 3),
    new Uint8Array(0),
    whole[0]!.subarray(0, 7),
    rollOver,
  ]) {
    for (let at = 0; at < whole.length; at += 1) {
      if (bad === rollOver && at === 0) continue
      const { decoder, faults } = watched('wedge')
      const texts = decode(decoder, [...whole.with(at, bad), ...wedgeReports('NEXT')])
      t.notOk(
        texts.some(text => text !== 'ABCDEF' && text !== 'NEXT'),
        `${at}: ${texts}`,
      )
      if (texts.length < 2) t.strictSame(faults.slice(0, 1), ['BROKEN'])
    }
  }
  const { decoder, faults } = watched('wedge')
  t.strictSame(decode(decoder, whole), ['ABCDEF'])
  const pushAll = (reports: readonly Uint8Array[], atMs: number) =>
    reports.flatMap(report => decoder.push(report, atMs).map(({ text }) => text))
  t.strictSame(pushAll(whole.slice(0, 6), 2000), [])
  t.strictSame(pushAll(whole.slice(6), 2500), [], 'its rest is none')
  t.strictSame(faults, ['CUT'])
  t.strictSame(pushAll(wedgeReports('NEXT'), 2600), ['NEXT'])
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
    const faults: string[] = []
    reader.onDropped?.(fault => faults.push(fault))
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

    t.strictSame(faults, [])
    sim.send((profile === 'pos' ? posReports('X'.repeat(99)) : wedgeReports('X')).slice(0, 1))
    sim.unplug()
    t.match(states.at(-1), { state: 'lost', error: { code: 'DEVICE_UNPLUGGED' } })
    t.strictSame(faults, ['CUT'])
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
