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
  interface LandmarksNet extends Net {
    detectLandmarks(face: object): PromiseLike<{
      readonly positions: readonly { readonly x: number; readonly y: number }[]
    }>
  }
  interface DescriptionNet extends Net {
    readonly params: import('./description.ts').DescriptionParams
    computeFaceDescriptor(face: object): PromiseLike<Float32Array>
  }
  const faceapi: {
    readonly nets: {
      readonly ssdMobilenetv1: Net
      readonly tinyFaceDetector: Net
      readonly faceLandmark68Net: LandmarksNet
      readonly faceRecognitionNet: DescriptionNet
    }
    readonly SsdMobilenetv1Options: new (options: { minConfidence: number }) => object
    readonly TinyFaceDetectorOptions: new (options: {
      inputSize: number
      scoreThreshold: number
    }) => object
    detectAllFaces(input: object, options: object): PromiseLike<Detection[]>
  }
  export default faceapi
}
