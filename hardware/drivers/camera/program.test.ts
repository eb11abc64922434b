/**
 * A camera's program, by a stand-in that writes rpicam-vid's bytes: frames are cut right, the
 * program ends when it should, its faults are told, and it is started again.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ROOT } from '../../../fixtures/child.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import type { DeviceState } from '../../ports.ts'
import { seeded } from '../../sim/seeded.ts'
import { until } from '../../sim/until.ts'
import { systemClock, systemTimers } from '../../system-time.ts'
import { createSlipWatch } from './frame-slip.ts'
import type { LumaFrame } from './frames.ts'
import { createRawFrames } from './raw-frames.ts'
import { createFrameSource } from './source.ts'

const config = { type: 'rpicam', width: 64, height: 2, fps: 30 } as const
const FRAME = "head -c 128 /dev/zero | tr '\\0' Y; head -c 64 /dev/zero"

/** A shell script in the place of rpicam-vid. `$RUN` is a file of its own. */
function follow(t: Test, script: string, random = () => 0) {
  const dir = tempDir()
  const program = join(dir, 'rpicam-vid')
  writeFileSync(program, `#!/bin/sh\nRUN=${join(dir, 'run')}\n${script}\n`)
  chmodSync(program, 0o755)
  const source = createFrameSource(config, {
    name: 'camera',
    timers: systemTimers,
    clock: systemClock,
    random,
    programs: { 'rpicam-vid': program },
  })
  t.teardown(() => source.close())
  const states: DeviceState[] = []
  const frames: LumaFrame[] = []
  source.onState(state => states.push(state))
  source.onFrame(frame => frames.push(frame))
  const faults = () => states.flatMap(one => (one.state === 'lost' ? [one.error] : []))
  return { source, states, frames, faults, run: join(dir, 'run') }
}

t.test('of each frame the luma is taken and the colours are skipped', async t => {
  const { source, frames, run } = follow(t, `echo "$@" > $RUN; ${FRAME}; ${FRAME}; exec sleep 60`)
  await until('two frames', () => frames.length === 2)
  for (const { luma } of frames) t.ok(luma.length === 128 && luma.every(one => one === 89))
  await source.close()
  const asked = '-t 0 -n --codec yuv420 --flush --width 64 --height 2 --framerate 30 -o -'
  t.equal(readFileSync(run, 'utf8').trim(), asked)
})

t.test('a program that ends is told with its last words and started again', async t => {
  const script = `${FRAME}; [ -e $RUN ] && exec sleep 60; touch $RUN; echo one >&2; echo two >&2; exit 3`
  const { states, frames, faults } = follow(t, script)
  await until('a frame of the second start', () => frames.length === 2)
  t.same(
    states.map(one => one.state),
    ['connecting', 'ready', 'lost', 'ready'],
  )
  t.match(faults(), [{ code: 'CAMERA_ENDED', message: /ended with 3 \(two\)/ }])
})

t.test('words of the program say what is wrong', async t => {
  for (const [words, code, shown = ''] of [
    ['ERROR: *** no cameras available ***', 'DEVICE_MISSING'],
    ['/dev/video0: No such device', 'DEVICE_UNPLUGGED', FRAME],
    ['failed to acquire camera', 'DEVICE_BUSY'],
    ['/dev/video0: Device or resource busy', 'DEVICE_BUSY'],
    ['/dev/video0: Permission denied', 'DEVICE_DENIED'],
  ] as const) {
    const { source, faults } = follow(t, `${shown}\necho '${words}' >&2; exit 1`)
    await until(words, () => faults().length > 0)
    await source.close()
    t.equal(faults()[0]?.code, code, words)
  }
})

t.test('a flood of words stays small and a flood of one line is cut', async t => {
  const { source, faults } = follow(t, 'head -c 5000000 /dev/zero | tr "\\0" E >&2; exit 1')
  await until('lost', () => faults().length > 0)
  await source.close()
  t.match(faults()[0]?.message, /E{200}\)/)
  t.notMatch(faults()[0]?.message, /E{201}/)
})

t.test('a program that ignores a polite signal is gone after close', async t => {
  const { source, frames, run } = follow(
    t,
    `trap '' TERM PIPE; echo $$ > $RUN; ${FRAME}; while :; do sleep 1; done`,
  )
  await until('a frame', () => frames.length === 1)
  await source.close()
  t.notOk(existsSync(`/proc/${readFileSync(run, 'utf8').trim()}`))
})

t.test('a program ends when the process that reads it is killed', async t => {
  const dir = tempDir()
  const program = join(dir, 'rpicam-vid')
  const script = `echo $$ > ${join(dir, 'pid')}\nwhile ${FRAME}; do :; done`
  writeFileSync(program, `#!/bin/sh\n${script}\n`)
  chmodSync(program, 0o755)
  const host = spawn(process.execPath, [join(ROOT, 'hardware/sim/camera-host.ts'), program])
  await once(host.stdout, 'data')
  const place = `/proc/${readFileSync(join(dir, 'pid'), 'utf8').trim()}`
  t.ok(existsSync(place))
  host.kill('SIGKILL')
  await until('gone', () => !existsSync(place))
})

t.test('memory stays flat over many frames', async t => {
  const frameBytes = 64 * 1024
  const bytes = Buffer.alloc(frameBytes, 7)
  let kept: LumaFrame | null = null
  const frames = createRawFrames({ width: 256, height: 256, frameBytes }, frame => {
    kept = frame
  })
  const run = (count: number) => {
    for (let index = 0; index < count; index += 1) frames.push(bytes, index)
    return process.memoryUsage().arrayBuffers
  }
  const before = run(2000)
  const after = run(4000)
  t.ok(after - before < 100 * 2 ** 20, `${before} then ${after} bytes; 256 MB came`)
  t.equal((kept as LumaFrame | null)?.luma[0], 7)
})

t.test('raw frames: any split of the bytes gives the same frames', async t => {
  const bytes = Uint8Array.from({ length: 36 }, (_, index) => index)
  for (let size = 1; size <= 36; size += 1) {
    const got: number[][] = []
    const frames = createRawFrames({ width: 4, height: 2, frameBytes: 12 }, ({ luma }) => {
      got.push([...luma])
    })
    for (let at = 0; at < bytes.length; at += size) frames.push(bytes.subarray(at, at + size), at)
    const first = [0, 1, 2, 3, 4, 5, 6, 7]
    t.same(got, [first, first.map(one => one + 12), first.map(one => one + 24)], `by ${size}`)
  }
})

t.test('frames of another size are noticed; noise and people in the picture are not', async t => {
  const random = seeded(7)
  /** A hall: a bright upper half, dark columns. `shift`: of a person who walks through. */
  const scene = (shift: number) =>
    Uint8Array.from({ length: 160 * 120 }, (_, at) => {
      const x = at % 160
      const level = at < 160 * 60 ? 180 : 90
      const isPerson = x >= shift % 160 && x < (shift % 160) + 40
      return (isPerson ? 30 : x % 50 < 10 ? level - 60 : level) + random() * 20
    })
  const pictures = Array.from({ length: 16 }, (_, index) => scene(index * 10))
  /** How many frames taken to be of `taken` bytes came until it was told. */
  const told = (taken: number, from: readonly Uint8Array[], padding: number) => {
    const watch = createSlipWatch()
    let count = 0
    let slippedAt: number | null = null
    const frames = createRawFrames({ width: taken, height: 1, frameBytes: taken }, frame => {
      count += 1
      if (watch.slipped(frame)) slippedAt ??= count
    })
    for (let index = 0; index < 400; index += 1) {
      frames.push(from[index % from.length] as Uint8Array, 0)
      frames.push(new Uint8Array(padding).fill(128), 0)
    }
    return slippedAt
  }
  const whole = 160 * 120
  const noise = Array.from({ length: 16 }, () => scene(0).map(() => random() * 30))
  t.equal(told(whole, pictures, 0), null)
  t.equal(told(whole, noise, 0), null, 'a dark picture, which is all noise')
  t.equal(told(whole, pictures, whole / 2), 151, 'colours that were not expected')
  t.equal(told(whole, pictures, whole), 151, 'frames of double the size')
  t.equal(told(whole, pictures, 32 * 120), 151, 'rows that are padded')
})

t.test('sizes that the camera would pad are refused', async t => {
  const parts = { name: 'camera', timers: systemTimers, clock: systemClock, random: () => 0 }
  for (const wrong of [{ width: 100 }, { height: 3 }]) {
    t.throws(() => createFrameSource({ ...config, ...wrong }, parts), RangeError)
  }
})
