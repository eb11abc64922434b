/** The few parts of @vladmandic/face-api 1.7.15 and tfjs 4.22 that the face check uses. */
declare module '@vladmandic/face-api/dist/face-api.node-wasm.js' {
  interface Net {
    loadFromDisk(folder: string): Promise<void>
  }
  interface Found {
    readonly detection: {
      readonly box: {
        readonly x: number
        readonly y: number
        readonly width: number
        readonly height: number
      }
    }
    readonly landmarks: {
      readonly positions: readonly { readonly x: number; readonly y: number }[]
    }
    readonly descriptor: Float32Array
  }
  interface Task {
    withFaceLandmarks(): { withFaceDescriptors(): Promise<Found[]> }
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
    detectAllFaces(input: object, options: object): Task
  }
  export default faceapi
}
