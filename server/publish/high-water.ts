/**
 * What this replica has published at the most, kept outside the database: so that an old copy of the
 * database is known as one when a service is started over it. A small file beside the online keys,
 * under a MAC by the service's secret, written before what it says is served. A copy may be brought
 * back under another name or address, so there is one file for whatever database is configured.
 */
import { timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Random, systemRandom } from '../clock.ts'
import { StartError } from '../errors.ts'
import { errorFields, type Log } from '../ops/log.ts'
import type { Secrets } from '../secrets.ts'
import { MARK_BYTES_MAX } from '../store/engine/limits.ts'
import { type HighWater, readPlaces } from '../store/publish/high-water.ts'
import type { Database } from '../store/schema/schema.ts'

/** Its name in the folder of the online keys. */
export const MARK_NAME = 'published.mark'

export const markFileIn = (keysFolder: string): string => join(keysFolder, MARK_NAME)

export interface HighWaterMark {
  readonly file: string
  /** `none`: there is no file. `damaged`: it is none of this service's. */
  read(): HighWater | 'none' | 'damaged'
  /** Writes what is higher than was written by this process. Throws the system's error. */
  raise(to: HighWater): Promise<void>
}

const schema = z.strictObject({
  manifestVersion: z.int().min(0),
  list: z.int().min(0),
  next: z.int().min(0),
  mac: z.string().max(64),
})

/** Whether `a` lies beyond `b` anywhere. */
export function isBeyond(a: HighWater, b: HighWater): boolean {
  const list = a.list > b.list || (a.list === b.list && a.next > b.next)
  return a.manifestVersion > b.manifestVersion || list
}

export function createHighWaterMark(
  file: string,
  secrets: Secrets,
  random: Random = systemRandom,
): HighWaterMark {
  let written: HighWater | undefined
  let writing: Promise<void> = Promise.resolve()

  const macOf = ({ manifestVersion, list, next }: HighWater) =>
    secrets.mac('high-water', `${manifestVersion} ${list} ${next}`)

  function read(): HighWater | 'none' | 'damaged' {
    let text: string
    try {
      text = readFileSync(file, 'latin1')
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'none' : 'damaged'
    }
    try {
      if (text.length > MARK_BYTES_MAX) return 'damaged'
      const { mac, ...mark } = schema.parse(JSON.parse(text))
      const given = Buffer.from(mac, 'base64url')
      const right = macOf(mark)
      return given.length === right.length && timingSafeEqual(given, right) ? mark : 'damaged'
    } catch {
      return 'damaged'
    }
  }

  async function write(to: HighWater): Promise<void> {
    if (written !== undefined && !isBeyond(to, written)) return
    const draft = `${file}.${random.bytes(4).toString('hex')}`
    try {
      const text = { ...to, mac: macOf(to).toString('base64url') }
      // No sync: what a power cut takes of it makes it lower, or missing, and that is told.
      await writeFile(draft, `${JSON.stringify(text)}\n`, { mode: 0o600, flag: 'wx' })
      await rename(draft, file)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
    written = to
  }

  return {
    file,
    read,
    raise(to) {
      const done = writing.then(() => write(to))
      writing = done.catch(() => {})
      return done
    },
  }
}

/**
 * Refuses a database that ends before the mark. Throws StartError `WENT_BACK`, which says how to go
 * on. Gives what is to be told of the mark itself, if anything.
 */
export function demandNotBefore(
  mark: HighWaterMark,
  database: HighWater,
): 'none' | 'damaged' | undefined {
  const found = mark.read()
  if (typeof found === 'string') return found
  if (!isBeyond(found, database)) return undefined
  const had = ({ manifestVersion, list, next }: HighWater) =>
    `manifest ${manifestVersion}, status list ${list}, ${next} places`
  throw new StartError(
    'WENT_BACK',
    `this database is older than what was published from it: it ends with ${had(database)}; ` +
      `${mark.file} knows ${had(found)}. Nothing was changed. ${HOW_TO_GO_ON}`,
  )
}

/** Raises a mark to what the database has. One that can't be written stops nothing: it is told, once. */
export function markRaiser(mark: HighWaterMark, db: Database, log: Log) {
  let failed = false
  return async (manifestVersion: number): Promise<void> => {
    const places = await readPlaces(db)
    try {
      await mark.raise({ manifestVersion, ...places })
      failed = false
    } catch (error) {
      const fields = { ...errorFields(error), code: 'MARK_UNWRITABLE', file: mark.file }
      if (!failed) log.error(fields, 'the mark of what was published can not be written')
      failed = true
    }
  }
}

export const HOW_TO_GO_ON =
  'If it came back from a backup, run "npm run server -- restored --config FILE" once with every ' +
  'replica stopped, then start again. If it is the wrong one, name the right one under "database"'
