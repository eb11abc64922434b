import t from 'tap'
import { fitsPlan, isComplete, makeChallenge, PLANS } from './challenge.ts'
import { bandOf, judgeCapture, type Looked } from './judge.ts'
import {
  AHEAD_MAX,
  AHEAD_OFF_MAX,
  EYES_PX_MIN,
  FRAMES_MAX,
  LUMA_MIN,
  MATCH_DISTANCE_MAX,
  NEAR_DISTANCE_MAX,
  SHARPNESS_MIN,
  STILL_SHAPE_MAX,
  TURN_MIN,
  TURNED_DISTANCE_MAX,
} from './limits.ts'
import type { FaceMeasure } from './measure.ts'
import type { Capture, Prompt } from './port.ts'

const PROMPTS: readonly Prompt[] = ['ahead', 'left', 'right', 'ahead']
const picture = new Uint8Array()
const captured = (indexes: readonly number[], prompts = PROMPTS): Capture => ({
  prompts,
  frames: indexes.map(prompt => ({ prompt, picture })),
})
const CAPTURE = captured([0, 1, 2, 3])

/** A face at `x` on one axis of likeness, turned by `turn`. */
function face(turn: number, more: Partial<FaceMeasure> & { x?: number } = {}): FaceMeasure {
  const { x = 0, ...rest } = more
  const measure = { eyesPx: 100, luma: 120, sharpness: 200, turn, embedding: [x, 0] }
  return { ...measure, shape: [{ x: 2 * turn, y: 0 }], thumb: [Math.random()], ...rest }
}
const good = () => [face(0), face(0.2), face(-0.2), face(0.01)]
const judged = (looked: readonly Looked[], onFile = 0, capture = CAPTURE) => {
  const { challengePassed, matched, reason } = judgeCapture(capture, looked, [onFile, 0])
  return matched ? 'matched' : `${challengePassed ? 'passed, ' : ''}${reason}`
}

t.test('every bound, at it and beside it', async t => {
  const rows: [string, readonly Looked[], string][] = [
    ['as told', good(), 'matched'],
    ['a picture of no use', good().with(2, 'NO_FACE' as never), 'NO_FACE'],
    ['eyes as small as may be', good().with(1, face(0.2, { eyesPx: EYES_PX_MIN })), 'matched'],
    ['smaller', good().with(1, face(0.2, { eyesPx: EYES_PX_MIN - 1 })), 'TOO_SMALL'],
    ['as dark as may be', good().with(1, face(0.2, { luma: LUMA_MIN })), 'matched'],
    ['darker', good().with(1, face(0.2, { luma: LUMA_MIN - 1 })), 'TOO_DARK'],
    ['as blurred as may be', good().with(1, face(0.2, { sharpness: SHARPNESS_MIN })), 'matched'],
    ['more', good().with(1, face(0.2, { sharpness: SHARPNESS_MIN - 1 })), 'TOO_BLURRED'],
    ['turned just enough', [face(0), face(TURN_MIN), face(-TURN_MIN), face(0)], 'matched'],
    ['too little', [face(0), face(TURN_MIN - 0.001), face(-0.2), face(0)], 'WRONG_ORDER'],
    ['the other way round', [face(0), face(-0.2), face(0.2), face(0)], 'WRONG_ORDER'],
    ['not ahead again', [face(0), face(0.2), face(-0.2), face(2 * AHEAD_MAX)], 'WRONG_ORDER'],
    [
      'a face that is uneven',
      [0, 0.2, -0.2, 0].map(by => face(AHEAD_OFF_MAX - 0.01 + by)),
      'matched',
    ],
    ['never ahead', [0, 0.2, -0.2, 0].map(by => face(AHEAD_OFF_MAX + 0.01 + by)), 'WRONG_ORDER'],
    [
      'the same pixels twice',
      good()
        .with(3, { ...face(0.01), thumb: [7] })
        .with(0, face(0, { thumb: [7] })),
      'STILL',
    ],
    [
      'one shape throughout',
      [0, 0.49, -0.49, 0].map(part => face((part * STILL_SHAPE_MAX) / 1)),
      'STILL',
    ],
    [
      'turned, a little unlike',
      good().with(1, face(0.2, { x: TURNED_DISTANCE_MAX - 0.01 })),
      'matched',
    ],
    [
      'turned, another person',
      good().with(1, face(0.2, { x: TURNED_DISTANCE_MAX })),
      'OTHER_PERSON',
    ],
    ['ahead, another person', good().with(3, face(0, { x: MATCH_DISTANCE_MAX })), 'OTHER_PERSON'],
  ]
  for (const [what, looked, expected] of rows) t.equal(judged(looked), expected, what)
})

t.test('each frame that looks ahead must be the person on file', async t => {
  t.equal(judged(good(), MATCH_DISTANCE_MAX - 0.001), 'matched')
  t.equal(judged(good(), MATCH_DISTANCE_MAX), 'passed, NO_MATCH')
  const apart = good().with(3, face(0, { x: 0.3 }))
  t.equal(judged(apart, 0.6), 'passed, NO_MATCH', 'the further one decides')
  t.same([NEAR_DISTANCE_MAX - 0.01, NEAR_DISTANCE_MAX, MATCH_DISTANCE_MAX].map(bandOf), [
    'near',
    'close',
    'far',
  ])
})

t.test('a capture is whole: each prompt, in order, within the counts', async t => {
  const rows: [readonly number[], boolean][] = [
    [[0, 1, 2, 3], true],
    [[0, 0, 1, 1, 2, 2, 3, 3], true],
    [[0, 0, 0, 1, 2, 3], true],
    [[0, 0, 0, 0, 1, 2, 3], false],
    [[0, 1, 2], false],
    [[0, 0, 1, 1, 2, 2], false],
    [[0, 2, 1, 3], false],
    [[1, 2, 3, 3], false],
    [[0, 1, 2, 3, 4], false],
    [[-1, 0, 1, 2, 3], false],
    [[0.5, 1, 2, 3], false],
    [[0, 0, 1, 1, 2, 2, 3, 3, 3], FRAMES_MAX > 8],
    [[], false],
  ]
  for (const [indexes, whole] of rows) t.equal(isComplete(captured(indexes)), whole, `${indexes}`)
  t.equal(judged([], 0, captured([])), 'INCOMPLETE')
})

t.test('challenges: every kind of prompt, none twice in a row, thousands of them', async t => {
  t.equal(PLANS.length, 2070)
  t.equal(new Set(PLANS.map(plan => JSON.stringify(plan))).size, PLANS.length)
  t.equal(new Set(PLANS.map((_, i) => makeChallenge((i + 0.5) / PLANS.length))).size, PLANS.length)
  for (const plan of PLANS) {
    const { prompts, pictures } = plan
    const frames = pictures.flatMap((n, prompt) =>
      Array.from({ length: n }, () => ({ prompt, picture })),
    )
    const whole =
      new Set(prompts).size === 3 &&
      prompts.every((prompt, i) => prompt !== prompts[i + 1]) &&
      isComplete({ prompts, frames }) &&
      fitsPlan(plan, frames)
    if (!whole) t.fail(JSON.stringify(plan))
  }
})

t.test('as many pictures of each prompt as were asked for', async t => {
  const plan = { prompts: PROMPTS, pictures: [1, 2, 1, 1] }
  const fits = (indexes: readonly number[]) => fitsPlan(plan, captured(indexes).frames)
  t.ok(fits([0, 1, 1, 2, 3]))
  for (const other of [[0, 1, 2, 3], [0, 0, 1, 2, 3], [0, 1, 1, 2, 3, 3], [1, 0, 1, 2, 3], []]) {
    t.notOk(fits(other), `${other}`)
  }
})
