/**
 * The judgement of a capture, from what was measured in its frames: whether each picture is usable,
 * whether the head turned as the prompts ask, whether it is one person, whether it is the person on
 * file. Pure; the first check that fails gives the reason.
 */
import { isComplete } from './challenge.ts'
import {
  AHEAD_MAX,
  AHEAD_OFF_MAX,
  EYES_PX_MIN,
  LUMA_MIN,
  MATCH_DISTANCE_MAX,
  NEAR_DISTANCE_MAX,
  SHARPNESS_MIN,
  STILL_SHAPE_MAX,
  TURN_MIN,
  TURNED_DISTANCE_MAX,
} from './limits.ts'
import { distance, type FaceLook, type FaceMeasure, shapeDistance } from './measure.ts'
import type {
  Capture,
  ChallengeFault,
  Embedding,
  FaceOutcome,
  FaceReason,
  PictureFault,
  Prompt,
  ScoreBand,
} from './port.ts'

/** What one picture holds: a face's measures, or why it has none. */
export type Looked = FaceMeasure | PictureFault

/** What is wrong with a picture; undefined for one of use. */
export function pictureFault(looked: FaceLook | PictureFault): PictureFault | undefined {
  if (typeof looked === 'string') return looked
  if (looked.eyesPx < EYES_PX_MIN) return 'TOO_SMALL'
  if (looked.luma < LUMA_MIN) return 'TOO_DARK'
  if (looked.sharpness < SHARPNESS_MIN) return 'TOO_BLURRED'
  return undefined
}

/** `looked` has one entry a frame of `capture`, in its order, or ends with one that is of no use. */
export function judgeCapture(
  capture: Capture,
  looked: readonly Looked[],
  onFile: Embedding,
): FaceOutcome {
  const fault = captureFault(capture, looked)
  if (fault !== undefined) return refused(fault)
  const faces = looked as readonly FaceMeasure[]
  const prompts = promptsOf(capture)
  const distances = ahead(prompts, faces).map(face => distance(face.embedding, onFile))
  const furthest = Math.max(...distances)
  const matched = furthest < MATCH_DISTANCE_MAX
  const rest = matched ? {} : ({ reason: 'NO_MATCH' } as const)
  return { challengePassed: true, matched, band: bandOf(furthest), ...rest }
}

/** What is wrong with the capture itself, whoever is on file. */
export function captureFault(
  capture: Capture,
  looked: readonly Looked[],
): PictureFault | ChallengeFault | undefined {
  if (!isComplete(capture)) return 'INCOMPLETE'
  const fault = looked.map(pictureFault).find(one => one !== undefined)
  return fault ?? challengeFault(promptsOf(capture), looked as readonly FaceMeasure[])
}

const promptsOf = ({ frames, prompts }: Capture): Prompt[] =>
  frames.map(frame => prompts[frame.prompt] as Prompt)

export function refused(reason: FaceReason): FaceOutcome {
  return { challengePassed: false, matched: false, reason }
}

export function bandOf(furthest: number): ScoreBand {
  if (furthest < NEAR_DISTANCE_MAX) return 'near'
  return furthest < MATCH_DISTANCE_MAX ? 'close' : 'far'
}

function challengeFault(
  prompts: readonly Prompt[],
  faces: readonly FaceMeasure[],
): ChallengeFault | undefined {
  if (isStill(faces)) return 'STILL'
  if (!turnsAsTold(prompts, faces)) return 'WRONG_ORDER'
  const front = ahead(prompts, faces)
  const reference = front[0] as FaceMeasure
  const others = faces.some((face, i) => {
    const max = prompts[i] === 'ahead' ? MATCH_DISTANCE_MAX : TURNED_DISTANCE_MAX
    return distance(face.embedding, reference.embedding) >= max
  })
  return others ? 'OTHER_PERSON' : undefined
}

function ahead(prompts: readonly Prompt[], faces: readonly FaceMeasure[]): FaceMeasure[] {
  return faces.filter((_, i) => prompts[i] === 'ahead')
}

/** Turns count from where this person's nose is when looking ahead. */
function turnsAsTold(prompts: readonly Prompt[], faces: readonly FaceMeasure[]): boolean {
  const front = ahead(prompts, faces).map(face => face.turn)
  const middle = front.reduce((sum, turn) => sum + turn, 0) / front.length
  if (Math.abs(middle) > AHEAD_OFF_MAX) return false
  return faces.every(({ turn }, i) => {
    const by = turn - middle
    if (prompts[i] === 'ahead') return Math.abs(by) < AHEAD_MAX
    return prompts[i] === 'left' ? by >= TURN_MIN : by <= -TURN_MIN
  })
}

/** The same pixels twice, or one shape in all frames: moved, rotated or scaled, but never alive. */
function isStill(faces: readonly FaceMeasure[]): boolean {
  const twice = faces.some((face, i) =>
    faces.slice(i + 1).some(other => face.thumb.every((value, k) => value === other.thumb[k])),
  )
  const [first, ...rest] = faces as [FaceMeasure, ...FaceMeasure[]]
  return twice || rest.every(other => shapeDistance(first.shape, other.shape) < STILL_SHAPE_MAX)
}
