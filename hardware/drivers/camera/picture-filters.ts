/** What makes a code easier to decode: cut out, enlarged, sharpened. Pure: each gives a new picture. */
import type { Box, FoundCode, Picture } from './picture.ts'

export function crop({ luma, width }: Picture, box: Box): Picture {
  const out = new Uint8Array(box.width * box.height)
  for (let y = 0; y < box.height; y++) {
    const from = (box.y + y) * width + box.x
    out.set(luma.subarray(from, from + box.width), y * box.width)
  }
  return { width: box.width, height: box.height, luma: out }
}

/** Twice as wide and high, bilinear: each new pixel is 3/4 of the nearest and 1/4 of the next. */
export function enlarge({ luma, width, height }: Picture): Picture {
  const wide = width * 2
  const rows = new Uint16Array(wide * height)
  for (let y = 0; y < height; y++) {
    const from = y * width
    for (let x = 0; x < width; x++) {
      const here = luma[from + x]! * 3
      const at = y * wide + 2 * x
      rows[at] = here + luma[from + Math.max(0, x - 1)]!
      rows[at + 1] = here + luma[from + Math.min(width - 1, x + 1)]!
    }
  }
  const out = new Uint8Array(wide * height * 2)
  for (let y = 0; y < height; y++) {
    const here = y * wide
    const above = Math.max(0, y - 1) * wide
    const below = Math.min(height - 1, y + 1) * wide
    const at = 2 * y * wide
    for (let x = 0; x < wide; x++) {
      const level = rows[here + x]! * 3
      out[at + x] = (level + rows[above + x]! + 8) >> 4
      out[at + wide + x] = (level + rows[below + x]! + 8) >> 4
    }
  }
  return { width: wide, height: height * 2, luma: out }
}

/**
 * Unsharp mask: what differs from the mean of the (2 × `radius` + 1)² pixels around is told `amount`
 * times more.
 */
export function sharpen(picture: Picture, radius: number, amount: number): Picture {
  const { luma, width, height } = picture
  const across = sumsAcross(picture, radius)
  const out = new Uint8ClampedArray(width * height)
  const sums = new Uint32Array(width)
  const share = amount / (2 * radius + 1) ** 2
  const addRow = (y: number, sign: number) => {
    const row = Math.max(0, Math.min(height - 1, y)) * width
    for (let x = 0; x < width; x++) sums[x]! += sign * across[row + x]!
  }
  for (let y = -radius; y < radius; y++) addRow(y, 1)
  for (let y = 0; y < height; y++) {
    addRow(y + radius, 1)
    for (let x = 0, at = y * width; x < width; x++, at++) {
      out[at] = luma[at]! * (1 + amount) - sums[x]! * share
    }
    addRow(y - radius, -1)
  }
  return { width, height, luma: new Uint8Array(out.buffer) }
}

/** Of each pixel and `radius` pixels to both sides; the sum runs, so the radius costs nothing. */
function sumsAcross({ luma, width, height }: Picture, radius: number): Uint16Array {
  const sums = new Uint16Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = y * width
    let sum = luma[row]! * radius
    for (let x = 0; x < radius; x++) sum += luma[row + Math.min(x, width - 1)]!
    for (let x = 0; x < width; x++) {
      sum += luma[row + Math.min(x + radius, width - 1)]!
      sums[row + x] = sum
      sum -= luma[row + Math.max(x - radius, 0)]!
    }
  }
  return sums
}

/** From a part of a picture back into the whole: `scale` pixels of the part make one of the whole. */
export function shifted(codes: readonly FoundCode[], { x, y }: Box, scale: number): FoundCode[] {
  return codes.map(code => ({
    ...code,
    corners: code.corners.map(at => ({ x: at.x / scale + x, y: at.y / scale + y })),
  }))
}
