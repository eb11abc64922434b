/**
 * The one way in which a file of the data folder is put aside: under a name that says why and when,
 * `NAME.damaged-20260521T060000000Z`, in the same folder, never over another.
 */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SET_ASIDE_MAX } from '../limits.ts'
import { TAILS } from './file-identity.ts'

export interface AsideHow {
  /** `replaced`: another one took its place while the gate ran. Damaged unless given. */
  readonly why?: 'damaged' | 'replaced'
  /** All are kept, since they hold what nobody can fetch again; else the newest SET_ASIDE_MAX. */
  readonly keepAll?: boolean
}

/**
 * Moves a file, or a database with its log, and gives its new name; undefined when there was none.
 * `nowMs`: Unix milliseconds. Throws what renaming throws.
 */
export function setAside(
  folder: string,
  file: string,
  nowMs: number,
  { why = 'damaged', keepAll = false }: AsideHow = {},
): string | undefined {
  const tails = TAILS.filter(tail => existsSync(join(folder, file + tail)))
  if (tails.length === 0) return undefined
  const aside = freeName(folder, `${file}.${why}-${stamp(nowMs)}`)
  for (const tail of tails) renameSync(join(folder, file + tail), join(folder, aside + tail))
  if (!keepAll) keepNewest(folder, file)
  return aside
}

/** As `setAside`, of one entry alone, a file, a folder or a pipe, also a link to nothing. */
export function setEntryAside(
  folder: string,
  name: string,
  nowMs: number,
  { why = 'damaged', keepAll = false }: AsideHow = {},
): string {
  const aside = freeName(folder, `${name}.${why}-${stamp(nowMs)}`)
  renameSync(join(folder, name), join(folder, aside))
  if (!keepAll) keepNewest(folder, name)
  return aside
}

/** As `setAside`; undefined also on a disk that lets nothing be moved. */
export function trySetAside(folder: string, file: string, nowMs: number): string | undefined {
  try {
    return setAside(folder, file, nowMs)
  } catch {
    return undefined
  }
}

/** Whether `name` was given to something that was set aside, as damaged. */
export function isSetAside(name: string): boolean {
  return name.includes('.damaged-')
}

/** Whether `name` was given to `file` when that was set aside. */
export function isSetAsideOf(name: string, file: string): boolean {
  return name.startsWith(`${file}.damaged-`)
}

const stamp = (nowMs: number): string => new Date(nowMs).toISOString().replaceAll(/[-:.]/g, '')

/** A machine without a clock of its own may have said the same time before. */
function freeName(folder: string, name: string): string {
  const isTaken = (one: string): boolean => existsSync(join(folder, one))
  if (!isTaken(name)) return name
  for (let n = 2; ; n++) if (!isTaken(`${name}-${n}`)) return `${name}-${n}`
}

/** The time of the name decides, which sorts as text. */
function keepNewest(folder: string, file: string): void {
  const isOne = (name: string): boolean =>
    isSetAsideOf(name, file) && !TAILS.some(tail => tail !== '' && name.endsWith(tail))
  const kept = readdirSync(folder).filter(isOne).sort()
  for (const old of kept.slice(0, -SET_ASIDE_MAX)) {
    for (const tail of TAILS) rmSync(join(folder, old + tail), { force: true, recursive: true })
  }
}
