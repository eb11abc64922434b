/** Each filter against its plain definition. */
import t from 'tap'
import { seeded } from '../../sim/seeded.ts'
import { busyRegion } from './busy-region.ts'
import type { Picture } from './picture.ts'
import { crop, enlarge, sharpen, shifted } from './picture-filters.ts'
import { blank, codeOn } from './testing/hand-source.ts'

const random = seeded(7)
const picture: Picture = {
  ...{ width: 13, height: 9 },
  luma: Uint8Array.from({ length: 13 * 9 }, () => Math.floor(random() * 256)),
}
const at = ({ luma, width, height }: Picture, x: number, y: number) =>
  luma[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))] ?? 0

function each({ width, height }: Picture, level: (x: number, y: number) => number): number[] {
  return Array.from({ length: width * height }, (_, i) => level(i % width, Math.floor(i / width)))
}

t.test('an unsharp mask', async t => {
  for (const [radius, amount] of [
    [1, 2],
    [3, 3],
    [5, -1],
  ] as const) {
    const sharp = sharpen(picture, radius, amount)
    const plain = each(picture, (x, y) => {
      let sum = 0
      for (let dy = -radius; dy <= radius; dy++) {
        for (let dx = -radius; dx <= radius; dx++) sum += at(picture, x + dx, y + dy)
      }
      const here = at(picture, x, y)
      return here + amount * (here - sum / (2 * radius + 1) ** 2)
    })
    const off = plain.map((level, i) =>
      Math.abs(Math.max(0, Math.min(255, level)) - (sharp.luma[i] ?? 0)),
    )
    t.ok(Math.max(...off) <= 0.51, `radius ${radius}`)
  }
})

t.test('twice as large', async t => {
  const large = enlarge(picture)
  t.match(large, { width: 26, height: 18 })
  const plain = each(large, (x, y) => {
    const [cx, cy] = [Math.floor(x / 2), Math.floor(y / 2)]
    const [nx, ny] = [cx + (x % 2 === 0 ? -1 : 1), cy + (y % 2 === 0 ? -1 : 1)]
    const near = 3 * at(picture, cx, cy) + at(picture, nx, cy)
    const next = 3 * at(picture, cx, ny) + at(picture, nx, ny)
    return (3 * near + next) / 16
  })
  t.ok(Math.max(...plain.map((level, i) => Math.abs(level - (large.luma[i] ?? 0)))) <= 0.5)
})

t.test('a part, and its codes back in the whole', async t => {
  const box = { x: 3, y: 2, width: 4, height: 5 }
  const part = crop(picture, box)
  t.strictSame(
    [...part.luma],
    each(part, (x, y) => at(picture, x + 3, y + 2)),
  )
  const code = { text: 'A', engine: 'zxing', corners: [{ x: 2, y: 4 }] } as const
  t.strictSame(shifted([code], box, 2)[0]?.corners, [{ x: 4, y: 4 }])
})

t.test('the region of a code, and none on a wall', async t => {
  const code = codeOn('RP1:'.padEnd(200, 'A'))
  const box = busyRegion(code)
  const side = 53 * 4
  t.ok(box !== null && box.x <= 320 - side / 2 && box.x + box.width >= 320 + side / 2)
  t.ok((box?.width ?? 0) < side * 1.6, `${box?.width} pixels for ${side}`)
  t.equal(busyRegion(blank()), null)
})
