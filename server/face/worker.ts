/** The face check's own thread: one request in, one answer out, in order. */
import { parentPort } from 'node:worker_threads'
import { captureFault, judgeCapture, type Looked, pictureFault, refused } from './judge.ts'
import { measureFace } from './measure.ts'
import { loadNetworks, type Networks } from './networks.ts'
import { readPicture } from './picture.ts'
import type { Capture, Described, FaceOutcome } from './port.ts'

export type FaceRequest =
  | {
      readonly id: number
      readonly what: 'check'
      readonly onFile: Uint8Array
      readonly capture: Capture
    }
  | { readonly id: number; readonly what: 'describe'; readonly picture: Uint8Array }

/** `id` 0: the networks are loaded. */
export type FaceAnswer =
  | { readonly id: 0 }
  | { readonly id: number; readonly value: FaceOutcome | Described }
  | { readonly id: number; readonly fault: string }

const port = parentPort
if (port === null) throw new Error('the face check runs as a worker thread')

const networks = await loadNetworks()
let last = Promise.resolve()
port.on('message', (request: FaceRequest) => {
  last = last.then(async () => port.postMessage(await answer(networks, request)))
})
port.postMessage({ id: 0 } satisfies FaceAnswer)

async function answer(networks: Networks, request: FaceRequest): Promise<FaceAnswer> {
  const { id } = request
  try {
    const value =
      request.what === 'check' ? await check(networks, request) : await describe(networks, request)
    return { id, value }
  } catch (error) {
    return { id, fault: error instanceof Error ? error.message : String(error) }
  }
}

/** A picture with one face, measured. The quick detector first; what it misses gets the thorough one. */
async function look(networks: Networks, bytes: Uint8Array, thorough: boolean): Promise<Looked> {
  const picture = await readPicture(bytes)
  if (picture === undefined) return 'BAD_PICTURE'
  let found = thorough ? [] : await networks.find(picture, 'quick')
  if (found.length === 0) found = await networks.find(picture, 'thorough')
  const [face] = found
  if (face === undefined) return 'NO_FACE'
  return found.length > 1 ? 'SEVERAL_FACES' : measureFace(picture, face)
}

async function describe(
  networks: Networks,
  { picture }: { readonly picture: Uint8Array },
): Promise<Described> {
  const looked = await look(networks, picture, true)
  const reason = typeof looked === 'string' ? looked : undefined
  if (reason !== undefined) return { ok: false, reason }
  return { ok: true, embedding: (looked as Exclude<Looked, string>).embedding }
}

/** The capture first: what is wrong with it is said alike, and as soon, whatever is on file. */
async function check(
  networks: Networks,
  { onFile, capture }: { readonly onFile: Uint8Array; readonly capture: Capture },
): Promise<FaceOutcome> {
  const looked: Looked[] = []
  for (const { picture } of capture.frames) {
    const one = await look(networks, picture, false)
    looked.push(one)
    if (pictureFault(one) !== undefined) break
  }
  const fault = captureFault(capture, looked)
  if (fault !== undefined) return refused(fault)
  const filed = await describe(networks, { picture: onFile })
  return filed.ok
    ? judgeCapture(capture, looked, filed.embedding)
    : { challengePassed: true, matched: false, reason: 'ON_FILE' }
}
