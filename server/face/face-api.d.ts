/** The few parts of @vladmandic/face-api 1.7.15 and tfjs 4.22 that the face check uses. */
declare module '@vladmandic/face-api/dist/face-api.node-wasm.js' {
  interface Net {
    loadFromDisk(folder: string): Promise<void>
  }
  interface Detection {
    readonly box: {
      readonly x: number
      readonly y: number
      readonly width: number
      readonly height: number
    }
  }
  interface Detected {
    readonly detection: Detection
  }
  interface Found extends Detected {
    readonly landmarks: {
      readonly positions: readonly { readonly x: number; readonly y: number }[]
    }
    readonly descriptor: Float32Array
  }
  const faceapi: {
    readonly nets: Record<
      'ssdMobilenetv1' | 'tinyFaceDetector' | 'faceLandmark68Net' | 'faceRecognitionNet',
      Net
    >
    readonly SsdMobilenetv1Options: new (options: { minConfidence: number }) => object
    readonly TinyFaceDetectorOptions: new (options: {
      inputSize: number
      scoreThreshold: number
    }) => object
    detectAllFaces(input: object, options: object): PromiseLike<Detection[]>
    readonly DetectAllFaceLandmarksTask: new (
      detected: Promise<Detected[]>,
      input: object,
    ) => { withFaceDescriptors(): PromiseLike<Found[]> }
  }
  export default faceapi
}
