/**
 * A simulated scanner: it decodes the picture it is shown, then sends text and suffix on its wire at
 * the line's own pace.
 */
import { readFile } from 'node:fs/promises'
import jsqrModule from 'jsqr'
import sharp from 'sharp'
import { pictureBytesMax, picturePixelsMax } from '../limits.ts'
import { connectGm65, type Gm65Registers } from './gm65-device.ts'
import type { DeviceWire } from './serial-wire.ts'

/** jsqr is CommonJS; its function is the default export of the module object. */
const jsQR = jsqrModule as unknown as typeof jsqrModule.default

export interface SimScanner {
  /** Decodes a picture (path or file bytes); the text it sent, or null when it saw no code. */
  showPng(picture: string | Uint8Array): Promise<string | null>
  /** Sends a text as if it had just been decoded. */
  sendText(text: string): void
}

export interface SimScannerOptions {
  /** Speaks the GM65 protocol with these registers; they decide mode, tail and AIM identifier. */
  readonly gm65?: Gm65Registers
  readonly wire: DeviceWire
  /** What ends a code. Default CR. */
  readonly suffix?: string
  /** What comes before a code, e.g. the AIM identifier `]Q1`. Default nothing. */
  readonly prefix?: string
}

export function createSimScanner(options: SimScannerOptions): SimScanner {
  const { wire, gm65, suffix = '\r', prefix = '' } = options
  if (gm65 !== undefined) connectGm65(wire, gm65)

  function sendText(text: string): void {
    if (gm65?.takesSetupCode(text)) return
    const framed = gm65?.frame(text) ?? `${prefix}${text}${suffix}`
    wire.write(Buffer.from(framed, 'latin1'))
  }

  return {
    async showPng(picture) {
      const text = await decodePicture(picture)
      if (text !== null) sendText(text)
      return text
    },
    sendText,
  }
}

/** The text of the QR code in a picture file, or null. Rejects for files that are no picture. */
export async function decodePicture(picture: string | Uint8Array): Promise<string | null> {
  const file = typeof picture === 'string' ? await readFile(picture) : picture
  if (file.length > pictureBytesMax) throw new RangeError(`picture over ${pictureBytesMax} bytes`)
  const { data, info } = await sharp(file, { limitInputPixels: picturePixelsMax ** 2 })
    .flatten({ background: 'white' })
    .ensureAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const code = jsQR(new Uint8ClampedArray(data), info.width, info.height, {
    inversionAttempts: 'attemptBoth',
  })
  return code === null || code.data === '' ? null : code.data
}
