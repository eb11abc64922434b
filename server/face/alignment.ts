/** Where the face's square for its description lies, by its landmarks: as dlib aligns faces. Pure. */
import type { Point } from './measure.ts'
import type { Rect } from './square.ts'

/** Landmarks, as in the 300-W annotation. */
const EYES = [
  [36, 42],
  [42, 48],
] as const
const MOUTH = [48, 68] as const
/** Of the square's side: from the eyes to the mouth, and where the middle of the three stands. */
const EYES_TO_MOUTH = 0.45
const MIDDLE = { x: 0.5, y: 0.43 }

/** In pixels of the picture; may reach over its edges at the right and below. */
export function alignedSquare(landmarks: readonly Point[]): Rect {
  const of = ([from, to]: readonly [number, number]) => middleOf(landmarks.slice(from, to))
  const mouth = of(MOUTH)
  const eyes = EYES.map(of)
  const far = eyes.map(eye => Math.hypot(mouth.x - eye.x, mouth.y - eye.y))
  const side = Math.floor(far.reduce((sum, one) => sum + one, 0) / far.length / EYES_TO_MOUTH)
  const middle = middleOf([...eyes, mouth])
  return {
    x: Math.floor(Math.max(0, middle.x - MIDDLE.x * side)),
    y: Math.floor(Math.max(0, middle.y - MIDDLE.y * side)),
    width: side,
    height: side,
  }
}

function middleOf(points: readonly Point[]): Point {
  const sum = points.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 })
  return { x: sum.x / points.length, y: sum.y / points.length }
}
