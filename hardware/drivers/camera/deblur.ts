/**
 * Takes blur out of a picture by Wiener's filter, cut to a few taps. Two kinds are known: of a phone
 * that moved while the shutter was open, a mean over a line; and of a lens out of focus, a bell.
 *
 * Along the motion a picture has the fewest edges: the direction is the weak axis of its structure
 * tensor (a code has as many edges in one direction as in any other). The length is tried.
 */
import type { Picture } from './picture.ts'

/** Noise to signal, as power: a phone's screen has a hundred times the contrast of the noise. */
const NOISE = 0.01
/** Taps to each side, in lengths of the motion and in sigmas of the bell. */
const REACH_LENGTHS = 4
const REACH_SIGMAS = 6

/** Radians, from the row's direction towards the columns'. */
export function blurDirection({ luma, width, height }: Picture): number {
  let xx = 0
  let xy = 0
  let yy = 0
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x
      const dx = luma[at + 1]! - luma[at - 1]!
      const dy = luma[at + width]! - luma[at - width]!
      xx += dx * dx
      xy += dx * dy
      yy += dy * dy
    }
  }
  // The strong axis is at half the angle of (xx − yy, 2 xy); the weak one stands upright on it.
  return Math.atan2(2 * xy, xx - yy) / 2 + Math.PI / 2
}

/** `length`: pixels that the picture moved, 1 and up. */
export function undoMotion(picture: Picture, direction: number, length: number): Picture {
  // One tap for each column that the line crosses, or for each row where it is steep.
  const steep = Math.max(Math.abs(Math.cos(direction)), Math.abs(Math.sin(direction)))
  const crossed = length * steep
  const taps = wienerTaps(Math.ceil(crossed * REACH_LENGTHS), omega => {
    const phase = (omega * crossed) / 2
    return phase === 0 ? 1 : Math.sin(phase) / phase
  })
  return filterAlong(picture, direction, taps)
}

/** `sigma`: of the bell, pixels. */
export function refocus(picture: Picture, sigma: number): Picture {
  const taps = wienerTaps(Math.ceil(sigma * REACH_SIGMAS), omega =>
    Math.exp(-((sigma * omega) ** 2) / 2),
  )
  return filterAlong(filterAlong(picture, 0, taps), Math.PI / 2, taps)
}

/** The rim, where the line leaves the picture, stays as it is. */
function filterAlong(picture: Picture, direction: number, taps: Float64Array): Picture {
  const { luma, width, height } = picture
  const [dx, dy] = [Math.cos(direction), Math.sin(direction)]
  const isFlat = Math.abs(dx) >= Math.abs(dy)
  const reach = (taps.length - 1) / 2
  const border = reach + 1
  const steps = Array.from(taps, (weight, i) => {
    const along = i - reach
    const beside = along * (isFlat ? dy / dx : dx / dy)
    const whole = Math.floor(beside)
    const at = isFlat ? whole * width + along : along * width + whole
    return { at, next: isFlat ? width : 1, weight, share: beside - whole }
  })
  const out = new Uint8ClampedArray(luma.subarray(0, width * height))
  const sums = new Float32Array(width)
  for (let y = border; y < height - border; y++) {
    sums.fill(0)
    const row = y * width
    for (const { at, next, weight, share } of steps) {
      const [here, there] = [weight * (1 - share), weight * share]
      for (let x = border, from = row + x + at; x < width - border; x++, from++) {
        sums[x]! += here * luma[from]! + there * luma[from + next]!
      }
    }
    if (border < width - border) out.set(sums.subarray(border, width - border), row + border)
  }
  return { width, height, luma: new Uint8Array(out.buffer) }
}

/** The inverse of what passes at each frequency, damped where nothing does. Sums to 1. */
function wienerTaps(reach: number, passedAt: (omega: number) => number): Float64Array {
  const points = 8 * reach
  const taps = new Float64Array(2 * reach + 1)
  for (let k = 0; k < points; k++) {
    const turn = (2 * Math.PI * k) / points
    const omega = k <= points / 2 ? turn : turn - 2 * Math.PI
    const passed = passedAt(omega)
    const gain = passed / (passed * passed + NOISE)
    for (let i = -reach; i <= reach; i++) taps[i + reach]! += (gain * Math.cos(omega * i)) / points
  }
  const sum = taps.reduce((all, tap) => all + tap, 0)
  return taps.map(tap => tap / sum)
}
