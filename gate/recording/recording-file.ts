/**
 * A recording's file in the data folder, for its own user alone. It has another name until it is whole;
 * of those that are whole the newest few stay.
 */
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RECORDING_ENDING } from '../contract/recording.ts'
import { RECORDINGS_KEPT } from '../limits.ts'

/** A file that is written from its beginning to its end. Each rejects as the disk does. */
export interface RecordingFile {
  /** Where it stands once it is whole. */
  readonly path: string
  append(text: string): Promise<void>
  /** It is whole: on disk, by its own name. */
  finish(): Promise<void>
  /** Nothing is left of it. */
  discard(): Promise<void>
}

export type CreateRecordingFile = (dataDir: string, nowMs: number) => Promise<RecordingFile>

const FOLDER = 'recordings'
const PARTIAL = '.partial'

/** `nowMs`, Unix milliseconds, names it. Takes away what an earlier process left half done. */
export async function createRecordingFile(dataDir: string, nowMs: number): Promise<RecordingFile> {
  const folder = join(dataDir, FOLDER)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await dropOld(folder)
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const path = join(folder, `${time}${RECORDING_ENDING}`)
  const partial = `${path}${PARTIAL}`
  const file = await open(partial, 'wx', 0o600)
  return {
    path,
    append: text => file.appendFile(text),
    async finish() {
      await file.sync()
      await file.close()
      await rename(partial, path)
    },
    async discard() {
      await file.close().catch(() => {})
      await rm(partial, { force: true })
    },
  }
}

/** Room for one more. */
async function dropOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).sort()
  const whole = names.filter(name => name.endsWith(RECORDING_ENDING))
  const gone = [
    ...names.filter(name => name.endsWith(`${RECORDING_ENDING}${PARTIAL}`)),
    ...whole.slice(0, Math.max(0, whole.length + 1 - RECORDINGS_KEPT)),
  ]
  for (const name of gone) await rm(join(folder, name), { force: true })
}
