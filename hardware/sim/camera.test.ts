/** The simulated camera's cable: a source loses its stream, and finds it again at the same address. */
import t from 'tap'
import { createFrameSource } from '../drivers/camera/source.ts'
import { quickParts } from '../drivers/camera/testing/quick-parts.ts'
import type { DeviceState } from '../ports.ts'
import { systemTimers } from '../system-time.ts'
import { createSimCamera } from './camera.ts'
import { until } from './until.ts'

t.test('pulled and put back, twice: lost while it is out, frames again after', async t => {
  const size = { width: 64, height: 48, fps: 50 }
  const camera = await createSimCamera({ ...size, timers: systemTimers, random: () => 0.5 })
  const source = createFrameSource({ type: 'mjpeg', url: camera.url }, quickParts(10))
  t.teardown(async () => {
    await source.close()
    await camera.close()
  })
  const states: DeviceState['state'][] = []
  let frames = 0
  source.onState(({ state }) => states.push(state))
  source.onFrame(() => {
    frames += 1
  })
  for (const _ of [1, 2]) {
    const before = frames
    await until('frames', () => frames > before)
    t.equal(camera.plugged, true)
    states.length = 0
    await camera.unplug()
    await camera.unplug()
    t.equal(camera.plugged, false)
    await until('it to be lost', () => states.includes('lost'))
    const lost = frames
    const answer = await fetch(camera.url).catch(() => 'cut off')
    t.equal(answer, 'cut off')
    t.equal(frames, lost, 'nothing is seen')
    await camera.replug()
  }
  const before = frames
  await until('frames again', () => frames > before)
})
