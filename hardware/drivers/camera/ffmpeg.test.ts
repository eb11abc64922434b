/** ffmpeg itself as a camera: its frames, its faults, and that it ends with whoever started it. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import type { DeviceState } from '../../ports.ts'
import { until } from '../../sim/until.ts'
import { systemClock, systemTimers } from '../../system-time.ts'
import type { LumaFrame } from './frames.ts'
import { createFrameSource, type FrameSourceConfig } from './source.ts'

const noFfmpeg =
  spawnSync('ffmpeg', ['-version']).status !== 0 && "ffmpeg is not here: Debian's package ffmpeg"
const parts = { name: 'camera', timers: systemTimers, clock: systemClock, random: () => 0 }
const size = { width: 64, height: 48, fps: 10 } as const
const pattern: FrameSourceConfig = {
  ...size,
  type: 'ffmpeg',
  input: 'testsrc=size=160x120:rate=30',
  format: 'lavfi',
}

function follow(config: FrameSourceConfig, programs: Readonly<Record<string, string>> = {}) {
  const source = createFrameSource(config, { ...parts, programs })
  const states: DeviceState[] = []
  const frames: LumaFrame[] = []
  source.onState(state => states.push(state))
  source.onFrame(frame => frames.push(frame))
  const fault = () => states.find(state => state.state === 'lost')?.error
  return { source, states, frames, fault }
}

const childrenOf = (pid: number) =>
  spawnSync('ps', ['-o', 'pid=,comm=', '--ppid', `${pid}`], { encoding: 'utf8' }).stdout

t.test(
  'frames of the size asked for, and no program left after close',
  { skip: noFfmpeg },
  async t => {
    const { source, states, frames } = follow(pattern)
    await until('three frames', () => frames.length >= 3)
    t.match(childrenOf(process.pid), /ffmpeg/)
    await source.close()
    t.notMatch(childrenOf(process.pid), /ffmpeg/)
    t.same(
      states.map(one => one.state),
      ['connecting', 'ready'],
    )
    const [first, second] = frames as [LumaFrame, LumaFrame]
    t.match(first, { width: 64, height: 48 })
    t.equal(first.luma.buffer.byteLength, 64 * 48, 'memory of its own, to be transferred')
    t.not(first.luma.buffer, second.luma.buffer)
    t.ok(new Set(first.luma).size > 10, 'a picture')
    t.ok(first.atMs < second.atMs)
  },
)

t.test('a camera that is not there is told with the last words', { skip: noFfmpeg }, async t => {
  const { source, fault } = follow({
    ...size,
    type: 'ffmpeg',
    input: '/dev/video99',
    format: 'v4l2',
  })
  await until('lost', () => fault() !== undefined)
  await source.close()
  t.match(fault(), { code: 'DEVICE_MISSING', port: 'camera', message: /video99/ })
})

t.test('a program that is not installed is told with its package', async t => {
  const input = 'rtsp://viewer:topsecret@127.0.0.1/'
  const { source, fault } = follow({ ...pattern, input }, { ffmpeg: '/nowhere/ffmpeg' })
  await until('lost', () => fault() !== undefined)
  await source.close()
  t.match(fault(), { code: 'CAMERA_PROGRAM', message: /package ffmpeg/ })
  t.notMatch(inspect(fault(), { depth: 9 }), /topsecret/)
})

t.test('no input leads to another file', { skip: noFfmpeg }, async t => {
  const folder = tempDir()
  const film = join(folder, 'film.mkv')
  const made = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10:duration=9', '-c:v', 'mjpeg', film]
  t.equal(spawnSync('ffmpeg', ['-loglevel', 'error', ...made]).status, 0)
  const list = join(folder, 'list.mkv')
  writeFileSync(list, 'ffconcat version 1.0\nfile film.mkv\n')
  const playlist = join(folder, 'list.m3u8')
  writeFileSync(
    playlist,
    '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfilm.mkv\n#EXT-X-ENDLIST\n',
  )
  const good = follow({ ...size, type: 'ffmpeg', input: film })
  await until('frames of the film itself', () => good.frames.length > 0)
  await good.source.close()
  for (const input of [list, playlist, `concat:${film}`, `subfile,,start,0,end,0,,:${film}`]) {
    const { source, frames, fault } = follow({ ...size, type: 'ffmpeg', input })
    await until('lost', () => fault() !== undefined)
    await source.close()
    t.equal(frames.length, 0, input)
    t.match(fault(), { code: 'CAMERA_ENDED', message: /./ })
  }
})

t.test('sizes and rates out of bounds are refused', async t => {
  for (const wrong of [{ width: 0 }, { height: 1.5 }, { width: 16_385 }, { fps: 0 }, { fps: 61 }]) {
    t.throws(() => createFrameSource({ ...pattern, ...wrong }, parts), RangeError)
  }
  t.throws(() => createFrameSource({ ...pattern, width: 4097, height: 4096 }, parts), RangeError)
})
