/**
 * ZXing-C++ as WebAssembly (zxing-wasm, reader build), on luma. The package's own `readBarcodes` takes
 * RGBA only and keeps memory with each call; what it is made of takes one byte a pixel.
 * `readBarcodesFromPixmap` is marked internal, so the package's version is exact, and a test holds it.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  binarizers,
  characterSets,
  defaultReaderOptions,
  eanAddOnSymbols,
  encodeFormats,
  prepareZXingModule,
  textModes,
  type ZXingReaderModule,
  type ZXingReaderOptions,
  type ZXingReadResult,
} from 'zxing-wasm/reader'
import type { Engine, FoundCode, Threshold } from './picture.ts'

/** Two codes in one frame are told from one; which is taken is not the engine's affair. */
const CODES_MAX = 2

/** Complete: a field that is left out is not its default, it is nought. */
const LOCAL: ZXingReaderOptions = {
  ...defaultReaderOptions,
  formats: encodeFormats(['QRCode']),
  binarizer: binarizers.indexOf('LocalAverage'),
  eanAddOnSymbol: eanAddOnSymbols.indexOf('Ignore'),
  textMode: textModes.indexOf('Plain'),
  characterSet: characterSets.indexOf('Unknown'),
  maxNumberOfSymbols: CODES_MAX,
  tryHarder: true,
  tryInvert: true,
  tryRotate: false,
  tryDownscale: true,
}

const OPTIONS: Readonly<Record<Threshold, ZXingReaderOptions>> = {
  local: LOCAL,
  global: { ...LOCAL, binarizer: binarizers.indexOf('GlobalHistogram') },
}

/** What the package's types leave out. `HEAPU8` is another view after the memory has grown. */
interface Module extends Pick<ZXingReaderModule, 'readBarcodesFromPixmap'> {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(pointer: number): void
}

/** Rejects where WebAssembly is missing, or does not start. */
export async function openZxing(): Promise<Engine> {
  const wasm = new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))
  const file = await readFile(fileURLToPath(wasm))
  const module = await prepareZXingModule({
    // Without it the module is fetched from a server.
    overrides: { wasmBinary: new Uint8Array(file).buffer },
    fireImmediately: true,
  })
  return createEngine(module as unknown as Module)
}

function createEngine(module: Module): Engine {
  let pointer = 0
  let room = 0

  /** Memory grows with the largest picture and is kept. */
  function place(bytes: Uint8Array): void {
    if (bytes.length > room) {
      if (pointer !== 0) module._free(pointer)
      pointer = module._malloc(bytes.length)
      room = bytes.length
    }
    module.HEAPU8.set(bytes, pointer)
  }

  return {
    name: 'zxing',
    decode({ luma, width, height }, threshold = 'local') {
      place(luma.subarray(0, width * height))
      const results = module.readBarcodesFromPixmap(pointer, width, height, OPTIONS[threshold])
      try {
        return Array.from({ length: results.size() }, (_, i) => results.get(i)).flatMap(found)
      } finally {
        ;(results as unknown as { delete(): void }).delete()
      }
    },
  }
}

function found(result: ZXingReadResult | undefined): FoundCode[] {
  if (result === undefined || !result.isValid || result.text === '') return []
  const { topLeft, topRight, bottomRight, bottomLeft } = result.position
  const corners = [topLeft, topRight, bottomRight, bottomLeft].map(({ x, y }) => ({ x, y }))
  return [{ text: result.text, engine: 'zxing', corners }]
}
