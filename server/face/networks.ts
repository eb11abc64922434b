/**
 * The networks that find and describe faces: @vladmandic/face-api on the WebAssembly backend of
 * TensorFlow.js. Everything is read from the packages on disk, nothing is fetched. It needs a core
 * and half a gigabyte, so it has a process of its own.
 */
import { createRequire, registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { ready, setBackend, tensor3d } from '@tensorflow/tfjs-core'
import { CONFIDENCE_MIN } from './limits.ts'
import type { FoundFace } from './measure.ts'
import type { Picture } from './picture.ts'
import { addTensorMethods } from './tensor-methods.ts'

export type Detector = 'quick' | 'thorough'

export interface Networks {
  /**
   * The one face of a picture. Where there are several none is described: a picture can hold a
   * hundred, and each would take as long as the whole of an honest one.
   */
  find(picture: Picture, detector: Detector): Promise<FoundFace | 'none' | 'several'>
}

/** The quick detector's own size of the picture. */
const QUICK_SIDE = 320

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
  const models = join(dirname(require.resolve('@vladmandic/face-api/package.json')), 'model')
  const { nets, SsdMobilenetv1Options, TinyFaceDetectorOptions, DetectAllFaceLandmarksTask } =
    faceapi
  for (const net of Object.values({
    thorough: nets.ssdMobilenetv1,
    quick: nets.tinyFaceDetector,
    landmarks: nets.faceLandmark68Net,
    embedding: nets.faceRecognitionNet,
  })) {
    await net.loadFromDisk(models)
  }
  const options: Record<Detector, object> = {
    quick: new TinyFaceDetectorOptions({ inputSize: QUICK_SIDE, scoreThreshold: CONFIDENCE_MIN }),
    thorough: new SsdMobilenetv1Options({ minConfidence: CONFIDENCE_MIN }),
  }

  return {
    async find({ rgb, width, height }, detector) {
      const pixels = tensor3d(rgb, [height, width, 3], 'int32')
      try {
        const detections = await faceapi.detectAllFaces(pixels, options[detector])
        if (detections.length > 1) return 'several'
        const one = Promise.resolve(detections.map(detection => ({ detection })))
        const [face] = await new DetectAllFaceLandmarksTask(one, pixels).withFaceDescriptors()
        if (face === undefined) return 'none'
        const { detection, landmarks, descriptor } = face
        return { box: detection.box, landmarks: landmarks.positions, embedding: [...descriptor] }
      } finally {
        pixels.dispose()
      }
    },
  }
}
