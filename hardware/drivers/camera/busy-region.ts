/**
 * Where a code may be when none was decoded: the largest patch of a picture that is full of edges. A
 * code has edges all over, in two directions; a wall, a hand and the rim of a phone have few.
 */
import type { Box, Picture } from './picture.ts'

const BLOCK = 16
/** From the quiet blocks' edges to the busiest ones'. */
const SHARE_MIN = 0.4
/** A frame that is as busy everywhere is one code, or noise. */
const QUIET_MAX = 0.6
/** Levels between neighbours, mean over a block: less is nothing; of quiet blocks more is no noise. */
const EDGES_MIN = 2
const NOISE_MAX = 10
/** Quiet blocks to others that are noise too: nine of those that touch do not exceed it. */
const NOISE_SHARE = 0.66
/** Of the picture: a larger area saves nothing. */
const AREA_MAX = 0.7
/** A patch of fewer blocks is no code: 2 pixels a module make 9 × 9. */
const BLOCKS_MIN = 9

/** The largest patch with a margin around it. Null where nothing is busy enough. */
export function busyRegion(picture: Picture): Box | null {
  const blocks = blocksOf(picture)
  const { quiet, busiest } = blocks
  if (busiest < EDGES_MIN || quiet > busiest * QUIET_MAX) return null
  const patches = patchesOf(blocks, quiet + (busiest - quiet) * SHARE_MIN)
  return patches.length === 0 ? null : withMargin(patches.reduce(larger).box, picture)
}

/**
 * All of a picture that a code can be in, with a margin: every patch that differs from the noise, so
 * that no second code is overlooked. Null where there is none, as in most frames of a day: whatever
 * decodes needs not look. The whole picture where it is busy all over.
 */
export function busyArea(picture: Picture): Box | null {
  const { width, height } = picture
  const whole = { x: 0, y: 0, width, height }
  const blocks = blocksOf(picture)
  const { quiet, busiest } = blocks
  if (quiet > NOISE_MAX && quiet > busiest * QUIET_MAX) return whole
  const boxes = patchesOf(blocks, Math.max(EDGES_MIN, quiet / NOISE_SHARE)).map(({ box }) => box)
  if (boxes.length === 0) return quiet > NOISE_MAX ? whole : null
  const area = withMargin(boxes.reduce(around), picture)
  return area.width * area.height > width * height * AREA_MAX ? whole : area
}

interface Blocks {
  readonly columns: number
  readonly rows: number
  /** Of each block, row by row. */
  readonly edges: Float32Array
  /** Edges of the quiet blocks, and of the busiest. */
  readonly quiet: number
  readonly busiest: number
}

function blocksOf(picture: Picture): Blocks {
  const columns = Math.floor(picture.width / BLOCK)
  const rows = Math.floor(picture.height / BLOCK)
  const edges = edgesOf(picture, columns, rows)
  const [quiet = 0, busiest = 0] = quantiles(edges, [0.2, 0.98])
  return { columns, rows, edges, quiet, busiest }
}

/** Steps of a level; a block has at most 255 levels. */
const STEPS = 32

/** Below which these shares of the values are, to a step; in a tenth of the time of sorting them. */
function quantiles(edges: Float32Array, shares: readonly number[]): number[] {
  const counts = new Uint32Array(256 * STEPS)
  for (let at = 0; at < edges.length; at++) counts[Math.floor(edges[at]! * STEPS)]! += 1
  return shares.map(share => {
    const wanted = edges.length * share
    let step = 0
    for (let below = counts[0]!; below <= wanted && step < counts.length - 1; ) {
      step += 1
      below += counts[step]!
    }
    return step / STEPS
  })
}

/** Of a patch in blocks. */
function withMargin(patch: Box, { width, height }: Picture): Box {
  const margin = Math.ceil(Math.max(patch.width, patch.height) * 0.1) + 1
  const left = Math.max(0, patch.x - margin) * BLOCK
  const top = Math.max(0, patch.y - margin) * BLOCK
  return {
    ...{ x: left, y: top },
    width: Math.min(width, (patch.x + patch.width + margin) * BLOCK) - left,
    height: Math.min(height, (patch.y + patch.height + margin) * BLOCK) - top,
  }
}

/** For each block the smaller of its mean steps to the right and downwards. */
function edgesOf({ luma, width }: Picture, columns: number, rows: number): Float32Array {
  const edges = new Float32Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let right = 0
      let down = 0
      for (let y = 0; y < BLOCK - 2; y += 2) {
        const from = (row * BLOCK + y) * width + column * BLOCK
        for (let x = 0; x < BLOCK - 2; x += 2) {
          const here = luma[from + x]!
          right += Math.abs(here - luma[from + x + 2]!)
          down += Math.abs(here - luma[from + x + 2 * width]!)
        }
      }
      edges[row * columns + column] = Math.min(right, down) / (BLOCK / 2 - 1) ** 2
    }
  }
  return edges
}

interface Patch {
  readonly blocks: number
  readonly box: Box
}

const larger = (one: Patch, other: Patch) => (other.blocks > one.blocks ? other : one)

function around(one: Box, other: Box): Box {
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)]
  const right = Math.max(one.x + one.width, other.x + other.width)
  const bottom = Math.max(one.y + one.height, other.y + other.height)
  return { x, y, width: right - x, height: bottom - y }
}

/** Blocks that touch by a side and have so many edges at least; their boxes are in blocks. */
function patchesOf({ edges, columns, rows }: Blocks, least: number): Patch[] {
  const left = new Uint8Array(edges.length)
  for (let at = 0; at < edges.length; at++) left[at] = edges[at]! >= least ? 1 : 0
  const patches: Patch[] = []
  for (let start = 0; start < left.length; start++) {
    if (left[start] !== 1) continue
    const patch = takePatch(left, start, columns, rows)
    if (patch.length >= BLOCKS_MIN)
      patches.push({ blocks: patch.length, box: boxOf(patch, columns) })
  }
  return patches
}

function takePatch(left: Uint8Array, start: number, columns: number, rows: number): number[] {
  const patch = [start]
  left[start] = 0
  for (let i = 0; i < patch.length; i++) {
    const at = patch[i]!
    const x = at % columns
    const y = (at - x) / columns
    const beside = [
      x > 0 ? at - 1 : at,
      x < columns - 1 ? at + 1 : at,
      y > 0 ? at - columns : at,
      y < rows - 1 ? at + columns : at,
    ]
    for (const next of beside) {
      if (left[next] !== 1) continue
      left[next] = 0
      patch.push(next)
    }
  }
  return patch
}

function boxOf(patch: readonly number[], columns: number): Box {
  const xs = patch.map(at => at % columns)
  const ys = patch.map(at => Math.floor(at / columns))
  const [x, y] = [Math.min(...xs), Math.min(...ys)]
  return { x, y, width: Math.max(...xs) - x + 1, height: Math.max(...ys) - y + 1 }
}
