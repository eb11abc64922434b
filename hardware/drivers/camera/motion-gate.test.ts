/** Which frames are worth a look. */
import t from 'tap'
import { noise, toLuma } from '../../../fixtures/camera-frames/optics.ts'
import { seeded } from '../../sim/seeded.ts'
import { createMotionGate } from './motion-gate.ts'
import { blank, codeOn } from './testing/hand-source.ts'

t.test('a wall in the noise of a dark room is still, and due every 250 ms', async t => {
  const gate = createMotionGate()
  const random = seeded(1)
  const wall = { width: 640, height: 480, levels: new Float32Array(640 * 480).fill(60) }
  const frames = Array.from({ length: 4 }, () => toLuma(noise(wall, 6, random)))
  const judged = Array.from({ length: 17 }, (_, i) => {
    const luma = frames[i % 4] as Uint8Array<ArrayBuffer>
    return gate.judge({ width: 640, height: 480, luma, atMs: i * 50 })
  })
  const due = judged.flatMap((worth, i) => (worth === 'due' ? [i] : []))
  t.equal(judged[0], 'moved', 'the first frame')
  t.strictSame(due, [5, 10, 15])
  t.ok(judged.every((worth, i) => i === 0 || worth !== 'moved'))
})

t.test('a small code that comes, moves by a little or goes is seen at once', async t => {
  const gate = createMotionGate()
  const judge = (luma: Uint8Array, atMs: number, width = 640) =>
    gate.judge({ width, height: luma.length / width, luma: new Uint8Array(luma), atMs })
  const code = codeOn('RP1:ABC 123', { scale: 3 }).luma
  t.equal(judge(blank().luma, 0), 'moved')
  t.equal(judge(code, 10), 'moved')
  t.equal(judge(code, 20), 'still')
  t.equal(
    judge(
      code.map((_, i) => code[i + 3] ?? 128),
      30,
    ),
    'moved',
  )
  t.equal(judge(blank().luma, 40), 'moved')
  t.equal(judge(blank().luma, 50, 320), 'moved', 'another size')
})
