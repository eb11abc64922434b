/**
 * A camera on the network: an HTTP answer of JPEG pictures without end
 * (`multipart/x-mixed-replace`), or a still picture that is asked for again and again. While one
 * picture is decoded only the newest of the others is kept. Redirects are not followed: they could
 * lead anywhere in a station's network.
 */
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { DeviceError } from '../../errors.ts'
import { httpHeadBytesMax, snapshotMs, streamPictureBytesMax } from '../../limits.ts'
import type { Clock, Timers, Unsubscribe } from '../../ports.ts'
import {
  ended,
  endless,
  faultOfLogin,
  faultOfRequest,
  faultOfStatus,
  headersTooLong,
  notPictures,
} from './http-faults.ts'
import { createHttpLogin, credentialsOf } from './http-login.ts'
import { createMultipartParser } from './multipart.ts'
import { lumaOf, tooLarge } from './picture-luma.ts'
import type { Feed, FeedEvents } from './reopened-source.ts'

export interface MjpegConfig {
  readonly type: 'mjpeg'
  /** `http://` or `https://`, with name and password where the camera asks for them (Digest, Basic). */
  readonly url: string
}

export interface MjpegParts {
  readonly name: string
  readonly clock: Clock
  readonly timers: Timers
  /** [0, 1): what a login's client nonces are made of. */
  readonly random: () => number
}

/** Throws RangeError, which shows nothing of the URL, for one that is not HTTP. */
export function checkCameraUrl(url: string): void {
  const protocol = URL.parse(url)?.protocol
  if (protocol !== 'http:' && protocol !== 'https:') throw new RangeError('not an http(s) URL')
}

/** Asks at once. Memory: two pictures of the longest size, and the pixels of one. */
export function openMjpeg({ url }: MjpegConfig, parts: MjpegParts, events: FeedEvents): Feed {
  const { name, clock, timers } = parts
  const pictures = createPictureQueue(parts, events)
  const address = new URL(url)
  const login = createHttpLogin(credentialsOf(address), () => newCnonce(parts.random))
  address.username = ''
  address.password = ''
  const path = `${address.pathname}${address.search}`
  let running: ClientRequest | null = null
  let stopWaiting: Unsubscribe = () => {}
  let over = false

  function fail(error: DeviceError): void {
    if (over) return
    over = true
    running?.destroy()
    events.fault(error)
  }

  function ask(): void {
    const askedMs = clock.monotonicMs()
    const send = address.protocol === 'https:' ? requestHttps : requestHttp
    const authorization = login.answer('GET', path)
    const headers = authorization === undefined ? {} : { authorization }
    const request = send(address, { agent: false, maxHeaderSize: httpHeadBytesMax, headers })
    running = request
    const lose = (cause: Error) => {
      if (running === request) fail(faultOfRequest(name, url, cause))
    }
    request.on('error', lose)
    request.on('response', answer => {
      answer.on('error', lose)
      if (answer.statusCode === 401) enter(answer)
      else take(answer, askedMs)
    })
    request.end()
  }

  /** Asks again with a login where that may help. */
  function enter(answer: IncomingMessage): void {
    const next = login.challenged(answer.headersDistinct['www-authenticate'] ?? [])
    const refused = running
    if (next === 'ask') ask()
    else fail(faultOfLogin(name, url, next))
    refused?.destroy()
  }

  function take(answer: IncomingMessage, askedMs: number): void {
    const contentType = answer.headers['content-type'] ?? ''
    const boundary = /^multipart\/.*;\s*boundary="?([^\s";]{1,200})/i.exec(contentType)?.[1]
    const refused = faultOfStatus(name, url, answer.statusCode ?? 0)
    if (refused === null) login.accepted()
    if (refused !== null) fail(refused)
    else if (boundary !== undefined) takeStream(answer, boundary)
    else if (/^image\//i.test(contentType)) takeStill(answer, askedMs)
    else fail(notPictures(name, url, contentType))
  }

  function takeStream(answer: IncomingMessage, boundary: string): void {
    const parser = createMultipartParser(boundary)
    answer.on('data', (bytes: Buffer) => {
      if (over) return
      const part = parser.push(bytes)
      if (part === 'ENDLESS') fail(endless(name, url))
      else if (part === 'HEADERS') fail(headersTooLong(name, url))
      else if (part !== null) pictures.put(part)
    })
    answer.on('end', () => fail(ended(name, url)))
  }

  function takeStill(answer: IncomingMessage, askedMs: number): void {
    const chunks: Buffer[] = []
    let bytesCame = 0
    answer.on('data', (bytes: Buffer) => {
      bytesCame += bytes.length
      if (bytesCame > streamPictureBytesMax)
        fail(tooLarge(name, `over ${streamPictureBytesMax} bytes`))
      else chunks.push(bytes)
    })
    answer.on('end', () => {
      if (over) return
      pictures.put(Buffer.concat(chunks))
      const tookMs = clock.monotonicMs() - askedMs
      stopWaiting = timers.after(Math.max(0, snapshotMs - tookMs), ask)
    })
  }

  ask()
  return {
    async close() {
      over = true
      stopWaiting()
      running?.destroy()
      await pictures.close()
    },
  }
}

/** 128 bits in hexadecimal. */
function newCnonce(random: () => number): string {
  const words = Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32))
  return words.map(word => word.toString(16).padStart(8, '0')).join('')
}

/** Decodes one picture at a time, of those that wait the newest. */
function createPictureQueue(
  { name, clock }: Pick<MjpegParts, 'name' | 'clock'>,
  events: FeedEvents,
) {
  let waiting: { readonly bytes: Uint8Array; readonly atMs: number } | null = null
  let work: Promise<void> | null = null

  async function decode(): Promise<void> {
    for (let next = waiting; next !== null; next = waiting) {
      waiting = null
      try {
        events.frame({ ...(await lumaOf(name, next.bytes)), atMs: next.atMs })
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error
        events.dropped(error)
      }
    }
  }

  return {
    put(bytes: Uint8Array) {
      waiting = { bytes, atMs: clock.monotonicMs() }
      work ??= decode().finally(() => {
        work = null
      })
    },
    async close() {
      waiting = null
      await work
    },
  }
}
