/** The reader as it runs: an idle frame, 30 frames a second beside the event loop, memory. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { noise, toLuma } from '../../fixtures/camera-frames/optics.ts'
import { PASS_TEXTS } from '../../fixtures/camera-frames/pass-modules.ts'
import { drawScene, modulesOf, type Scene } from '../../fixtures/camera-frames/scene.ts'
import { createCameraReader } from '../../hardware/drivers/camera/camera-reader.ts'
import { createChain } from '../../hardware/drivers/camera/chain.ts'
import { createJsqr } from '../../hardware/drivers/camera/jsqr-engine.ts'
import type { Picture } from '../../hardware/drivers/camera/picture.ts'
import { createHandSource } from '../../hardware/drivers/camera/testing/hand-source.ts'
import { openZxing } from '../../hardware/drivers/camera/zxing-engine.ts'
import { stillTryMs, wholeTryMs } from '../../hardware/limits.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import { until } from '../../hardware/sim/until.ts'
import { systemClock, systemTimers } from '../../hardware/system-time.ts'
import { CONTENDERS, type Contender, cpuMs } from './camera-contenders.ts'
import { type Figure, figure } from './figure.ts'
import { inUnits, spreadOf } from './spread.ts'

const PART = 'camera'
const FRAME_MS = 1000 / 30
const IDLE_FRAMES = 12
const LOOP_MS = 10_000
const READINGS = 40
const MEMORY_FRAMES = 3000
const MEMORY_FRAMES_FULL = 100_000

const SCENE: Omit<Scene, 'width' | 'height' | 'at' | 'pixelsPerModule'> = {
  ...{ turn: 0.1, tilt: 0, tiltAxis: 0, dark: 20, bright: 230, wall: 110 },
}

/** A phone before a wall; `side` of a module in pixels. */
function phone(text: string, width: number, height: number, pixelsPerModule: number): Picture {
  const at = [width / 2, height / 2] as const
  const drawn = drawScene(modulesOf(text), { ...SCENE, width, height, at, pixelsPerModule })
  return { width, height, luma: toLuma(noise(drawn, 1.5, seeded(1))) }
}

function wall(width: number, height: number, seed: number): Picture {
  const at = [-10_000, -10_000] as const
  const empty = drawScene(modulesOf('A'), { ...SCENE, width, height, at, pixelsPerModule: 1 })
  return { width, height, luma: toLuma(noise(empty, 3, seeded(seed))) }
}

function liveReader() {
  const source = createHandSource()
  const reader = createCameraReader({
    ...{ name: 'camera', source, clock: systemClock, timers: systemTimers, random: () => 0.5 },
  })
  return { source, reader }
}

/** A 720p frame without a code, and the time from a frame to its text. */
export async function benchLive(): Promise<Figure[]> {
  const idle = await idleMs()
  const ms = await frameToText()
  return [
    ...CONTENDERS.map(one =>
      figure(PART, `idle 720p frame, ${one}`, [idle[one], 'ms'], {
        ...{ peer: 'jsQR', ratio: idle[one] / idle.jsQR },
        ...(one === 'the chain' ? { goal: '≤ 0.04' } : {}),
      }),
    ),
    figure(PART, '720p frame to its text, median', [spreadOf(ms), 'ms'], {
      limit: `${FRAME_MS.toFixed()} ms, one frame at 30 a second`,
      ratio: inUnits(spreadOf(ms), FRAME_MS),
      goal: '≤ 1',
    }),
    figure(PART, '720p frame to its text, longest', [Math.max(...ms), 'ms']),
  ]
}

/** Mean CPU time. Of the chain as a reader asks it when nothing moves: one look in eight is at all of it. */
async function idleMs(): Promise<Record<Contender, number>> {
  const zxing = await openZxing()
  const chain = createChain(zxing)
  const jsqr = createJsqr()
  const looks = wholeTryMs / stillTryMs
  const asks: Record<Contender, readonly [times: number, ask: (wall: Picture) => unknown]> = {
    'the chain': [
      looks,
      picture => {
        chain.look('whole', picture, null)
        for (let i = 1; i < looks; i++) chain.look('fast', picture, null)
      },
    ],
    'zxing alone': [1, picture => zxing.decode(picture)],
    jsQR: [1, picture => jsqr.decode(picture)],
  }
  const spent: Record<Contender, number> = { 'the chain': 0, 'zxing alone': 0, jsQR: 0 }
  for (let i = 0; i <= IDLE_FRAMES; i++) {
    const picture = wall(1280, 720, i)
    for (const one of CONTENDERS) {
      const [times, ask] = asks[one]
      const fromMs = cpuMs()
      ask(picture)
      // The first one compiles.
      if (i > 0) spent[one] += (cpuMs() - fromMs) / times / IDLE_FRAMES
    }
  }
  return spent
}

async function frameToText(): Promise<number[]> {
  const { source, reader } = liveReader()
  const texts = PASS_TEXTS.slice(0, 2)
  const shown = texts.map(text => phone(text, 1280, 720, 4))
  const took: number[] = []
  let from = 0
  reader.onReading(() => took.push(performance.now() - from))
  await until('ready', () => reader.engine !== null)
  for (let i = 0; i < READINGS; i++) {
    const before = took.length
    from = performance.now()
    // Each text is forgotten after 2 s of the frames' own time.
    source.show(shown[i % 2] as Picture, i * 5000)
    await until('read', () => took.length > before)
  }
  await reader.close()
  // The first ones compile.
  return took.slice(4)
}

/** Frames at 30 a second, each another one, half of them with a code. */
export async function benchLoop(): Promise<Figure[]> {
  const { source, reader } = liveReader()
  const pictures = Array.from({ length: 6 }, (_, i) =>
    i % 2 === 0 ? wall(1280, 720, i) : phone(PASS_TEXTS[0] ?? '', 1280, 720, 3 + i / 4),
  )
  let looked = 0
  reader.onLooked(() => looked++)
  await until('ready', () => reader.engine !== null)
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let shown = 0
  const fromMs = performance.now()
  delay.enable()
  while (performance.now() - fromMs < LOOP_MS) {
    source.show(pictures[Math.floor(shown / 5) % pictures.length] as Picture, performance.now())
    shown += 1
    const nextMs = fromMs + shown * FRAME_MS - performance.now()
    await new Promise(resolve => setTimeout(resolve, Math.max(0, nextMs)))
  }
  delay.disable()
  await reader.close()
  // The timer of the measure itself waits a millisecond.
  const p99Ms = delay.percentile(99) / 1e6 - 1
  return [
    figure(PART, 'event loop p99 at 30 frames of 720p a second', [p99Ms, 'ms'], {
      ...{ limit: '10 ms', ratio: p99Ms / 10, goal: '≤ 1' },
    }),
    figure(PART, 'of these frames, looked at', [looked, `of ${shown}`]),
  ]
}

/** Small frames, so that many pass; every tenth has no code. */
export async function benchMemory({ full }: { full: boolean }): Promise<Figure[]> {
  const frames = full ? MEMORY_FRAMES_FULL : MEMORY_FRAMES
  const { source, reader } = liveReader()
  const pictures = [wall(320, 240, 1), phone(PASS_TEXTS.at(-1) ?? '', 320, 240, 3)]
  let looked = 0
  reader.onLooked(() => looked++)
  await until('ready', () => reader.engine !== null)
  const run = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const before = looked
      source.show(pictures[i % 10 === 0 ? 0 : 1] as Picture, i * 300)
      while (looked === before) await new Promise(resolve => setImmediate(resolve))
    }
    return process.memoryUsage().rss / 1e6
  }
  const before = await run(1000)
  const after = await run(frames)
  await reader.close()
  return [
    figure(PART, `memory before ${frames} frames`, [before, 'MB']),
    figure(PART, `memory after ${frames} frames`, [after, 'MB'], {
      ...{ limit: 'before', ratio: after / before, goal: '≤ 1.15' },
    }),
  ]
}
