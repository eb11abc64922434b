/** The part of a picture that a deep look is spent on. */
import t from 'tap'
import { seeded } from '../../sim/seeded.ts'
import { busyArea, busyRegion } from './busy-region.ts'
import { blank, codeOn } from './testing/hand-source.ts'

t.test('a code before a wall is found whole, and most of the wall is left out', async t => {
  // Version 1 with its border, 4 pixels a module.
  const side = 29 * 4
  const picture = codeOn('RP1:ABC')
  const box = busyRegion(picture)
  if (box === null) throw new Error('nothing was found')
  t.ok(box.x <= 320 - side / 2 && box.x + box.width >= 320 + side / 2)
  t.ok(box.y <= 240 - side / 2 && box.y + box.height >= 240 + side / 2)
  t.ok(box.width * box.height < (640 * 480) / 4, `${box.width} × ${box.height}`)
})

t.test('a plain wall, noise all over and a picture smaller than a block have none', async t => {
  const random = seeded(1)
  const noise = blank()
  for (let at = 0; at < noise.luma.length; at += 1) noise.luma[at] = 256 * random()
  t.equal(busyRegion(blank()), null)
  t.equal(busyRegion(noise), null)
  t.equal(busyRegion(blank({ width: 9, height: 9 })), null)
})

/** A wall that a sensor sees. */
function wall(sigma: number) {
  const random = seeded(2)
  const picture = blank({ width: 800, height: 600 })
  for (let at = 0; at < picture.luma.length; at += 1) {
    const bell = random() + random() + random() + random() - 2
    picture.luma[at] = 110 + bell * Math.sqrt(3) * sigma
  }
  return picture
}

t.test(
  'the area has every code, also a dim one; of a wall with any noise there is none',
  async t => {
    for (const sigma of [0, 0.5, 1.5, 3, 6]) t.equal(busyArea(wall(sigma)), null, `${sigma}`)
    const noisy = wall(14)
    t.match(busyArea(noisy), { x: 0, y: 0, width: 800, height: 600 }, 'it may be a code all over')
    const both = wall(3)
    const code = codeOn('RP1:ABC')
    const [width, x] = [640, 300]
    for (const [dx, share] of [
      [-250, 1],
      [250, 0.15],
    ] as const) {
      for (let row = 200; row < 280; row += 1) {
        for (let column = x; column < x + 60; column += 1) {
          const level = code.luma[row * width + column] ?? 0
          both.luma[(row + 50) * 800 + column + 80 + dx] = 60 + (level - 60) * share
        }
      }
    }
    const area = busyArea(both)
    t.ok(area !== null && area.x <= 130 && area.x + area.width >= 690, JSON.stringify(area))
  },
)

t.test('a picture of a few blocks is looked at whole', async t => {
  const small = codeOn('RP1:ABC', { width: 64, height: 64, scale: 2 })
  t.match(busyArea(small), { x: 0, y: 0, width: 64, height: 64 })
})
