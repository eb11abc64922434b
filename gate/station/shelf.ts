/**
 * The station's files on disk: few, small, each replaced as a whole. Every one is written whole or
 * not at all and begins with the SHA-256 of the rest, so that a damaged one is detected.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder } from '../files/make-folder.ts'
import { isSetAside, trySetAside } from '../files/set-aside.ts'

export interface LoadedFile {
  readonly bytes?: Uint8Array
  /** `setAside` is undefined when it could not be moved. */
  readonly damage?: { readonly setAside: string | undefined }
}

export interface Shelf {
  /** At a start. A damaged file is set aside under a name with `nowMs` in it. Never throws. */
  load(name: string, nowMs: number): LoadedFile
  /** Undefined when there is none, or when it is damaged. */
  read(name: string): Promise<Uint8Array | undefined>
  /** Resolves once it is on disk. Rejects with the system's error; what was there stands. */
  write(name: string, bytes: Uint8Array): Promise<void>
  /** Drops all files but these, what is being written of them, and what was set aside. */
  keepOnly(names: ReadonlySet<string>): Promise<void>
}

const DIGEST_BYTES = 32
const PARTIAL = '.partial'
const PARTIAL_END = /\.partial$/

export function createShelf(folder: string): Shelf {
  const pathOf = (name: string): string => join(folder, name)

  return {
    load(name, nowMs) {
      const path = pathOf(name)
      if (!existsSync(path)) return {}
      try {
        const bytes = contentOf(readFileSync(path))
        if (bytes !== undefined) return { bytes }
      } catch {
        // Unreadable is damaged.
      }
      return { damage: { setAside: trySetAside(folder, name, nowMs) } }
    },
    async read(name) {
      try {
        return contentOf(await readFile(pathOf(name)))
      } catch {
        return undefined
      }
    },
    async write(name, bytes) {
      makeFolder(folder)
      const partial = pathOf(`${name}${PARTIAL}`)
      const file = await open(partial, 'w', 0o600)
      try {
        await file.writev([digestOf(bytes), bytes])
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(partial, pathOf(name))
    },
    async keepOnly(names) {
      const files = await readdir(folder).catch(() => [])
      const wanted = (file: string) => names.has(file.replace(PARTIAL_END, ''))
      const gone = files.filter(file => !wanted(file) && !isSetAside(file))
      await Promise.all(gone.map(file => rm(pathOf(file), { force: true })))
    },
  }
}

/** `files` outlive the shelf, as a folder does. Nothing of them is damaged. */
export function createMemoryShelf(files: Map<string, Uint8Array>): Shelf {
  const found = (name: string): LoadedFile => {
    const bytes = files.get(name)
    return bytes === undefined ? {} : { bytes }
  }
  return {
    load: found,
    read: async name => files.get(name),
    write: async (name, bytes) => void files.set(name, bytes),
    async keepOnly(names) {
      for (const name of [...files.keys()]) if (!names.has(name)) files.delete(name)
    },
  }
}

function contentOf(file: Buffer): Uint8Array | undefined {
  const bytes = new Uint8Array(file.subarray(DIGEST_BYTES))
  return digestOf(bytes).equals(file.subarray(0, DIGEST_BYTES)) ? bytes : undefined
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
