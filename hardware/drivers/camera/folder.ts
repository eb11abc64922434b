/**
 * A watched folder as a camera: each picture that is put there is one frame. Files that were there
 * before are not looked at. A file is read once its size and time have stood still from one look to
 * the next, and waited for some time longer while it is cut off. One that is replaced is a new one.
 */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DeviceError } from '../../errors.ts'
import { folderFilesMax, folderLookMs, halfFileMsMax, pictureBytesMax } from '../../limits.ts'
import type { Clock, Timers, Unsubscribe } from '../../ports.ts'
import { lumaOf, tooLarge } from './picture-luma.ts'
import type { Feed, FeedEvents } from './reopened-source.ts'

export interface FolderConfig {
  readonly type: 'folder'
  readonly path: string
}

export interface FolderParts {
  readonly name: string
  readonly clock: Clock
  readonly timers: Timers
}

interface SeenFile {
  /** Size and time of change: of another pair it is another picture. */
  readonly mark: string
  readonly atMs: number
  readonly firstMs: number
  readonly done: boolean
}

const PICTURES = /\.(jpe?g|png|webp)$/i

/** Looks at once and every 200 ms. Memory: a line for each file, and one picture. */
export function openFolder({ path }: FolderConfig, parts: FolderParts, events: FeedEvents): Feed {
  const { name, clock, timers } = parts
  let seen = new Map<string, SeenFile>()
  let isFirst = true
  let over = false
  let stopWaiting: Unsubscribe = () => {}

  async function look(): Promise<void> {
    const names = (await readdir(path)).filter(file => PICTURES.test(file))
    if (names.length > folderFilesMax) throw tooMany(name, path)
    const now = new Map<string, SeenFile>()
    const still: { readonly file: string; readonly changedMs: number }[] = []
    for (const file of names) {
      const stat = await lstat(join(path, file)).catch(() => null)
      if (stat === null || !stat.isFile()) continue
      const mark = `${stat.ino} ${stat.size} ${stat.mtimeMs}`
      const before = seen.get(file)
      const isSame = before?.mark === mark
      const atMs = clock.monotonicMs()
      const firstMs = before !== undefined && !before.done ? before.firstMs : atMs
      now.set(file, isSame ? before : { mark, atMs, firstMs, done: isFirst })
      if (isSame && !before.done) still.push({ file, changedMs: stat.mtimeMs })
    }
    seen = now
    if (isFirst) events.ready()
    isFirst = false
    still.sort((a, b) => a.changedMs - b.changedMs || (a.file < b.file ? -1 : 1))
    for (const { file } of still) if (!over) await take(file)
  }

  async function take(file: string): Promise<void> {
    const known = seen.get(file) as SeenFile
    const isLate = clock.monotonicMs() - known.firstMs > halfFileMsMax
    try {
      const frame = await readPictureFile(name, join(path, file))
      seen.set(file, { ...known, done: true })
      if (!over) events.frame({ ...frame, atMs: clock.monotonicMs() })
    } catch (error) {
      // Gone again, or half of it: the next look tells.
      if (!(error instanceof DeviceError)) return
      if (error.code === 'PICTURE_BROKEN' && !isLate) return
      seen.set(file, { ...known, done: true })
      events.dropped(error)
    }
  }

  async function watch(): Promise<void> {
    try {
      await look()
    } catch (error) {
      if (!over) events.fault(error instanceof DeviceError ? error : noFolder(name, path, error))
      return
    }
    if (!over) stopWaiting = timers.after(folderLookMs, next)
  }

  let working = Promise.resolve()
  const next = () => {
    working = watch()
  }
  next()
  return {
    async close() {
      over = true
      stopWaiting()
      await working
    },
  }
}

/** Rejects with DeviceError PICTURE_BROKEN or PICTURE_TOO_LARGE, or the system's error. */
export async function readPictureFile(name: string, path: string) {
  const { size } = await lstat(path)
  if (size > pictureBytesMax) throw tooLarge(name, `${size} bytes`)
  return lumaOf(name, await readFile(path))
}

function noFolder(name: string, path: string, cause: unknown): DeviceError {
  const isDenied = (cause as NodeJS.ErrnoException).code === 'EACCES'
  const remedy = isDenied
    ? "give this program's user access to the folder"
    : 'make the folder, or mend the path in the config'
  return new DeviceError(
    isDenied ? 'DEVICE_DENIED' : 'DEVICE_MISSING',
    name,
    `${name}: the folder ${path} can't be read; ${remedy}`,
    cause,
  )
}

function tooMany(name: string, path: string): DeviceError {
  return new DeviceError(
    'CAMERA_FOLDER_FULL',
    name,
    `${name}: the folder ${path} has over ${folderFilesMax} pictures; take old ones out of it`,
  )
}
