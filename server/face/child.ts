/**
 * The program of the face check's own process. Pictures are decoded here by native code, and may end
 * it: by a fault, by their memory, or by their time. It ends with the service, however that ends.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { isComplete } from './challenge.ts'
import type { Decoding, FaceAnswer, FaceRequest } from './child-protocol.ts'
import { captureFault, judgeCapture, type Looked, pictureFault, refused } from './judge.ts'
import { PICTURE_MS_MAX, PROCESS_LOOK_MS, PROCESS_MIB_MAX } from './limits.ts'
import { type FaceLook, type FaceMeasure, lookAtFace } from './measure.ts'
import { type Face, loadNetworks } from './networks.ts'
import { type Picture, photoOf, readPicture } from './picture.ts'
import { isAffordable, readHeader } from './picture-header.ts'
import type { Described, Embedding, FaceOutcome, PictureFault } from './port.ts'
import { printOf } from './print.ts'

const MIB = 1_048_576

/** Not by `process.exit`: that waits for a decoder at work. */
const endAtOnce = () => process.kill(process.pid, 'SIGKILL')

process.on('disconnect', endAtOnce)
// Signals to the whole group are the service's to handle: it lets open requests finish.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
yieldMemoryFirst()
// The cache of operations keeps decoders with their pictures.
sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp'].map(kind => `VipsForeignLoad${kind}Buffer`),
})

const networks = await loadNetworks()
// Compilers are slow the first time: that is no part of anybody's check.
await lookOne(await readPicture(readFileSync(join(import.meta.dirname, 'decoy.jpg'))))
let last = Promise.resolve()
process.on('message', (request: FaceRequest) => {
  last = last.then(async () => tell(await answer(request)))
})
tell({ id: 0 })

function tell(message: FaceAnswer): void {
  process.send?.(message)
}

/** Where the kernel must end something for want of memory, it is this. */
function yieldMemoryFirst(): void {
  if (process.platform !== 'linux') return
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // The bound of its own holds all the same.
  }
}

async function answer(request: FaceRequest): Promise<FaceAnswer> {
  const { id } = request
  try {
    const value = request.what === 'check' ? await check(request) : await describe(request)
    return { id, value, rssMib: process.memoryUsage.rss() / MIB }
  } catch (error) {
    return { id, fault: error instanceof Error ? error.message : String(error) }
  }
}

/** Past its time or memory the process ends. */
async function decode(
  id: number,
  bytes: Uint8Array,
  whose: Exclude<Decoding, 'none'>,
): Promise<Picture | undefined> {
  const until = performance.now() + PICTURE_MS_MAX
  tell({ id, decoding: whose })
  const watch = setInterval(() => {
    const isPast = performance.now() > until
    if (isPast || process.memoryUsage.rss() > PROCESS_MIB_MAX * MIB) endAtOnce()
  }, PROCESS_LOOK_MS)
  try {
    return await readPicture(bytes)
  } finally {
    clearInterval(watch)
    tell({ id, decoding: 'none' })
  }
}

/** What is sent must be affordable; what is on file was looked at when it came there. */
async function decodeSent(id: number, bytes: Uint8Array): Promise<Picture | undefined> {
  const header = readHeader(bytes)
  return header && isAffordable(header) ? decode(id, bytes, 'sent') : undefined
}

/** A face as it was found, and its measures. */
interface Seen {
  readonly face: Face
  readonly measures: FaceLook
}

/** A picture with one face, measured, not yet described. */
async function look(picture: Picture | undefined): Promise<Seen | PictureFault> {
  if (picture === undefined) return 'BAD_PICTURE'
  const face = await networks.find(picture)
  if (face === 'none') return 'NO_FACE'
  return face === 'several' ? 'SEVERAL_FACES' : { face, measures: lookAtFace(picture, face) }
}

/** All of them at once. */
async function described(seen: readonly Seen[]): Promise<FaceMeasure[]> {
  const embeddings = await networks.describe(seen.map(({ face }) => face))
  return seen.map(({ measures }, i) => ({ ...measures, embedding: embeddings[i] as Embedding }))
}

async function lookOne(picture: Picture | undefined): Promise<Looked> {
  const seen = await look(picture)
  return typeof seen === 'string' ? seen : ((await described([seen]))[0] as FaceMeasure)
}

async function describe({
  id,
  picture: bytes,
}: Extract<FaceRequest, { what: 'describe' }>): Promise<Described> {
  const picture = await decodeSent(id, bytes)
  const looked = await lookOne(picture)
  if (picture === undefined) return { ok: false, reason: 'BAD_PICTURE' }
  if (typeof looked === 'string') return { ok: false, reason: looked }
  return { ok: true, embedding: looked.embedding, photo: await photoOf(picture) }
}

/** The capture first: what is wrong with it is said alike, and as soon, whatever is on file. */
async function check({
  id,
  onFile,
  capture,
}: Extract<FaceRequest, { what: 'check' }>): Promise<FaceOutcome> {
  if (!isComplete(capture)) return refused('INCOMPLETE')
  const seen: Seen[] = []
  const prints: Uint8Array[] = []
  for (const { picture: sent } of capture.frames) {
    const picture = await decodeSent(id, sent)
    if (picture !== undefined) prints.push(printOf(picture))
    const one = await look(picture)
    const bad = pictureFault(typeof one === 'string' ? one : one.measures)
    if (bad !== undefined) return refused(bad)
    seen.push(one as Seen)
  }
  const looked = await described(seen)
  const fault = captureFault(capture, looked)
  if (fault !== undefined) return refused(fault)
  const filed = await lookOne(await decode(id, onFile, 'on file'))
  return typeof filed === 'string'
    ? { challengePassed: true, matched: false, reason: 'ON_FILE', prints }
    : { ...judgeCapture(capture, looked, filed.embedding), prints }
}
