/**
 * The revisions of a gate's config and which one runs, as one immutable value. A new revision is on
 * trial until it has started and, where that was asked for, is confirmed; one that is not goes back
 * to the one before. Pure.
 */
import { REVISIONS_MAX } from './limits.ts'

export interface Revision {
  /** From 0, the file of the first start; never used again. */
  readonly number: number
  /** Unix milliseconds. */
  readonly at: number
  /** Who or what asked: `file`, `service`, or a name on the console. */
  readonly by: string
  readonly reason: string
  /** The whole config as canonical JSON, defaults left out as they were written. */
  readonly text: string
  /** SHA-256 of the text, lower-case hexadecimal. */
  readonly sha256: string
  /** Why it was taken back; null while it was not. */
  readonly reverted: string | null
}

/** A revision that runs and is not yet good. */
export interface Trial {
  /** The one to go back to. */
  readonly previous: number
  /** How long it may run without a confirmation, milliseconds; null: until it has started. */
  readonly confirmMs: number | null
}

/** What was last taken from a source, whatever became of it. */
export interface Seen {
  /** SHA-256 of the file's bytes. */
  readonly fileSha256: string
  /** The service's own number, 0 before the first, and the SHA-256 of its document. */
  readonly serviceRevision: number
  readonly serviceSha256: string
}

export interface History {
  /** Oldest first. */
  readonly revisions: readonly Revision[]
  readonly current: number
  readonly trial: Trial | null
  readonly seen: Seen
}

export type NewRevision = Pick<Revision, 'at' | 'by' | 'reason' | 'text' | 'sha256'>

/** The history of a first start, on this file; or of one whose revisions were lost, after those. */
export function firstHistory(
  base: NewRevision,
  fileSha256: string,
  { number = 0, serviceRevision = 0 } = {},
): History {
  return {
    revisions: [{ ...base, number, reverted: null }],
    current: number,
    trial: null,
    seen: { fileSha256, serviceRevision, serviceSha256: '' },
  }
}

/** The revision of a number, if it is still kept. */
export function revisionOf(history: History, number: number): Revision | undefined {
  return history.revisions.find(revision => revision.number === number)
}

export function currentOf(history: History): Revision {
  return revisionOf(history, history.current) as Revision
}

/**
 * A new revision, on trial from now on. It ends the trial of another, which does not run again: the
 * one to go back to stays the last that was good.
 */
export function committed(
  history: History,
  next: NewRevision,
  confirmMs: number | null,
  seen: Partial<Seen> = {},
): History {
  const number = (history.revisions.at(-1)?.number ?? 0) + 1
  const { trial, current, revisions } = history
  const previous = trial?.previous ?? current
  const before = trial === null ? revisions : ended(revisions, current, replacedBy(number))
  const all = [...before, { ...next, number, reverted: null }]
  const surplus = all.length - REVISIONS_MAX
  return {
    revisions: all.filter(({ number: n }, index) => index >= surplus || n === previous),
    current: number,
    trial: { previous, confirmMs },
    seen: { ...history.seen, ...seen },
  }
}

/** The revision on trial is good. */
export function confirmed(history: History): History {
  return { ...history, trial: null }
}

/** It has started; what is asked of it now is a confirmation, or nothing. */
export function started(history: History): History {
  return history.trial?.confirmMs === null ? confirmed(history) : history
}

/** Takes the current revision back: the one before it runs, or the one named. */
export function reverted(history: History, why: string, to = history.trial?.previous): History {
  const { current } = history
  return {
    ...history,
    revisions: ended(history.revisions, current, why),
    current: to ?? current,
    trial: null,
  }
}

/** Why a revision on trial ended when another was taken meanwhile. */
export function replacedBy(number: number): string {
  return `revision ${number} took its place before it was confirmed`
}

function ended(revisions: readonly Revision[], number: number, why: string): readonly Revision[] {
  return revisions.map(one => (one.number === number ? { ...one, reverted: why } : one))
}

/** Something was looked at and not taken. */
export function saw(history: History, seen: Partial<Seen>): History {
  return { ...history, seen: { ...history.seen, ...seen } }
}
