/**
 * What a gate does beside its work: marks that it is alive, drops old rows, watches the disk, and
 * after a start walks the whole chain of its journal, in pieces, so that rows are written between
 * them.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { AlarmCode } from '../contract/codes.ts'
import { ALIVE_MS, DISK_LOOK_MS, DISK_LOW_BYTES, WALK_PAUSE_MS, WALK_ROWS } from '../limits.ts'
import type { RoomState } from '../store/disk-reserve.ts'
import { WALK_START, type WalkPlace } from '../store/integrity.ts'
import type { Journal } from '../store/journal.ts'

export interface JournalMaintenanceParts {
  readonly journal: Pick<Journal, 'beat' | 'prune' | 'walk' | 'holdReserve'>
  readonly timers: Timers
  /** The gate's own clock, as its rows have it; the host's may jump. */
  readonly nowMs: () => number
  /** False while that clock may be wrong: then nothing is old enough to be dropped. */
  readonly knowsAge: () => boolean
  readonly keepRowsMs: number
  readonly onAlarm: (code: AlarmCode, on: boolean, detail: string) => void
  /** What a look or a mark of life found wrong with the disk; undefined: nothing. */
  readonly onDisk: (by: 'look' | 'mark', fault: string | undefined) => void
  /** A look found the reserve held: the next row has room. */
  readonly onRoom: () => void
  /** The chain was walked to its end and holds. */
  readonly onWalked: (rows: number) => void
  readonly onFault: (what: string, error: unknown) => void
}

export interface JournalMaintenance {
  close(): void
}

const PRUNE_MS = 3_600_000

/** Begins at once; each task waits for its own last run. */
export function startJournalMaintenance(parts: JournalMaintenanceParts): JournalMaintenance {
  const { journal, timers } = parts
  const waiting = new Map<string, Unsubscribe>()
  let closed = false
  let low = false

  function later(name: string, delayMs: number, work: () => Promise<unknown>): void {
    if (closed) return
    const run = () => {
      waiting.delete(name)
      work().catch(error => {
        if (!closed) parts.onFault(`${name} failed`, error)
      })
    }
    waiting.get(name)?.()
    waiting.set(name, timers.after(delayMs, run))
  }

  /** Soon again where it fails: it may be the only write for a while. */
  async function beat(): Promise<void> {
    later('marking life', ALIVE_MS, beat)
    try {
      await journal.beat(parts.nowMs())
      parts.onDisk('mark', undefined)
    } catch (error) {
      if (!closed) parts.onDisk('mark', error instanceof Error ? error.message : String(error))
      later('marking life', DISK_LOOK_MS, beat)
    }
  }

  async function prune(): Promise<void> {
    later('dropping old rows', PRUNE_MS, prune)
    if (parts.knowsAge()) await journal.prune(parts.nowMs(), parts.keepRowsMs)
  }

  async function look(): Promise<void> {
    later('looking at the disk', DISK_LOOK_MS, look)
    const state = await journal.holdReserve()
    const is = !state.held || state.freeBytes < DISK_LOW_BYTES
    if (is !== low) parts.onAlarm('DISK_LOW', is, diskText(state))
    low = is
    parts.onDisk('look', state.fault)
    if (state.held) parts.onRoom()
  }

  async function walk(place: WalkPlace, walked: number): Promise<void> {
    const { next, rows, broken } = await journal.walk(place, WALK_ROWS)
    if (broken !== undefined) {
      const { epoch, seq, why } = broken
      const detail = `epoch ${epoch}, row ${seq}: ${why}; rows before it are sound, all are kept`
      parts.onAlarm('JOURNAL_DAMAGED', true, detail)
    } else if (next === undefined) parts.onWalked(walked + rows)
    else later('walking the journal', WALK_PAUSE_MS, () => walk(next, walked + rows))
  }

  later('marking life', ALIVE_MS, beat)
  later('dropping old rows', 0, prune)
  later('looking at the disk', 0, look)
  later('walking the journal', 0, () => walk(WALK_START, 0))
  return {
    close() {
      closed = true
      for (const cancel of waiting.values()) cancel()
      waiting.clear()
    },
  }
}

function diskText({ held, freeBytes }: RoomState): string {
  const reserve = held ? 'the reserve is held' : 'the reserve is used or could not be taken'
  return `${Math.floor(freeBytes / 1_048_576)} MiB free, ${reserve}`
}
