/** A code as a drawing: QR (ISO/IEC 18004), one segment, error correction M. */
import encodeQR from 'qr'

/** Light modules around a code that nothing touches. */
const QUIET_MODULES = 4

export interface QrDrawing {
  /** Modules across, the quiet zone on both sides included. */
  readonly side: number
  /** Dark modules as the path of an SVG whose unit is a module: one run of a row, one rectangle. */
  readonly path: string
}

/** A pass. Throws when the text has characters outside the alphanumeric set. */
export const drawQr = (text: string): QrDrawing => draw(text, 'alphanumeric')

/** Any text, in UTF-8. */
export const drawQrOfBytes = (text: string): QrDrawing => draw(text, 'byte')

function draw(text: string, encoding: 'alphanumeric' | 'byte'): QrDrawing {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', encoding, border: QUIET_MODULES })
  return { side: rows.length, path: rows.map(runsOf).join('') }
}

function runsOf(row: readonly boolean[], y: number): string {
  let path = ''
  for (let x = 0; x < row.length; x++) {
    if (row[x] !== true) continue
    const from = x
    while (row[x + 1] === true) x++
    const width = x - from + 1
    path += `M${from} ${y}h${width}v1h-${width}z`
  }
  return path
}
