/**
 * A phone before a camera, from its presented pass to the relay: a video of it comes through ffmpeg,
 * over the network and as files of a folder. Its code is renewed meanwhile, and admits once.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import t from 'tap'
import { createPhones, type HandGate, startHandGate } from '../../fixtures/hand-gate.ts'
import { filmPhone, type PhoneVideo, writeVideo } from '../../fixtures/phone-video.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createCameraReader } from '../../hardware/drivers/camera/camera-reader.ts'
import type { FrameSource } from '../../hardware/drivers/camera/frames.ts'
import { createFrameSource, type FrameSourceConfig } from '../../hardware/drivers/camera/source.ts'
import { createListeners } from '../../hardware/listeners.ts'
import { createSimCamera } from '../../hardware/sim/camera.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import { until } from '../../hardware/sim/until.ts'
import { systemTimers } from '../../hardware/system-time.ts'
import { LIST, T0, TrustWorld } from '../testing/trust/world.ts'

const noFfmpeg =
  spawnSync('ffmpeg', ['-version']).status !== 0 && "ffmpeg is not here: Debian's package ffmpeg"
const random = seeded(45)
const dir = tempDir()
const world = await TrustWorld.create(() => T0)
await world.publish({ lists: { [LIST]: [] } })
const phone = createPhones(world)

/** A reader whose camera is changed while it runs, so that one gate sees all three. */
const frames = createListeners<Parameters<Parameters<FrameSource['onFrame']>[0]>>()
const texts: string[] = []
const source: FrameSource = {
  name: 'A.camera',
  onState(listener) {
    listener({ state: 'ready' })
    return () => {}
  },
  onFrame: listener => frames.add(listener),
  close: async () => {},
}
const gate = await startHandGate({
  data: join(dir, 'gate'),
  world,
  openReader: time => () => {
    const ports = { timers: systemTimers, clock: time.clock, random }
    const reader = createCameraReader({ ...ports, name: 'A.camera', source })
    reader.onReading(({ text }) => texts.push(text))
    return reader
  },
})
await gate.until('fresh trust', () => gate.log.some(line => line.stage === 'FRESH'))
t.teardown(() => gate.stop())

/** What a phone shows of one pass, and two seconds later. */
async function rotatingCode(number: number): Promise<readonly string[]> {
  const nowS = Math.floor(gate.time.clock.nowMs() / 1000)
  const shown = await phone(number, nowS - 60)
  return Promise.all([shown(nowS), shown(nowS + 2)])
}

function open(config: FrameSourceConfig, quick = 1): FrameSource {
  const timers = {
    after: (ms: number, run: () => void) => systemTimers.after(ms / quick, run),
  }
  const camera = createFrameSource(config, {
    name: 'camera',
    timers,
    clock: gate.time.clock,
    random,
  })
  camera.onFrame(frames.emit)
  return camera
}

const admitted = (one: HandGate) => one.told().filter(row => /^grant ADMIT/.test(row)).length

/** Both codes are read, the first opens, a passenger passes, and the second opens nothing. */
async function passesOnce(t: Tap, codes: readonly string[], show: () => Promise<unknown>) {
  const before = admitted(gate)
  const showing = show()
  await gate.until('the gate opens', () => gate.energised.has('entry'))
  gate.board.setContact('passA', true)
  gate.board.setContact('passA', false)
  await gate.until('both read', () => codes.every(code => texts.includes(code)))
  await showing
  await gate.until('at rest', () => gate.gate.lanes[0]?.view().state.name === 'Locked', 100)
  t.equal(texts.filter(text => !codes.includes(text)).length, 0, 'nothing else was read')
  t.equal(admitted(gate) - before, 1, 'admitted once')
  texts.length = 0
}

type Tap = Pick<typeof t, 'equal'>

t.test('through ffmpeg', { skip: noFfmpeg }, async t => {
  const codes = await rotatingCode(1)
  const video = filmPhone(codes, random)
  const file = join(dir, 'phone.mkv')
  await writeVideo(file, video)
  const { width, height, fps } = video
  const camera = open({ type: 'ffmpeg', input: file, width, height, fps })
  let ended = ''
  camera.onState(state => {
    if (state.state === 'lost') ended ||= state.error.code
  })
  await passesOnce(t, codes, () => until('its end', () => ended !== ''))
  await camera.close()
  t.equal(ended, 'CAMERA_ENDED')
})

t.test('over the network', async t => {
  const codes = await rotatingCode(2)
  const video = filmPhone(codes, random)
  const server = await createSimCamera({ ...video, timers: systemTimers, random })
  server.play(video.frames)
  const camera = open({ type: 'mjpeg', url: server.url })
  await passesOnce(t, codes, async () => {})
  await camera.close()
  await server.close()
})

t.test('as files of a watched folder', async t => {
  const codes = await rotatingCode(3)
  const folder = join(dir, 'pictures')
  mkdirSync(folder)
  const camera = open({ type: 'folder', path: folder }, 20)
  let came = 0
  camera.onFrame(() => {
    came += 1
  })
  let ready = false
  camera.onState(({ state }) => {
    ready = state === 'ready'
  })
  await until('it is watched', () => ready)
  await passesOnce(t, codes, () => putFiles(filmPhone(codes, random), folder, () => came))
  await camera.close()
})

/** The frames as JPEG files, each once the one before was seen. */
async function putFiles(video: PhoneVideo, folder: string, came: () => number): Promise<void> {
  for (const [index, { width, height, luma }] of video.frames.entries()) {
    const jpeg = await sharp(luma, { raw: { width, height, channels: 1 } })
      .jpeg()
      .toBuffer()
    writeFileSync(join(dir, 'part.jpg'), jpeg)
    renameSync(join(dir, 'part.jpg'), join(folder, `${index}.jpg`))
    await until(`frame ${index}`, () => came() > index)
  }
}
