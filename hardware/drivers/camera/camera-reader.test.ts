/** Frames to readings, with the real thread; and with one that dies or hangs. */
import sharp from 'sharp'
import t from 'tap'
import { createVirtualTime } from '../../../fixtures/clock.ts'
import { DeviceError } from '../../errors.ts'
import { decodeMsMax, reconnectMsMax } from '../../limits.ts'
import type { DeviceState, Reading } from '../../ports.ts'
import { until } from '../../sim/until.ts'
import { type CameraReaderOptions, createCameraReader, type Looked } from './camera-reader.ts'
import type { Picture } from './picture.ts'
import { sharpen } from './picture-filters.ts'
import { DIES, HANGS } from './testing/bad-thread.ts'
import { blank, codeOn, createHandSource } from './testing/hand-source.ts'

const BAD_THREAD = new URL('./testing/bad-thread.ts', import.meta.url)

function rig(more: Partial<CameraReaderOptions> = {}) {
  const time = createVirtualTime()
  const source = createHandSource()
  const reader = createCameraReader({
    ...{ name: 'camera', source, random: () => 0.5, clock: time.clock, timers: time.timers },
    ...more,
  })
  const readings: Reading[] = []
  const states: DeviceState[] = []
  reader.onReading(reading => readings.push(reading))
  reader.onState(state => states.push(state))
  const ready = () => until('ready', () => states.at(-1)?.state === 'ready')
  const count = (wanted: number) => until(`${wanted} readings`, () => readings.length >= wanted)
  return { time, source, reader, readings, states, ready, count }
}

t.test('a code is read once while it stays, with the time of its frame', async t => {
  const { source, reader, readings, ready, count } = rig()
  await ready()
  t.equal(reader.engine, 'zxing')
  source.show(codeOn('  RP1:ABC 123 '), 1000)
  await count(1)
  source.show(codeOn('  RP1:ABC 123 '), 1300)
  source.show(codeOn('RP1:DEF'), 1600)
  await count(2)
  const read = readings.map(({ text, lastByteMs }) => [text, lastByteMs])
  t.strictSame(read, [
    ['RP1:ABC 123', 1000],
    ['RP1:DEF', 1600],
  ])
  await reader.close()
  t.ok(source.isClosed)
})

t.test('a text that no scanner would give is no reading', async t => {
  const { source, reader, readings, ready, count } = rig()
  await ready()
  for (const [i, bad] of ['two\nlines', 'STRAẞE', '  '].entries()) {
    source.show(codeOn(bad), 2 * i * 1000)
    source.show(codeOn(`PLAIN ${i}`), (2 * i + 1) * 1000)
    await count(i + 1)
  }
  t.strictSame(
    readings.map(({ text }) => text),
    ['PLAIN 0', 'PLAIN 1', 'PLAIN 2'],
  )
  await reader.close()
})

t.test(
  'a still phone is looked at every 250 ms, and only a frame that moved gets deep looks',
  async t => {
    const { source, reader, ready } = rig()
    const looked: Looked[] = []
    reader.onLooked(one => looked.push(one))
    await ready()
    const show = async (picture: Picture, atMs: number) => {
      const before = looked.length
      source.show(picture, atMs)
      await until('looked at', () => looked.length > before)
      return looked.at(-1)
    }
    t.match(await show(blank(), 0), { codes: 0, look: 'moved 3.5 pixels' }, 'the first moved')
    source.show(blank(), 249)
    t.match(await show(blank(), 251), { atMs: 251, codes: 0, look: 'moved 3.5 pixels' })
    t.match(await show(blank(), 2251), { codes: 0, look: 'whole' }, 'nothing moved for 2 s')
    t.match(await show(codeOn('RP1:A'), 2252), { codes: 1, look: 'fast' })
    const soft = sharpen(codeOn('RP1:B', { scale: 3 }), 2, -1)
    const deep = await show(soft, 2253)
    t.equal(deep?.codes, 1)
    t.not(deep?.look, 'fast')
    await reader.close()
  },
)

t.test('the newest frame as JPEG, the code outlined while it is there', async t => {
  const { source, reader, ready, count } = rig()
  t.equal(await reader.preview(), null, 'no frame yet')
  await ready()
  source.show(codeOn('RP1:A', { width: 1600, height: 1200 }), 1000)
  await count(1)
  const shown = await reader.preview()
  t.match(shown, { width: 1280, height: 960, atMs: 1000, codes: 1 })
  const { channels, info } = await colours(shown?.jpeg)
  t.match(info, { width: 1280, height: 960 })
  t.ok(channels.green > 100, 'a green line')
  source.show(blank({ width: 1600, height: 1200 }), 1499)
  t.equal((await reader.preview())?.codes, 1)
  source.show(blank({ width: 1600, height: 1200 }), 1501)
  const after = await reader.preview()
  t.match(after, { atMs: 1501, codes: 0 })
  t.equal((await colours(after?.jpeg)).channels.green, 0)
  await reader.close()
})

t.test('no memory grows with the frames', async t => {
  const { source, reader, ready } = rig()
  let looked = 0
  reader.onLooked(() => looked++)
  await ready()
  const pictures = [
    blank({ width: 320, height: 240 }),
    codeOn('RP1:A', { width: 320, height: 240 }),
  ]
  const run = async (frames: number) => {
    for (let i = 0; i < frames; i++) {
      const before = looked
      source.show(pictures[i % 10 === 0 ? 0 : 1] as Picture, i * 3000)
      await until('looked at', () => looked > before)
    }
    return process.memoryUsage().rss
  }
  const before = await run(200)
  const grown = (await run(900)) - before
  // 69 MB, were each frame kept; what the collector leaves for later is some 30.
  t.ok(grown < 50_000_000, `${grown} bytes for 900 frames of 76,800`)
  await reader.close()
})

t.test('a thread that dies or hangs is told, and replaced', async t => {
  const { time, source, reader, readings, states, ready, count } = rig({ thread: BAD_THREAD })
  await ready()
  for (const level of [DIES, HANGS]) {
    source.show(blank({ level }), 0)
    if (level === HANGS) time.advance(decodeMsMax)
    await until('lost', () => states.at(-1)?.state === 'lost')
    t.match(states.at(-1), { state: 'lost', error: { code: 'DECODER_FAILED', port: 'camera' } })
    t.equal(reader.engine, null)
    source.show(blank({ level: 100 + level }), 1000)
    time.advance(reconnectMsMax)
    await ready()
    await count(level)
  }
  t.strictSame(
    readings.map(({ text }) => text),
    ['LEVEL 101', 'LEVEL 102'],
  )
  await reader.close()
})

/** How many pixels are far greener than they are red. */
async function colours(jpeg: Uint8Array | undefined) {
  const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
  let green = 0
  for (let i = 0; i < data.length; i += info.channels) {
    green += Number((data[i + 1] ?? 0) - (data[i] ?? 0) > 80)
  }
  return { channels: { green }, info }
}

t.test('it is lost while its source is, and has the warning of one that works', async t => {
  const { source, reader, states, ready } = rig()
  await ready()
  const error = new DeviceError('CAMERA_STALLED', 'camera', 'no frame')
  const warning = new DeviceError('CAMERA_COVERED', 'camera', 'it sees nothing')
  source.become({ state: 'ready', warning })
  t.strictSame(states.at(-1), { state: 'ready', warning })
  source.become({ state: 'lost', error })
  t.strictSame(states.at(-1), { state: 'lost', error })
  source.become({ state: 'ready' })
  t.strictSame(states.at(-1), { state: 'ready' })
  await reader.close()
})

t.test('a newer frame comes before the deep looks at the one before it', async t => {
  const { source, reader, readings, ready, count } = rig()
  const looked: Looked[] = []
  reader.onLooked(one => looked.push(one))
  await ready()
  source.show(blank(), 0)
  source.show(codeOn('RP1:ABC'), 40)
  await count(1)
  t.match(looked, [
    { atMs: 0, codes: 0, look: 'whole' },
    { atMs: 40, codes: 1, look: 'fast' },
  ])
  t.equal(readings[0]?.lastByteMs, 40)
  await reader.close()
})
