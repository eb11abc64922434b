/** A source of frames in the test's hand, and pictures of codes for it. */
import encodeQR from 'qr'
import { createDeviceStates } from '../../../device-states.ts'
import { createListeners } from '../../../listeners.ts'
import type { DeviceState } from '../../../ports.ts'
import type { FrameSource, LumaFrame } from '../frames.ts'
import type { Picture } from '../picture.ts'

export interface HandSource extends FrameSource {
  show(picture: Picture, atMs: number): void
  become(state: DeviceState): void
  readonly isClosed: boolean
}

/** Ready at once. */
export function createHandSource(name = 'camera'): HandSource {
  const states = createDeviceStates()
  const frames = createListeners<[LumaFrame]>()
  let isClosed = false
  states.set({ state: 'ready' })
  return {
    name,
    show({ width, height, luma }, atMs) {
      frames.emit({ width, height, luma: new Uint8Array(luma), atMs })
    },
    become: states.set,
    onFrame: listener => frames.add(listener),
    onState: states.follow,
    async close() {
      isClosed = true
    },
    get isClosed() {
      return isClosed
    },
  }
}

/** A code in the middle of a grey picture. `scale`: pixels a module. */
export function codeOn(text: string, { width = 640, height = 480, scale = 4 } = {}): Picture {
  const luma = new Uint8Array(width * height).fill(128)
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: 4 })
  const side = modules.length * scale
  const left = Math.floor((width - side) / 2)
  const top = Math.floor((height - side) / 2)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const isDark = modules[Math.floor(y / scale)]?.[Math.floor(x / scale)]
      luma[(top + y) * width + left + x] = isDark ? 20 : 235
    }
  }
  return { width, height, luma }
}

/** A picture without a code. */
export function blank({ width = 640, height = 480, level = 128 } = {}): Picture {
  return { width, height, luma: new Uint8Array(width * height).fill(level) }
}
