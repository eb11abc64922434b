/** A camera on the network, good and bad, on a real socket: its frames, its faults, its recovery. */
import type { ServerResponse } from 'node:http'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { streamPictureBytesMax } from '../../limits.ts'
import { until } from '../../sim/until.ts'
import type { LumaFrame } from './frames.ts'
import { createMultipartParser } from './multipart.ts'
import { createFrameSource } from './source.ts'
import { openHttpCamera } from './testing/http-camera.ts'
import { quickParts } from './testing/quick-parts.ts'

const parts = quickParts(10)
const picture = (background: string) =>
  sharp({ create: { width: 16, height: 16, channels: 3, background } })
    .jpeg()
    .toBuffer()
const small = await picture('#00ff00')
const other = await picture('#10ff10')
const TYPE = { 'content-type': 'multipart/x-mixed-replace; boundary=frame' }
const part = (bytes: Uint8Array, head = `\r\nContent-Length: ${bytes.length}`) =>
  Buffer.concat([
    Buffer.from(`--frame\r\nContent-Type: image/jpeg${head}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])

/** The same picture, whose header says that it is of 60,000 × 60,000 pixels. */
function bomb(): Buffer {
  const bytes = Buffer.from(small)
  const sizes = bytes.indexOf(Buffer.from([0xff, 0xc0])) + 5
  bytes.writeUInt16BE(60_000, sizes)
  bytes.writeUInt16BE(60_000, sizes + 2)
  return bytes
}

type Answer = (answer: ServerResponse, times: number) => void

/** A camera at an address with a password in it; `answer` is told how often it was asked before. */
function follow(t: Test, answer: Answer) {
  let times = 0
  const at = { login: 'viewer:topsecret@', path: '/video?token=topsecret' }
  return openHttpCamera(t, at, (_, response) => answer(response, times++))
}

/** Sends these in turns. */
const again = (answer: ServerResponse, ...chunks: readonly Uint8Array[]) => {
  let sent = 0
  const timer = setInterval(() => answer.write(chunks[sent++ % chunks.length]), 5)
  answer.once('close', () => clearInterval(timer))
}

/** What a bad camera does, and the fault that it is told as. */
const FAULTS: Readonly<Record<string, readonly [code: string, Answer]>> = {
  'refuses the login': ['CAMERA_LOGIN', answer => answer.writeHead(403).end()],
  'sends elsewhere': [
    'CAMERA_REDIRECTS',
    answer => answer.writeHead(302, { location: '/b' }).end(),
  ],
  'answers with an error': ['CAMERA_REFUSES', answer => answer.writeHead(500).end()],
  'shows a page': [
    'CAMERA_CONTENT',
    answer => answer.writeHead(200, { 'content-type': 'text/html' }).end(),
  ],
  'names no type': ['CAMERA_CONTENT', answer => answer.writeHead(200).end()],
  'sends headers without end': [
    'CAMERA_HEADERS',
    answer => answer.writeHead(200, { ...TYPE, long: 'x'.repeat(20_000) }).end(),
  ],
  'sends headers of a picture without end': [
    'CAMERA_HEADERS',
    answer => answer.writeHead(200, TYPE).write(`--frame\r\n${'x'.repeat(9000)}`),
  ],
  'sends a picture without end': [
    'CAMERA_ENDLESS',
    answer => answer.writeHead(200, TYPE).write(part(Buffer.alloc(streamPictureBytesMax + 1), '')),
  ],
  'promises a picture without end': [
    'CAMERA_ENDLESS',
    answer => answer.writeHead(200, TYPE).write('--frame\r\nContent-Length: 999999999\r\n\r\nx'),
  ],
  'sends no mark at all': [
    'CAMERA_ENDLESS',
    answer => answer.writeHead(200, TYPE).write(Buffer.alloc(streamPictureBytesMax * 1.5)),
  ],
  'cuts its pictures off': [
    'PICTURE_BROKEN',
    answer => again(answer.writeHead(200, TYPE), part(small.subarray(0, small.length / 2))),
  ],
  'sends other files': [
    'PICTURE_BROKEN',
    answer =>
      again(
        answer.writeHead(200, TYPE),
        part(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')),
      ),
  ],
  'sends pictures of 60,000 × 60,000': [
    'PICTURE_TOO_LARGE',
    answer => again(answer.writeHead(200, TYPE), part(bomb())),
  ],
  'accepts and says nothing': ['CAMERA_STALLED', () => {}],
  'shows one picture and stands still': [
    'CAMERA_STALLED',
    answer => answer.writeHead(200, TYPE).write(Buffer.concat([part(small), part(small)])),
  ],
  'drips a picture': [
    'CAMERA_STALLED',
    answer => again(answer.writeHead(200, TYPE), Buffer.from('x')),
  ],
  'ends its stream': ['CAMERA_ENDED', answer => answer.writeHead(200, TYPE).end(part(small))],
  'breaks the line': [
    'CAMERA_ENDED',
    answer => {
      answer.writeHead(200, TYPE).write(part(small))
      answer.socket?.resetAndDestroy()
    },
  ],
}

for (const [does, [code, answer]] of Object.entries(FAULTS)) {
  t.test(`a camera that ${does} is lost, and found again`, async t => {
    const { states, frames, fault } = await follow(t, (response, times) => {
      if (times === 0) answer(response, times)
      else again(response.writeHead(200, TYPE), part(small), part(other))
    })
    await until('lost', () => fault() !== undefined)
    t.equal(fault()?.code, code)
    t.notMatch(
      `${fault()?.message} ${(fault()?.cause as Error | undefined)?.message}`,
      /topsecret|viewer/,
    )
    const before = frames.length
    await until('found again', () => states.at(-1)?.state === 'ready' && frames.length > before)
  })
}

t.test('pictures with a length and without, and still pictures, are frames', async t => {
  const answers: Readonly<Record<string, Answer>> = {
    length: answer => again(answer.writeHead(200, TYPE), part(small), part(other)),
    boundary: answer => again(answer.writeHead(200, TYPE), part(small, ''), part(other, '')),
    still: answer => answer.writeHead(200, { 'content-type': 'image/jpeg' }).end(small),
  }
  for (const [how, answer] of Object.entries(answers)) {
    const { frames, states } = await follow(t, answer)
    await until(how, () => frames.length >= 3)
    const { width, height, luma } = frames[0] as LumaFrame
    t.same([width, height, luma.length], [16, 16, 256], how)
    t.ok(
      luma.every(one => one > 120 && one < 250),
      'green is neither black nor white',
    )
    t.equal(states.at(-1)?.state, 'ready')
  }
})

t.test('a few broken pictures between good ones change nothing', async t => {
  const { frames, fault } = await follow(t, answer =>
    again(answer.writeHead(200, TYPE), part(bomb()), part(small), part(bomb()), part(other)),
  )
  await until('frames', () => frames.length >= 15)
  t.equal(fault(), undefined)
})

t.test('the newest part comes out of any split of the bytes', async t => {
  const pictures = [Buffer.from('one'), Buffer.from('\r\n\n--fram'), Buffer.alloc(300, 7)]
  const streams = {
    'with a length': pictures.map(one => part(one)),
    'without one': pictures.map(one => part(one, '')),
    'with LF': pictures.map(one =>
      Buffer.concat([Buffer.from('--frame\nX: y\n\n'), one, Buffer.from('\n')]),
    ),
  }
  for (const [how, bytes] of Object.entries(streams)) {
    const stream = Buffer.concat([Buffer.from('noise\r\n'), ...bytes, Buffer.from('--frame--\r\n')])
    for (const size of [1, 2, 3, 7, 50, 200]) {
      const parser = createMultipartParser('frame')
      const got: string[] = []
      for (let at = 0; at < stream.length; at += size) {
        const newest = parser.push(stream.subarray(at, at + size))
        if (newest !== null) got.push(Buffer.from(newest as Uint8Array).toString('latin1'))
      }
      const all = pictures.map(one => one.toString('latin1'))
      t.same(got, size < 50 ? all : all.filter(one => got.includes(one)), `${how}, by ${size}`)
      t.equal(got.at(-1), all.at(-1))
    }
  }
})

t.test('an address that is not HTTP is refused without being shown', async t => {
  for (const url of ['ftp://viewer:topsecret@camera', 'topsecret']) {
    try {
      createFrameSource({ type: 'mjpeg', url }, parts)
      t.fail('taken')
    } catch (error) {
      t.notMatch((error as Error).message, /topsecret/)
    }
  }
})
