/**
 * A simulated camera on the network: an HTTP server of MJPEG, with real bytes on a real socket. It
 * shows the hall, or the phone that is held before it.
 */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import type { Timers, Unsubscribe } from '../ports.ts'
import { type GrayPicture, type PhonePose, phonePicture, renderScene } from './scene.ts'

export interface SimCamera {
  /** Of its stream, on this machine. */
  readonly url: string
  /** Holds a phone with this text before it, until it is told something else. */
  hold(text: string, pose?: PhonePose): void
  /** Shows the hall. */
  clear(): void
  /** False while its cable is out. */
  readonly plugged: boolean
  /** Cuts its streams. Who asks for one is cut off too, until `replug`. */
  unplug(): Promise<void>
  /** At the same address. */
  replug(): Promise<void>
  /** Shows these frames once, one after the other, and the last one from then on. */
  play(frames: readonly GrayPicture[]): void
  close(): Promise<void>
}

export interface SimCameraOptions {
  readonly width: number
  readonly height: number
  readonly fps: number
  /** Pixels a module of the phone's code. Default 4. */
  readonly scale?: number
  readonly timers: Timers
  /** [0, 1): the sensor's noise. */
  readonly random: () => number
}

const BOUNDARY = 'frame'
const STRAIGHT: PhonePose = { x: 0.5, y: 0.5, turnDegrees: 4 }

/** Listens on 127.0.0.1, on a port that is free. Draws nothing while nobody looks. */
export async function createSimCamera(options: SimCameraOptions): Promise<SimCamera> {
  const { width, height, fps, scale = 4, timers, random } = options
  const viewers = new Set<ServerResponse>()
  let phone: { readonly picture: GrayPicture; readonly pose: PhonePose } | undefined
  let played: readonly GrayPicture[] = []
  let playedAt = 0
  let stopWaiting: Unsubscribe = () => {}
  let drawing: Promise<void> | null = null
  let over = false
  let plugged = true

  const server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': `multipart/x-mixed-replace; boundary=${BOUNDARY}` })
    answer.on('error', () => {})
    answer.once('close', () => viewers.delete(answer))
    viewers.add(answer)
    tick()
  })
  server.on('connection', socket => {
    // The port stays its own: nobody else gets it meanwhile.
    if (!plugged) socket.destroy()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  function nextFrame(): GrayPicture {
    const frame = played[playedAt]
    if (frame === undefined) {
      return renderScene({ width, height, random, ...(phone === undefined ? {} : { phone }) })
    }
    playedAt = Math.min(playedAt + 1, played.length - 1)
    return frame
  }

  function tick(): void {
    if (drawing !== null || over || viewers.size === 0) return
    drawing = send().finally(() => {
      drawing = null
      stopWaiting()
      stopWaiting = timers.after(1000 / fps, tick)
    })
  }

  async function send(): Promise<void> {
    const { luma, ...size } = nextFrame()
    const jpeg = await sharp(luma, { raw: { ...size, channels: 1 } })
      .jpeg({ quality: 85 })
      .toBuffer()
    const head = `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`
    for (const viewer of viewers) {
      // A viewer that does not keep up misses frames, as at a real camera.
      if (viewer.writableLength === 0)
        viewer.write(Buffer.concat([Buffer.from(head), jpeg, Buffer.from('\r\n')]))
    }
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/video`,
    hold(text, pose = STRAIGHT) {
      played = []
      phone = { picture: phonePicture(text, scale), pose }
    },
    clear() {
      played = []
      phone = undefined
    },
    play(frames) {
      played = frames
      playedAt = 0
    },
    get plugged() {
      return plugged
    },
    async unplug() {
      plugged = false
      server.closeAllConnections()
    },
    async replug() {
      plugged = true
    },
    async close() {
      over = true
      await drawing
      stopWaiting()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
