/** What frames say about their camera, and what becomes of it. */
import t from 'tap'
import { createVirtualTime } from '../../../fixtures/clock.ts'
import type { DeviceState } from '../../ports.ts'
import { phonePicture, renderScene } from '../../sim/scene.ts'
import { seeded } from '../../sim/seeded.ts'
import { createPictureWatch } from './picture-watch.ts'
import { createReopenedSource, type FeedEvents } from './reopened-source.ts'

const random = seeded(9)

/** Two pictures that differ by the sensor's noise, one after the other. */
function inTurns<Of>(make: () => Of): () => Of {
  const pictures = [make(), make()]
  let shown = 0
  return () => pictures[shown++ % 2] as Of
}

const size = { width: 160, height: 120 }
const hall = inTurns(() => renderScene({ ...size, random }))
const level = (of: (x: number, y: number) => number) => ({
  ...size,
  luma: Uint8Array.from({ length: 160 * 120 }, (_, at) => of(at % 160, at / 160) + random() * 12),
})
const black = inTurns(() => level(() => 2))
/** A hand before the lens: light from one side, nothing sharp. */
const hand = inTurns(() => level((x, y) => 40 + x / 2 + y / 3))
const still = renderScene({ ...size, random })

/** What is said of frames once a second, and when it was said first. */
function said(picture: () => ReturnType<typeof hall>, seconds = 60) {
  const watch = createPictureWatch()
  for (let second = 0; second < seconds; second += 1) {
    const fault = watch.see({ ...picture(), atMs: second * 1000 })
    if (fault !== null) return `${fault} after ${second} s`
  }
  return null
}

t.test('black, covered and frozen are told after their time, and a hall is not', async t => {
  const phone = { picture: phonePicture('ABC', 2), pose: { x: 0.5, y: 0.5, turnDegrees: 0 } }
  t.equal(said(hall), null)
  t.equal(
    said(() => renderScene({ ...size, random, phone })),
    null,
  )
  t.equal(said(black), 'BLACK after 30 s')
  t.equal(said(hand), 'COVERED after 30 s')
  t.equal(
    said(() => still),
    'FROZEN after 10 s',
  )
  let count = 0
  t.equal(
    said(() => (count++ % 20 === 0 ? hall() : black())),
    null,
    'light comes now and then',
  )
  count = 0
  t.equal(
    said(() => (count++ % 9 === 0 ? hall() : still)),
    null,
    'it moves now and then',
  )
})

t.test('a frozen camera is opened anew and stays lost while it shows the same', async t => {
  const time = createVirtualTime()
  const openings: FeedEvents[] = []
  const source = createReopenedSource({
    ...time,
    name: 'camera',
    random: () => 0,
    isSteady: true,
    open(events) {
      openings.push(events)
      return { close: async () => {} }
    },
  })
  const states: DeviceState[] = []
  source.onState(state => states.push(state))
  let frames = 0
  source.onFrame(() => {
    frames += 1
  })
  const show = (picture: ReturnType<typeof hall>) =>
    openings.at(-1)?.frame({ ...picture, atMs: time.clock.monotonicMs() })
  const showFor = async (seconds: number, picture: () => ReturnType<typeof hall>) => {
    for (let second = 0; second < seconds; second += 1) {
      show(picture())
      await time.advanceAsync(1000)
    }
  }
  await showFor(20, () => still)
  t.ok(openings.length > 1, 'opened anew')
  t.match(states.at(-1), { state: 'lost', error: { code: 'CAMERA_FROZEN' } })
  t.equal(states.filter(({ state }) => state === 'ready').length, 1)
  t.equal(frames, 10, 'a frozen frame is none')
  await time.advanceAsync(6000)
  await showFor(2, hall)
  t.same(states.at(-1), { state: 'ready' })

  await showFor(40, black)
  t.match(states.at(-1), { state: 'ready', warning: { code: 'CAMERA_BLACK' } })
  await showFor(40, hand)
  t.match(states.at(-1), { state: 'ready', warning: { code: 'CAMERA_COVERED' } })
  const before = frames
  await showFor(3, hall)
  t.same(states.at(-1), { state: 'ready' })
  t.equal(frames - before, 3)
  await source.close()
  t.equal(time.pending(), 0, 'nothing is left')
})
