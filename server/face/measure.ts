/**
 * Measures of a face: figures of its landmarks (68 points, as in the 300-W annotation) and of its
 * pixels. Pure.
 */
import type { Picture } from './picture.ts'
import type { Embedding } from './port.ts'
import type { Rect } from './square.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

/** A face in a picture, as the networks found it. */
export interface FoundFace {
  /** Where it stands, by its landmarks: the same whichever detector found it. */
  readonly square: Rect
  readonly landmarks: readonly Point[]
}

/** What is measured of one face by itself, before it is described. */
export interface FaceLook {
  /** The outer corners of the eyes, pixels apart. */
  readonly eyesPx: number
  /** Mean of the face, 0 to 255. */
  readonly luma: number
  /** Variance of the Laplacian over the face scaled to a width of 128. */
  readonly sharpness: number
  /** The nose beside the middle of the eyes, in eye distances; greater towards the person's left. */
  readonly turn: number
  /** Landmarks about their middle, of unit size and level, so that two can be compared. */
  readonly shape: readonly Point[]
  /** The face's luma at 24 × 24: equal only for the same picture. */
  readonly thumb: readonly number[]
}

export interface FaceMeasure extends FaceLook {
  readonly embedding: Embedding
}

const EYE_RIGHT = 36
const EYE_LEFT = 45
const NOSE_TIP = 30
const SHARP_SIDE = 128
const THUMB_SIDE = 24

export function lookAtFace(picture: Picture, face: FoundFace): FaceLook {
  const { landmarks } = face
  const right = landmarks[EYE_RIGHT] as Point
  const left = landmarks[EYE_LEFT] as Point
  const nose = landmarks[NOSE_TIP] as Point
  const axis = { x: left.x - right.x, y: left.y - right.y }
  const squared = axis.x ** 2 + axis.y ** 2
  const beside = { x: nose.x - (left.x + right.x) / 2, y: nose.y - (left.y + right.y) / 2 }
  const gray = crop(picture, face.square, SHARP_SIDE)
  return {
    eyesPx: Math.sqrt(squared),
    luma: mean(gray),
    sharpness: laplacianVariance(gray, SHARP_SIDE),
    turn: (beside.x * axis.x + beside.y * axis.y) / squared,
    shape: shapeOf(landmarks),
    thumb: [...crop(picture, face.square, THUMB_SIDE)],
  }
}

/** Euclidean distance of two embeddings. */
export function distance(a: Embedding, b: Embedding): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0))
}

/** Largest distance between landmarks of two shapes, in eye distances. */
export function shapeDistance(a: readonly Point[], b: readonly Point[]): number {
  return Math.max(...a.map((p, i) => Math.hypot(p.x - (b[i]?.x ?? 0), p.y - (b[i]?.y ?? 0))))
}

/** The eyes level and one apart, their middle at the origin. */
function shapeOf(landmarks: readonly Point[]): Point[] {
  const right = landmarks[EYE_RIGHT] as Point
  const left = landmarks[EYE_LEFT] as Point
  const middle = { x: (right.x + left.x) / 2, y: (right.y + left.y) / 2 }
  const dx = left.x - right.x
  const dy = left.y - right.y
  const squared = dx * dx + dy * dy
  return landmarks.map(({ x, y }) => ({
    x: ((x - middle.x) * dx + (y - middle.y) * dy) / squared,
    y: ((y - middle.y) * dx - (x - middle.x) * dy) / squared,
  }))
}

/** The luma of a box (BT.601) sampled to `side` × `side`, each sample the mean of its cell. */
function crop({ rgb, width, height }: Picture, box: Rect, side: number): Float32Array {
  const gray = new Float32Array(side * side)
  const at = (value: number, max: number) => Math.max(0, Math.min(max - 1, Math.floor(value)))
  for (let row = 0; row < side; row++) {
    const y0 = at(box.y + (row * box.height) / side, height)
    const y1 = Math.max(y0, at(box.y + ((row + 1) * box.height) / side - 1, height))
    for (let column = 0; column < side; column++) {
      const x0 = at(box.x + (column * box.width) / side, width)
      const x1 = Math.max(x0, at(box.x + ((column + 1) * box.width) / side - 1, width))
      let sum = 0
      for (let y = y0; y <= y1; y++) {
        for (let x = x0; x <= x1; x++) sum += lumaAt(rgb, 3 * (y * width + x))
      }
      gray[row * side + column] = sum / ((y1 - y0 + 1) * (x1 - x0 + 1))
    }
  }
  return gray
}

function lumaAt(rgb: Uint8Array, i: number): number {
  return 0.299 * (rgb[i] ?? 0) + 0.587 * (rgb[i + 1] ?? 0) + 0.114 * (rgb[i + 2] ?? 0)
}

function laplacianVariance(gray: Float32Array, side: number): number {
  const values: number[] = []
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const i = y * side + x
      const around = v(gray, i - 1) + v(gray, i + 1) + v(gray, i - side) + v(gray, i + side)
      values.push(around - 4 * v(gray, i))
    }
  }
  const middle = mean(values)
  return mean(values.map(value => (value - middle) ** 2))
}

function v(gray: Float32Array, i: number): number {
  return gray[i] as number
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  return sum / values.length
}
