/**
 * What a simulated camera sees: a hall with a sensor's noise, and a phone that is held up with a code
 * on its screen. Luma, row by row.
 */
import encodeQR from 'qr'

export interface GrayPicture {
  readonly width: number
  readonly height: number
  readonly luma: Uint8Array<ArrayBuffer>
}

/** Where the phone is held. */
export interface PhonePose {
  /** Of its middle, in shares of the picture's width and height; 0.5 is the middle. */
  readonly x: number
  readonly y: number
  readonly turnDegrees: number
}

export interface Scene {
  readonly width: number
  readonly height: number
  readonly phone?: { readonly picture: GrayPicture; readonly pose: PhonePose }
  /** [0, 1): the sensor's noise. A picture without noise is no camera's. */
  readonly random: () => number
}

const QUIET_MODULES = 4
const BODY = 25
const SCREEN = 230
const INK = 15
const NOISE = 8

/** A phone with the code of `text` on its screen, `scale` pixels a module. */
export function phonePicture(text: string, scale: number): GrayPicture {
  const modules = encodeQR(text, 'raw', {
    ecc: 'medium',
    encoding: 'alphanumeric',
    border: QUIET_MODULES,
  })
  const side = modules.length * scale
  const edge = 2 * scale
  const width = side + 2 * edge
  const height = Math.round(side * 1.6)
  const top = Math.round((height - side) / 2)
  const luma = new Uint8Array(width * height).fill(BODY)
  for (let y = edge; y < height - edge; y += 1) {
    luma.fill(SCREEN, y * width + edge, (y + 1) * width - edge)
    const row = modules[Math.floor((y - top) / scale)]
    if (row === undefined) continue
    for (let x = 0; x < side; x += 1) {
      if (row[Math.floor(x / scale)] === true) luma[y * width + edge + x] = INK
    }
  }
  return { width, height, luma }
}

/** One frame. */
export function renderScene({ width, height, phone, random }: Scene): GrayPicture {
  const luma = new Uint8Array(width * height)
  const turn = ((phone?.pose.turnDegrees ?? 0) * Math.PI) / 180
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const level =
        phone === undefined ? null : phoneLevel(phone, x, y, { width, height, cos, sin })
      luma[y * width + x] = (level ?? hallLevel(x / width, y / height)) + random() * NOISE
    }
  }
  return { width, height, luma }
}

interface View {
  readonly width: number
  readonly height: number
  readonly cos: number
  readonly sin: number
}

/** The phone's level at this pixel, between its own pixels by weight; null beside the phone. */
function phoneLevel(
  { picture, pose }: NonNullable<Scene['phone']>,
  x: number,
  y: number,
  { width, height, cos, sin }: View,
): number | null {
  const dx = x - pose.x * width
  const dy = y - pose.y * height
  const px = dx * cos + dy * sin + picture.width / 2
  const py = dy * cos - dx * sin + picture.height / 2
  if (px < 0 || py < 0 || px >= picture.width - 1 || py >= picture.height - 1) return null
  const at = Math.floor(py) * picture.width + Math.floor(px)
  const [fx, fy] = [px % 1, py % 1]
  const level = (offset: number) => picture.luma[at + offset] as number
  const upper = level(0) * (1 - fx) + level(1) * fx
  const lower = level(picture.width) * (1 - fx) + level(picture.width + 1) * fx
  return upper * (1 - fy) + lower * fy
}

/** A bright wall above a floor, and columns before it. */
function hallLevel(x: number, y: number): number {
  const column = x % 0.3 < 0.05 ? -40 : 0
  return y < 0.6 ? 150 + 40 * x + column : 80 + 30 * y
}
