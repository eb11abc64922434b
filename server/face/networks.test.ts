/** The networks in this process: what is computed in another way than face-api does it, beside face-api. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { concat, memory, tensor3d, tensor4d } from '@tensorflow/tfjs-core'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { createDescription } from './description.ts'
import { distance, lookAtFace } from './measure.ts'
import { type Face, loadNetworks } from './networks.ts'
import { type Picture, readPicture } from './picture.ts'
import { squareOf } from './square.ts'

const networks = await loadNetworks()
const { default: faceapi } = await import('@vladmandic/face-api/dist/face-api.node-wasm.js')
const { faceRecognitionNet } = faceapi.nets

async function pictureOf(name: string): Promise<Picture> {
  const picture = await readPicture(readFileSync(join(ROOT, 'fixtures/faces', `${name}.jpg`)))
  if (picture === undefined) throw new Error(`${name}: no picture`)
  return picture
}

const NAMES = ['d01-id', 'd01-live', 'd02-id'] as const

t.test('descriptions are face-api’s own, however many at once', async t => {
  const describe = createDescription(faceRecognitionNet.params)
  const squares = await Promise.all(
    NAMES.map(async name => {
      const picture = await pictureOf(name)
      const { width, height } = picture
      return squareOf(picture, { x: 0, y: 0, width, height }, 150, 'middle').values
    }),
  )
  const faces = tensor4d(
    squares.flatMap(values => [...values]),
    [NAMES.length, 150, 150, 3],
  )
  const all = await describe(faces).array()
  t.equal(all.length, NAMES.length)
  for (const [i, own] of all.entries()) {
    const face = tensor3d(squares[i] as Float32Array, [150, 150, 3])
    const theirs = await faceRecognitionNet.computeFaceDescriptor(face)
    t.equal(own.length, 128)
    const differences = own.map((one, n) => Math.abs(one - (theirs[n] ?? Number.NaN)))
    t.ok(Math.max(...differences) < 1e-5, `${NAMES[i]}: ${Math.max(...differences)}`)
    t.ok(Math.max(...own.map(Math.abs)) > 0.1)
  }
})

t.test('planes become pixels, and what is no plane is joined as ever', async t => {
  const plane = (...values: number[]) => tensor4d(values, [1, 2, 2, 1])
  const pixels = concat([plane(1, 2, 3, 4), plane(5, 6, 7, 8), plane(9, 10, 11, 12)], 3)
  t.same(pixels.shape, [1, 2, 2, 3])
  t.same([...(await pixels.data())], [1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12])
  const rows = concat([plane(1, 2, 3, 4), plane(5, 6, 7, 8)], 1)
  t.same([...(await rows.data())], [1, 2, 3, 4, 5, 6, 7, 8])
  const mixed = concat([tensor4d([1, 2], [1, 1, 1, 2]), tensor4d([3], [1, 1, 1, 1])], 3)
  t.same([...(await mixed.data())], [1, 2, 3])
})

t.test('looking at a picture leaves nothing in memory, and finds the same again', async t => {
  const picture = await pictureOf('d01-id')
  const look = async () => {
    const face = (await networks.find(picture)) as Face
    return { face, embeddings: await networks.describe([face, face]) }
  }
  const first = await look()
  const before = memory().numTensors
  const second = await look()
  t.equal(memory().numTensors, before)
  t.same(second, first)
  t.same(second.embeddings[0], second.embeddings[1])
  t.type(lookAtFace(picture, second.face), 'object')
})

t.test('each face has its own description, in order', async t => {
  const faces: Face[] = []
  for (const name of NAMES) faces.push((await networks.find(await pictureOf(name))) as Face)
  const all = await networks.describe(faces)
  t.equal(all.length, faces.length)
  for (const [i, face] of faces.entries()) {
    const [alone = []] = await networks.describe([face])
    const apart = all.map(one => distance(one, alone))
    t.ok((apart[i] ?? 1) < 1e-5, `${NAMES[i]}: ${apart}`)
    t.equal(apart.filter(one => one < 1e-5).length, 1)
  }
})
