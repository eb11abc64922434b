/** Lines on their way to a disk that is slow, full or hung: who adds one never waits, memory is bounded. */
import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import {
  DISK_ANSWER_MS,
  RECORDING_PAUSE_MS,
  RECORDING_QUEUE_BYTES_LOW,
  RECORDING_QUEUE_BYTES_MAX,
} from '../limits.ts'
import { createLineQueue } from './line-queue.ts'

/** `append` as a disk that answers at once, unless given. */
function open(append?: (text: string) => Promise<void>) {
  const time = createVirtualTime()
  const lost: string[] = []
  const written: string[] = []
  const queue = createLineQueue({
    append: append ?? (async text => void written.push(text)),
    timers: time.timers,
    onLost: why => void lost.push(why),
  })
  return { queue, time, lost, written }
}

t.test('lines are written together, a while after the first', async t => {
  const { queue, time, written } = open()
  queue.add({ a: 1 }, 10)
  await time.advanceAsync(RECORDING_PAUSE_MS - 1)
  queue.add({ a: 2 }, 10)
  t.same(written, [])
  await time.advanceAsync(1)
  t.same(written, ['{"a":1}\n{"a":2}\n'])
  queue.add({ a: 3 }, 10)
  t.equal(await queue.end(), true)
  t.same([written.length, queue.count(), queue.written()], [2, 3, 24])
})

t.test('a large piece is written in several', async t => {
  const { queue, written } = open()
  for (let i = 0; i < 10; i++) queue.add({ i }, 20_000)
  t.equal(await queue.end(), true)
  t.ok(written.length >= 3)
  t.equal(written.join(''), Array.from({ length: 10 }, (_, i) => `{"i":${i}}\n`).join(''))
})

t.test('a disk that refuses loses the file, once, and says why', async t => {
  const { queue, time, lost } = open(async () => {
    throw new Error('ENOSPC: no space left on device')
  })
  queue.add({ a: 1 }, 10)
  await time.advanceAsync(RECORDING_PAUSE_MS)
  queue.add({ a: 2 }, 10)
  t.equal(await queue.end(), false)
  t.same(lost, ['ENOSPC: no space left on device'])
})

t.test('a disk that hangs loses it after a while; nothing is kept', async t => {
  const { queue, time, lost } = open(() => new Promise(() => {}))
  queue.add({ a: 1 }, 10)
  await time.advanceAsync(RECORDING_PAUSE_MS)
  await time.advanceAsync(DISK_ANSWER_MS - 1)
  t.same(lost, [])
  await time.advanceAsync(1)
  t.same(lost, ['the disk does not answer'])
  t.equal(await queue.end(), false)
})

t.test('a disk that is too slow loses it at the bound, not one line before', async t => {
  const { queue, lost } = open(() => new Promise(() => {}))
  const half = RECORDING_QUEUE_BYTES_MAX / 2
  queue.add({}, half)
  queue.add({}, half)
  t.same(lost, [])
  queue.add({}, 1)
  t.same(lost, ['the disk is too slow'])
  queue.add({}, 1)
  await queue.drained()
  t.equal(lost.length, 1)
})

t.test('whoever tells much waits until little is left to write', async t => {
  const disk = Promise.withResolvers<void>()
  const { queue } = open(() => disk.promise)
  queue.add({}, RECORDING_QUEUE_BYTES_LOW)
  let drained = false
  void queue.drained().then(() => {
    drained = true
  })
  await settle()
  t.equal(drained, false)
  disk.resolve()
  await settle(3)
  t.equal(drained, true)
})
