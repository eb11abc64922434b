/**
 * What a start tells first: the grants that a crash left open end, the row of the boot says what
 * came before it, and a power cut or a damaged journal is an alarm of its own.
 */
import { basename } from 'node:path'
import type { AlarmCode } from '../contract/codes.ts'
import type { ClockState, EventKind } from '../contract/events.ts'
import type { JournalEntry } from '../memory/projection.ts'
import type { Moved, SetAside } from '../store/database.ts'
import type { Journal } from '../store/journal.ts'
import { beforeStart, type Life } from '../store/life.ts'
import { recover } from './restart-annulments.ts'

export interface StartParts {
  readonly journal: Pick<Journal, 'openGrants' | 'life' | 'setAside'>
  readonly keep: (entry: JournalEntry) => Promise<unknown>
  readonly note: (kind: EventKind, body: object) => Promise<void>
  readonly alarm: (code: AlarmCode, on: boolean, detail: string) => void
  readonly now: { readonly nowMs: number; readonly state: ClockState }
  readonly station: string
  /** Names this boot of the machine, where boots have a name. */
  readonly machine: string | undefined
  /** One sentence for each file that was found damaged before the journal was opened. */
  readonly damaged?: readonly string[] | undefined
  /** Number of the config's revision, where it has one. */
  readonly revision?: number | undefined
}

/** Resolves when its rows are on disk, or wait for that. */
export async function recordStart(parts: StartParts): Promise<void> {
  const { journal, now, station, machine, revision } = parts
  const { openGrants, life, setAside } = journal
  const interrupted = await recover({ openGrants, append: parts.keep }, now)
  const after = beforeStart(life, machine)
  const alive = life === undefined ? {} : { aliveMs: life.aliveMs, ...away(life, now) }
  await parts.note('boot', {
    ...{ station, after, ...alive, interrupted },
    ...(machine && { machine }),
    ...(revision !== undefined && { revision }),
    ...(setAside && { setAside: setAside.name }),
  })
  if (setAside !== undefined) reportDamage(setAside, parts.alarm)
  for (const detail of parts.damaged ?? []) parts.alarm('FILE_DAMAGED', true, detail)
  if (after === 'power') parts.alarm('POWER_RESTORED', true, told(life as Life, parts))
}

/** The first row of a new epoch's alarms names the head of the old one. */
export function reportDamage({ name, kept }: SetAside, alarm: StartParts['alarm']): void {
  alarm('JOURNAL_DAMAGED', true, `set aside as ${name}; ${kept ?? 'no row could be kept'}`)
}

/** As `tellDamage`, of a journal that went while the gate ran. */
export function reportMovedJournal(
  { how, setAside, kept }: Moved,
  alarm: StartParts['alarm'],
): void {
  const there = setAside === undefined ? '' : `; what lay in its place is ${basename(setAside)}`
  const detail = `journal.db was ${how} while the gate ran${there}; ${kept ?? 'no row could be kept'}`
  alarm('JOURNAL_GONE', true, `${detail}; a new epoch goes on`)
}

/** Nothing where the clock can't say: it is unsure, or behind the last sign of life. */
function away(life: Life, { nowMs, state }: StartParts['now']): { awayMs?: number } {
  const awayMs = nowMs - life.aliveMs
  return state === 'TRUSTED' && awayMs >= 0 ? { awayMs } : {}
}

function told(life: Life, { machine, now }: StartParts): string {
  const what = machine === undefined ? 'the machine or the program ended' : 'the machine went off'
  const { awayMs } = away(life, now)
  const long = awayMs === undefined ? 'away for a time unknown' : `away for ${lasting(awayMs)}`
  return `${what} without a stop: last alive ${new Date(life.aliveMs).toISOString()}, ${long}`
}

/** `2 d 3 h`, `4 min 5 s`: the two greatest units. */
function lasting(ms: number): string {
  const s = Math.round(ms / 1000)
  const parts = [
    [Math.floor(s / 86_400), 'd'],
    [Math.floor(s / 3600) % 24, 'h'],
    [Math.floor(s / 60) % 60, 'min'],
    [s % 60, 's'],
  ] as const
  const first = parts.findIndex(([count]) => count > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}
