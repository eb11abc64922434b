/** What the journal is told of a revision: who, why, and which paths; never a value. Pure. */
import type { JsonValue } from '../contract/canonical.ts'
import {
  CONFIG_BY_CHARS_MAX,
  CONFIG_CHANGES_MAX,
  CONFIG_REASON_CHARS_MAX,
  type ConfigBody,
} from '../contract/events.ts'
import { differences } from './paths.ts'
import { currentOf, type History, type Revision, replacedBy, revisionOf } from './revisions.ts'
import type { Said } from './store-file.ts'

/** Of an alarm, as its schema has it. */
const DETAIL_CHARS_MAX = 400

/** The file of a first start runs. */
export function baseRow(after: History): Said {
  return row(currentOf(after), after, { about: 'base' })
}

/** A new revision runs, on trial; the one that was on trial before it is over. */
export function committedRows(before: History, after: History): readonly Said[] {
  if (before.trial === null) return [committedRow(after)]
  const reason = replacedBy(after.current)
  const over = row({ ...currentOf(before), reason }, after, { about: 'reverted' })
  return [over, committedRow(after)]
}

function committedRow(after: History): Said {
  const next = currentOf(after)
  const before = after.trial && revisionOf(after, after.trial.previous)
  const { confirmMs = null } = after.trial ?? {}
  return row(next, after, {
    about: 'committed',
    ...(confirmMs === null ? {} : { confirmMs }),
    ...(next.by === 'service' ? { serviceRevision: after.seen.serviceRevision } : {}),
    ...(before ? changesOf(before, next) : {}),
  })
}

/** `by`: who confirmed it. */
export function confirmedRow(after: History, by: string): Said {
  return row({ ...currentOf(after), by }, after, { about: 'confirmed' })
}

/** The row, and the alarm that a technician sees. */
export function revertedRows(bad: Revision, after: History, why: string): Said[] {
  const detail = `revision ${bad.number} by ${bad.by}: ${why}; revision ${after.current} runs`
  const body = { code: 'CONFIG_REVERTED', on: true, detail: detail.slice(0, DETAIL_CHARS_MAX) }
  return [row({ ...bad, reason: why }, after, { about: 'reverted' }), { kind: 'alarm', body }]
}

/** Something offered was not taken. */
export function refusedRow(history: History, by: string, why: string): Said {
  const { sha256, ...rest } = bodyOf({ ...currentOf(history), by, reason: why }, history, 'refused')
  return { kind: 'config', body: rest satisfies ConfigBody }
}

/** The file was edited before revision `newer` was made, and was not taken until then. */
export function passedRow(history: History, newer: number): Said {
  const why = `the file’s edit is older than revision ${newer} and is passed over: SIGHUP takes it`
  return refusedRow(history, 'file', why)
}

/** The config file can't be taken as it is (`on`), or can be again. `what`: file, place, key. */
export function fileRow(on: boolean, what: string): Said {
  const body = { code: 'CONFIG_FILE_BAD', on, detail: what.slice(0, DETAIL_CHARS_MAX) }
  return { kind: 'alarm', body }
}

function row(
  revision: Revision,
  after: History,
  { about, ...more }: Partial<ConfigBody> & Pick<ConfigBody, 'about'>,
): Said {
  return { kind: 'config', body: { ...bodyOf(revision, after, about), ...more } }
}

function bodyOf(revision: Revision, after: History, about: ConfigBody['about']): ConfigBody {
  return {
    about,
    revision: revision.number,
    runs: after.current,
    by: revision.by.slice(0, CONFIG_BY_CHARS_MAX),
    reason: revision.reason.slice(0, CONFIG_REASON_CHARS_MAX),
    sha256: revision.sha256,
  }
}

function changesOf(from: Revision, to: Revision): Pick<ConfigBody, 'changes' | 'moreChanges'> {
  const [a, b] = [JSON.parse(from.text) as JsonValue, JSON.parse(to.text) as JsonValue]
  const paths = differences(a, b).map(({ path }) => path.slice(0, 120))
  const changes = paths.slice(0, CONFIG_CHANGES_MAX)
  const left = paths.length - changes.length
  return { changes, ...(left > 0 ? { moreChanges: left } : {}) }
}
