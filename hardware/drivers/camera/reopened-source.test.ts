/** A camera's openings one after the other, each in the test's hand. */
import t from 'tap'
import { createVirtualTime } from '../../../fixtures/clock.ts'
import { DeviceError } from '../../errors.ts'
import { cameraOpenMsMax, cameraRestartMsMax, cameraSteadyMs } from '../../limits.ts'
import type { DeviceState } from '../../ports.ts'
import type { LumaFrame } from './frames.ts'
import { createReopenedSource, type FeedEvents } from './reopened-source.ts'

const ended = new DeviceError('CAMERA_ENDED', 'camera', 'it ended')

function rig() {
  const time = createVirtualTime()
  const openings: FeedEvents[] = []
  let closed = 0
  const source = createReopenedSource({
    ...{
      name: 'camera',
      timers: time.timers,
      clock: time.clock,
      random: () => 0.5,
      isSteady: true,
    },
    open(events) {
      openings.push(events)
      return {
        close: async () => {
          closed += 1
        },
      }
    },
  })
  const frames: LumaFrame[] = []
  const states: DeviceState[] = []
  source.onFrame(frame => frames.push(frame))
  source.onState(state => states.push(state))
  let level = 0
  const frame = (): LumaFrame => {
    level = (level + 1) % 200
    // Edges, so that it is neither black nor covered.
    const luma = Uint8Array.from({ length: 64 * 64 }, (_, at) => (at % 16 < 8 ? level : 255))
    return { width: 64, height: 64, luma, atMs: time.clock.monotonicMs() }
  }
  /** Milliseconds from a fault to the next opening. */
  async function wait(): Promise<number> {
    const before = openings.length
    let ms = 0
    for (; openings.length === before && ms <= cameraRestartMsMax; ms += 1)
      await time.advanceAsync(1)
    return ms
  }
  const latest = () => openings.at(-1) as FeedEvents
  return { time, source, openings, frames, states, frame, wait, latest, closed: () => closed }
}

t.test('what an opening still tells after its fault is not heard', async t => {
  const { source, frames, states, frame, wait, latest, closed } = rig()
  const first = latest()
  first.frame(frame())
  t.equal(states.at(-1)?.state, 'ready')
  first.fault(ended)
  first.frame(frame())
  first.fault(new DeviceError('CAMERA_STALLED', 'camera', 'late'))
  first.ready()
  t.match(states.at(-1), { state: 'lost', error: { code: 'CAMERA_ENDED' } })
  await wait()
  first.frame(frame())
  t.equal(frames.length, 1)
  latest().frame(frame())
  t.equal(frames.length, 2)
  await source.close()
  t.equal(closed(), 2)
})

t.test('waits grow with each fault, and begin anew after a time without one', async t => {
  const { time, frame, wait, latest, source } = rig()
  const waits: number[] = []
  for (let n = 0; n < 4; n += 1) {
    latest().frame(frame())
    latest().fault(ended)
    waits.push(await wait())
  }
  t.same(
    waits,
    waits.toSorted((a, b) => a - b),
  )
  t.ok((waits[3] ?? 0) > (waits[0] ?? 0), waits.join())
  for (let ms = 0; ms <= cameraSteadyMs; ms += 500) {
    latest().frame(frame())
    await time.advanceAsync(500)
  }
  latest().fault(ended)
  t.equal(await wait(), waits[0])
  await source.close()
})

t.test('an opening without a frame is given up', async t => {
  const { time, states, source } = rig()
  await time.advanceAsync(cameraOpenMsMax)
  t.match(states.at(-1), { state: 'lost', error: { code: 'CAMERA_STALLED' } })
  await source.close()
})
