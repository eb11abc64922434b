/** Pictures by file, folder or address, as luma. What can't be read has a code. */
import type { Dirent } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import sharp from 'sharp'
import type { Picture } from '../../hardware/drivers/camera/picture.ts'
import { decodeLuma } from '../../hardware/drivers/camera/picture-luma.ts'

export type ScanErrorCode =
  /** No file, folder or address of that name answers. */
  | 'NOT_FOUND'
  /** The system refuses to read it, or the server to send it. */
  | 'NOT_READABLE'
  /** Over `FILE_BYTES_MAX` bytes or `PIXELS_MAX` pixels. */
  | 'TOO_LARGE'
  /** None of the kinds that are read, or cut off. */
  | 'NOT_A_PICTURE'

export class ScanError extends Error {
  readonly code: ScanErrorCode

  constructor(code: ScanErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ScanError'
    this.code = code
  }
}

export const FILE_BYTES_MAX = 32 * 2 ** 20
/** A phone's camera has 12 to 50 million; a file of 100 kB may unpack to more than memory holds. */
export const PIXELS_MAX = 50_000_000
const FETCH_MS_MAX = 15_000
const DEPTH_MAX = 8
const KINDS = /\.(png|jpe?g|webp|gif|tiff?|avif|bmp)$/i

/** What one argument names: the name that is printed, and how its bytes come. */
export interface Named {
  readonly file: string
  read(): Promise<Uint8Array>
}

/** Of a folder every picture by name, folders in it included. Rejects with ScanError. */
export async function namedBy(argument: string): Promise<readonly Named[]> {
  if (/^https?:\/\//i.test(argument)) {
    return [{ file: argument, read: () => fetchBytes(argument) }]
  }
  const found = await stat(argument).catch(error => {
    throw fileError(argument, error)
  })
  if (!found.isDirectory()) return [{ file: argument, read: () => readBytes(argument) }]
  const paths = await picturesIn(argument, DEPTH_MAX)
  return paths.map(path => ({ file: relative(argument, path), read: () => readBytes(path) }))
}

async function picturesIn(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(error => {
    throw fileError(folder, error)
  })
  const paths: string[] = []
  for (const entry of entries.toSorted(byName)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && depth > 1) paths.push(...(await picturesIn(path, depth - 1)))
    else if (!entry.isDirectory() && KINDS.test(entry.name)) paths.push(path)
  }
  return paths
}

function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : 1
}

function fileError(path: string, error: { code?: string; message: string }): ScanError {
  if (error.code === 'ENOENT') return new ScanError('NOT_FOUND', `${path}: no such file`, error)
  return new ScanError('NOT_READABLE', `${path}: ${error.message}`, error)
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    await using file = await open(path)
    const { size } = await file.stat()
    if (size > FILE_BYTES_MAX) throw tooLarge(path)
    return await file.readFile()
  } catch (error) {
    throw error instanceof ScanError ? error : fileError(path, error as Error)
  }
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS_MAX) })
    if (!answer.ok) {
      const code = answer.status === 404 ? 'NOT_FOUND' : 'NOT_READABLE'
      throw new ScanError(code, `${url}: the server answers ${answer.status}`)
    }
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of answer.body ?? []) {
      bytes += chunk.length
      if (bytes > FILE_BYTES_MAX) throw tooLarge(url)
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    if (error instanceof ScanError) throw error
    const { message, cause } = error as Error
    const why = cause instanceof Error ? cause.message : message
    throw new ScanError('NOT_READABLE', `${url}: ${why}`, error)
  }
}

function tooLarge(name: string): ScanError {
  const most = `${FILE_BYTES_MAX / 2 ** 20} MB or ${PIXELS_MAX / 1e6} million pixels`
  return new ScanError('TOO_LARGE', `${basename(name)}: over ${most}`)
}

/** Upright by its EXIF mark, on white where it is transparent. Rejects with ScanError. */
export async function toPicture(file: string, bytes: Uint8Array): Promise<Picture> {
  try {
    const image = sharp(bytes, { limitInputPixels: PIXELS_MAX, failOn: 'truncated' })
    return await decodeLuma(image.autoOrient())
  } catch (error) {
    const { message } = error as Error
    if (/pixel limit/i.test(message)) throw tooLarge(file)
    throw new ScanError('NOT_A_PICTURE', `${file}: ${message.split('\n')[0]}`, error)
  }
}
