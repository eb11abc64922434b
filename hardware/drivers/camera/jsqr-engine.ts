/** jsQR: for boards without WebAssembly. Plain JavaScript, some twenty times slower. */
import jsqrModule from 'jsqr'
import type { Engine, Picture } from './picture.ts'

/** jsqr is CommonJS; its function is the default export of the module object. */
const jsQR = jsqrModule as unknown as typeof jsqrModule.default

export function createJsqr(): Engine {
  let rgba = new Uint8ClampedArray(0)
  return {
    name: 'jsqr',
    decode(picture) {
      const { width, height } = picture
      if (rgba.length !== width * height * 4) rgba = new Uint8ClampedArray(width * height * 4)
      fillRgba(rgba, picture)
      // Options of one call are those of the next: each names what it needs.
      const code = jsQR(rgba, width, height, { inversionAttempts: 'attemptBoth' })
      if (code === null || code.data === '') return []
      const { topLeftCorner, topRightCorner, bottomRightCorner, bottomLeftCorner } = code.location
      const corners = [topLeftCorner, topRightCorner, bottomRightCorner, bottomLeftCorner]
      return [{ text: code.data, engine: 'jsqr', corners: corners.map(({ x, y }) => ({ x, y })) }]
    },
  }
}

function fillRgba(rgba: Uint8ClampedArray, { luma }: Picture): void {
  const words = new Uint32Array(rgba.buffer)
  for (let i = 0; i < words.length; i++) words[i] = 0xff000000 | ((luma[i] as number) * 0x010101)
}
