/** The camera by the browser's getUserMedia. */
import { PICTURE_QUALITY, PICTURE_SIDE } from '../shared/limits.ts'
import { type Camera, CameraError, type CameraFault, type OpenCamera } from './camera.ts'

const FAULTS: Readonly<Record<string, CameraFault>> = {
  NotAllowedError: 'DENIED',
  SecurityError: 'DENIED',
  NotFoundError: 'MISSING',
  OverconstrainedError: 'MISSING',
  NotReadableError: 'IN_USE',
  AbortError: 'IN_USE',
}

const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: 'user', width: { ideal: 1280 }, height: { ideal: 960 } },
}

export const browserCamera: Camera = {
  async open(): Promise<OpenCamera> {
    const { mediaDevices } = navigator as { readonly mediaDevices?: MediaDevices }
    if (mediaDevices === undefined) throw new CameraError('INSECURE')
    try {
      return await shown(await mediaDevices.getUserMedia(WANTED))
    } catch (cause) {
      const name = cause instanceof DOMException ? cause.name : ''
      throw new CameraError(FAULTS[name] ?? 'IN_USE', { cause })
    }
  },
}

async function shown(stream: MediaStream): Promise<OpenCamera> {
  const video = document.createElement('video')
  video.muted = true
  video.playsInline = true
  video.srcObject = stream
  await video.play()
  return {
    preview: video,
    take: () => pictureOf(video),
    close() {
      for (const track of stream.getTracks()) track.stop()
      video.srcObject = null
    },
  }
}

async function pictureOf(video: HTMLVideoElement): Promise<Uint8Array> {
  const { videoWidth, videoHeight } = video
  const scale = Math.min(1, PICTURE_SIDE / Math.max(videoWidth, videoHeight))
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(videoWidth * scale)
  canvas.height = Math.round(videoHeight * scale)
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height)
  const blob = await new Promise<Blob | null>(resolve =>
    canvas.toBlob(resolve, 'image/jpeg', PICTURE_QUALITY),
  )
  if (blob === null) throw new CameraError('IN_USE')
  return new Uint8Array(await blob.arrayBuffer())
}
