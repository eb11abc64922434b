/** A watched folder: each picture that is put there is one frame, in order, and whole. */
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { folderFilesMax, pictureBytesMax } from '../../limits.ts'
import type { DeviceState } from '../../ports.ts'
import { until } from '../../sim/until.ts'
import { createFrameSource } from './source.ts'
import { quickParts } from './testing/quick-parts.ts'

const parts = quickParts(10)
const picture = (width: number) =>
  sharp({ create: { width, height: 8, channels: 3, background: '#808080' } })
    .png()
    .toBuffer()
const pictures = await Promise.all([8, 16, 24, 32, 40].map(picture))
const [first, second, third, fourth, fifth] = pictures as [Buffer, Buffer, Buffer, Buffer, Buffer]

/** `widths` of the frames that came tell which they were. */
async function follow(t: Test, path: string) {
  const source = createFrameSource({ type: 'folder', path }, parts)
  t.teardown(() => source.close())
  const states: DeviceState[] = []
  const widths: number[] = []
  source.onState(state => states.push(state))
  source.onFrame(frame => widths.push(frame.width))
  await until('told', () => states.length > 1)
  return { states, widths }
}

t.test('new pictures are frames once, by their time and then their name', async t => {
  const dir = tempDir()
  writeFileSync(join(dir, 'old.png'), first)
  const { widths, states } = await follow(t, dir)
  t.same(states.at(-1), { state: 'ready' })
  const stage = tempDir()
  for (const [name, bytes, atS] of [
    ['b.png', third, 2],
    ['a.png', fourth, 2],
    ['c.PNG', second, 1],
    ['d.txt', fifth, 0],
  ] as const) {
    writeFileSync(join(stage, name), bytes)
    utimesSync(join(stage, name), atS, atS)
    renameSync(join(stage, name), join(dir, name))
  }
  symlinkSync(join(dir, 'old.png'), join(dir, 'link.png'))
  mkdirSync(join(dir, 'folder.png'))
  await until('three frames', () => widths.length >= 3)
  writeFileSync(join(dir, 'last.png'), fifth)
  await until('one more', () => widths.length >= 4)
  t.same([...widths].sort(), [16, 24, 32, 40])
  t.equal(widths.at(-1), 40)
  t.ok(widths.indexOf(32) < widths.indexOf(24), 'a.png before b.png')
})

t.test('half of a picture is waited for; one that is replaced is a new one', async t => {
  const dir = tempDir()
  const file = join(dir, 'a.png')
  const { widths, states } = await follow(t, dir)
  writeFileSync(file, first.subarray(0, 40))
  writeFileSync(join(dir, 'b.png'), second)
  await until('the whole one', () => widths.length > 0)
  appendFileSync(file, first.subarray(40))
  await until('the other half', () => widths.length > 1)
  writeFileSync(file, third)
  await until('replaced', () => widths.length > 2)
  t.same(widths, [16, 8, 24])
  t.notOk(states.some(one => one.state === 'ready' && one.warning !== undefined))
})

t.test('a picture that stays cut off, or is too large, is a warning until the next', async t => {
  const dir = tempDir()
  const { widths, states } = await follow(t, dir)
  const warning = () => {
    const now = states.at(-1)
    return now?.state === 'ready' ? now.warning?.code : now?.state
  }
  writeFileSync(join(dir, 'half.png'), first.subarray(0, 40))
  await until('told as broken', () => warning() === 'PICTURE_BROKEN')
  writeFileSync(join(dir, 'large.png'), first)
  truncateSync(join(dir, 'large.png'), pictureBytesMax + 1)
  await until('told as too large', () => warning() === 'PICTURE_TOO_LARGE')
  writeFileSync(join(dir, 'good.png'), second)
  await until('a good one', () => widths.length > 0)
  t.same([widths, warning()], [[16], undefined])
})

t.test('a folder that is missing or too full is lost, and found when it is in order', async t => {
  const dir = join(tempDir(), 'later')
  const { widths, states } = await follow(t, dir)
  const last = () => states.at(-1) as DeviceState
  t.match(last(), { state: 'lost', error: { code: 'DEVICE_MISSING' } })
  mkdirSync(dir)
  await until('found', () => last().state === 'ready')
  rmdirSync(dir)
  await until('gone', () => last().state === 'lost')
  mkdirSync(dir)
  await until('found again', () => last().state === 'ready')
  writeFileSync(join(dir, 'one.png'), first)
  await until('a frame', () => widths.length === 1)
  for (let index = 0; index < folderFilesMax; index += 1)
    writeFileSync(join(dir, `${index}.jpg`), '')
  await until('too full', () => last().state === 'lost')
  t.match(last(), { state: 'lost', error: { code: 'CAMERA_FOLDER_FULL' } })
})
