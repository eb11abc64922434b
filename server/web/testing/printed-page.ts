/**
 * A page that Chromium printed to PDF (ISO 32000-1), as a picture: its filled black shapes, which a code is
 * made of, without text. Of the operators of a content stream those are followed that place and fill.
 */
import { inflateSync } from 'node:zlib'
import sharp from 'sharp'

/** Pixels for a point of 1/72 inch: 216 dpi, as a receipt printer has. */
const SCALE = 3
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0]

type Matrix = readonly [number, number, number, number, number, number]

export interface PrintedPage {
  readonly pages: number
  /** Millimetres. */
  readonly width: number
  readonly height: number
  readonly png: Uint8Array
}

/** Throws for what has no page. */
export async function printedPage(pdf: Uint8Array): Promise<PrintedPage> {
  const text = Buffer.from(pdf).toString('latin1')
  const [, x = '', y = ''] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text) ?? []
  const content = streamsOf(text).find(one => / cm\n/.test(one))
  if (content === undefined || x === '') throw new Error('no page in this PDF')
  const [width, height] = [Number(x), Number(y)]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width * SCALE}" height="${height * SCALE}"
    viewBox="0 0 ${width} ${height}"><rect width="100%" height="100%" fill="#fff"/>
    <g transform="matrix(1 0 0 -1 0 ${height})">${shapesOf(content)}</g></svg>`
  return {
    pages: Number(/\/Count (\d+)/.exec(text)?.[1]),
    width: (width / 72) * 25.4,
    height: (height / 72) * 25.4,
    png: await sharp(Buffer.from(svg)).png().toBuffer(),
  }
}

/** Compressed streams, opened; those that are no text are so much noise. */
function streamsOf(pdf: string): readonly string[] {
  const found = pdf.matchAll(/<<[^>]*\/FlateDecode[^>]*>>\s*stream\r?\n([\s\S]*?)endstream/g)
  return [...found].map(([, bytes = '']) =>
    inflateSync(Buffer.from(bytes, 'latin1')).toString('latin1'),
  )
}

/** As paths of an SVG, in points from the lower left corner. */
function shapesOf(content: string): string {
  const shapes: string[] = []
  const kept: Matrix[] = []
  let matrix = IDENTITY
  let fill = ''
  let path = ''
  let operands: number[] = []
  const run: Readonly<Record<string, (...given: number[]) => void>> = {
    q: () => void kept.push(matrix),
    Q: () => {
      matrix = kept.pop() ?? IDENTITY
    },
    cm: (...given) => {
      matrix = times(given as unknown as Matrix, matrix)
    },
    rg: (...given) => {
      fill = given.join(' ')
    },
    m: (x = 0, y = 0) => {
      path += `M${x} ${y}`
    },
    l: (x = 0, y = 0) => {
      path += `L${x} ${y}`
    },
    h: () => {
      path += 'Z'
    },
    re: (x = 0, y = 0, w = 0, h = 0) => {
      path += `M${x} ${y}h${w}v${h}h${-w}Z`
    },
    f: () => {
      if (fill === '0 0 0') shapes.push(`<path transform="matrix(${matrix.join()})" d="${path}"/>`)
      path = ''
    },
    n: () => {
      path = ''
    },
  }
  for (const token of content.split(/\s+/)) {
    if (/^[-+.\d]+$/.test(token)) operands.push(Number(token))
    else {
      run[token]?.(...operands)
      operands = []
    }
  }
  return shapes.join('')
}

/** What `first` does, and then `then`. */
function times([a, b, c, d, e, f]: Matrix, then: Matrix): Matrix {
  const [A, B, C, D, E, F] = then
  return [
    ...([a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D] as const),
    ...([e * A + f * C + E, e * B + f * D + F] as const),
  ]
}
