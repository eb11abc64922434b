/**
 * The networks that find and describe faces: @vladmandic/face-api on the WebAssembly backend of
 * TensorFlow.js. Everything is read from the packages on disk, nothing is fetched. It needs a core
 * and half a gigabyte, so it has a process of its own.
 *
 * Each network gets the square that it takes, cut out here: its own padding and scaling of whole
 * pictures took as long as the networks.
 */
import { createRequire, registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { ready, setBackend, type Tensor3D, tensor3d, tensor4d } from '@tensorflow/tfjs-core'
import { alignedSquare } from './alignment.ts'
import { createDescription } from './description.ts'
import { CONFIDENCE_MIN } from './limits.ts'
import type { FoundFace, Point } from './measure.ts'
import type { Picture } from './picture.ts'
import type { Embedding } from './port.ts'
import { addQuickConcat } from './quick-concat.ts'
import { clipped, type Rect, type Square, squareOf } from './square.ts'
import { addTensorMethods } from './tensor-methods.ts'

export interface Networks {
  /** The one face of a picture. */
  find(picture: Picture): Promise<Face | 'none' | 'several'>
  /** An embedding for each, in order; one face or more. All at once: a tenth less time than one by one. */
  describe(faces: readonly Face[]): Promise<Embedding[]>
}

/** A face that was found, ready to be described. */
export interface Face extends FoundFace {
  /** Pixels of the face's square, `DESCRIPTION_SIDE` × `DESCRIPTION_SIDE` × 3. */
  readonly pixels: Float32Array
}

/** Sides of the picture for the quick detector: what it misses in one it mostly finds in the other. */
const QUICK_SIDES = [192, 320] as const
/** What both miss is for the thorough one, which takes as long as all else. */
const THOROUGH_SIDE = 512
const LANDMARKS_SIDE = 112
const DESCRIPTION_SIDE = 150

const require = createRequire(import.meta.url)

/** Resolves when all are in memory, after about half a second. */
export async function loadNetworks(): Promise<Networks> {
  // face-api asks for the whole of TensorFlow.js and uses its core alone.
  registerHooks({
    resolve: (name, context, next) =>
      next(name === '@tensorflow/tfjs' ? '@tensorflow/tfjs-core' : name, context),
  })
  addTensorMethods()
  const { default: faceapi } = await import('@vladmandic/face-api/dist/face-api.node-wasm.js')
  setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'))
  await setBackend('wasm')
  await ready()
  addQuickConcat()
  const models = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model')
  const { nets, SsdMobilenetv1Options, TinyFaceDetectorOptions } = faceapi
  const { ssdMobilenetv1, tinyFaceDetector, faceLandmark68Net, faceRecognitionNet } = nets
  for (const net of [ssdMobilenetv1, tinyFaceDetector, faceLandmark68Net, faceRecognitionNet]) {
    await net.loadFromDisk(models)
  }
  const detectors = [
    ...QUICK_SIDES.map(side => ({
      side,
      options: new TinyFaceDetectorOptions({ inputSize: side, scoreThreshold: CONFIDENCE_MIN }),
    })),
    {
      side: THOROUGH_SIDE,
      options: new SsdMobilenetv1Options({ minConfidence: CONFIDENCE_MIN }),
    },
  ]

  const description = createDescription(faceRecognitionNet.params)
  /** Boxes in pixels of the picture. */
  async function detect(
    picture: Picture,
    { side, options }: (typeof detectors)[number],
  ): Promise<readonly Rect[]> {
    const whole = { x: 0, y: 0, width: picture.width, height: picture.height }
    const square = squareOf(picture, whole, side, 'corner')
    const found = await withTensor(square, side, input => faceapi.detectAllFaces(input, options))
    return found.map(({ box }) => ({
      x: box.x * square.scale,
      y: box.y * square.scale,
      width: box.width * square.scale,
      height: box.height * square.scale,
    }))
  }

  async function aligned(picture: Picture, box: Rect): Promise<Face | 'none'> {
    const part = clipped(box, picture)
    if (part === undefined) return 'none'
    const square = squareOf(picture, part, LANDMARKS_SIDE, 'middle')
    const { positions } = await withTensor(square, LANDMARKS_SIDE, input =>
      faceLandmark68Net.detectLandmarks(input),
    )
    const landmarks = positions.map(point => inPicture(point, square, part))
    const face = clipped(alignedSquare(landmarks), picture)
    if (face === undefined) return 'none'
    const { values: pixels } = squareOf(picture, face, DESCRIPTION_SIDE, 'middle')
    return { square: face, landmarks, pixels }
  }

  return {
    async find(picture) {
      for (const detector of detectors) {
        const [box, ...others] = await detect(picture, detector)
        if (others.length > 0) return 'several'
        if (box !== undefined) return aligned(picture, box)
      }
      return 'none'
    },
    async describe(faces) {
      const side = DESCRIPTION_SIDE
      const pixels = new Float32Array(faces.length * side * side * 3)
      for (const [i, face] of faces.entries()) pixels.set(face.pixels, i * side * side * 3)
      const input = tensor4d(pixels, [faces.length, side, side, 3])
      const described = description(input)
      try {
        return await described.array()
      } finally {
        input.dispose()
        described.dispose()
      }
    },
  }
}

async function withTensor<T>(
  { values }: Square,
  side: number,
  use: (input: Tensor3D) => PromiseLike<T>,
): Promise<T> {
  const input = tensor3d(values, [side, side, 3])
  try {
    return await use(input)
  } finally {
    input.dispose()
  }
}

function inPicture({ x, y }: Point, { scale, left, top }: Square, part: Rect): Point {
  return { x: part.x + (x - left) * scale, y: part.y + (y - top) * scale }
}
