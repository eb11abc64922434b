/**
 * The config of a gate over its life: which revision runs, who changed what and why, and the way
 * back. The console, the file and the service are doors to this one room. Every change is on disk
 * before it is acted on, and told in the journal; a revision that does not start, is not confirmed
 * in time, or was on trial when the process ended, goes back to the one before: `CONFIG_REVERTED`.
 */
import type { Timers } from '../../hardware/ports.ts'
import type { JsonValue } from '../contract/canonical.ts'
import type { ComparedPlace } from '../contract/control.ts'
import { CONFIG_REFUSALS, type ConfigRefusal } from '../contract/control-codes.ts'
import { shownText } from '../contract/secrets.ts'
import { createDraft } from './candidate.ts'
import { createChanges } from './changes.ts'
import { passedRow, refusedRow } from './config-events.ts'
import type { CheckedConfig, ConfigFile } from './config-file.ts'
import { createFileAlarm } from './file-alarm.ts'
import { createJudge } from './immutable-keys.ts'
import { type CommitRequest, type Offer, type Outcome, refused } from './outcome.ts'
import { createLedger } from './revision-log.ts'
import {
  currentOf,
  type History,
  type Revision,
  revisionOf,
  type Seen,
  type Trial,
} from './revisions.ts'
import type { Running } from './running.ts'
import { createStart, FILE_EDITED } from './start.ts'
import type { ConfigStore } from './store.ts'

export interface ShownConfig {
  readonly revision: Omit<Revision, 'text'>
  /** As written, without the defaults. */
  readonly value: JsonValue
  /** While the revision waits for its confirmation. */
  readonly trial: Trial | null
}

/** The candidate, and what would keep it from being committed, by the lines of its `shownText`. */
export interface EditedConfig {
  readonly value: JsonValue
  readonly problems: readonly string[]
}

export interface ConfigEngine {
  /** Runs the gate. Throws ConfigError, or what the start of the gate throws; then nothing runs. */
  start(): Promise<void>
  show(): ShownConfig
  /** Newest first. */
  history(): readonly Omit<Revision, 'text'>[]
  /**
   * Edits the candidate; `undefined` takes a key away. Gives what would keep it from being
   * committed, one line each; `NO_SUCH_PATH` when the path leads nowhere and nothing was changed.
   */
  set(path: string, value: JsonValue | undefined): readonly string[] | 'NO_SUCH_PATH'
  /** Undefined while nobody edits. */
  candidate(): EditedConfig | undefined
  discard(): void
  /** The candidate against the running revision, or against an older one. */
  compare(revision?: number): readonly ComparedPlace[] | 'NO_SUCH_REVISION'
  /** The candidate becomes the config of that revision: to be compared, then committed. */
  rollback(revision: number): readonly string[] | 'NO_SUCH_REVISION'
  /** Runs the candidate. Resolves when its lanes are up, or when what ran before runs again. */
  commit(request: CommitRequest): Promise<Outcome>
  confirm(by: string): Promise<Outcome>
  /** Takes the revision on trial back, before its time. */
  takeBack(by: string): Promise<Outcome>
  /** Looks at the config file again, as for SIGHUP. */
  reload(): Promise<Outcome>
  /**
   * Ends the gate in an orderly way, does `between` while none runs, and starts it by the same
   * revision, also when that rejects: `NOT_WRITTEN` then. Not while a lane is open for everyone.
   */
  restart(between: () => Promise<void>): Promise<Outcome>
  /** As `commit`, of a whole config. */
  offer(offer: Offer): Promise<Outcome>
  /** Something was offered that can't be taken: told in the journal, and not looked at again. */
  refuse(by: string, why: string, seen: Partial<Seen>): Promise<void>
  /** Undefined before the first start has come to its end: nothing may be taken until then. */
  seen(): Seen | undefined
  /** Writes all revisions into a new file. Rejects when it can't. */
  rewrite(): Promise<void>
  stop(): Promise<void>
}

export interface ConfigEngineParts {
  readonly store: ConfigStore
  readonly running: Running
  /** The config file as it is now. */
  readonly file: () => ConfigFile
  /** `written`: the text in which its author sees it; problems name its lines. */
  readonly check: (value: unknown, written?: string) => CheckedConfig
  readonly timers: Timers
  /** Unix milliseconds. */
  readonly nowMs: () => number
  readonly onFault: (what: string, error: unknown) => void
  /** Nothing runs any more: the revision before did not start either. */
  readonly onDead: (fault: unknown) => void
}

export function createConfigEngine(parts: ConfigEngineParts): ConfigEngine {
  const { running, check } = parts
  const ledger = createLedger(parts.store, parts.onFault)
  const now = (): History => ledger.history() as History
  const checkText = (text: string): CheckedConfig => check(JSON.parse(text))
  const judge = createJudge(now, checkText)
  const changes = createChanges({ ...parts, ledger, check: checkText })
  const { inTurn } = changes
  const fileAlarm = createFileAlarm()
  const startOf = createStart({
    ...parts,
    damage: parts.store.damage,
    known: parts.store.known,
    ledger,
    changes,
    judge,
    fileAlarm,
    check: checkText,
  })
  const draft = createDraft(() => {
    const { number, text } = currentOf(now())
    return { number, value: JSON.parse(text) as JsonValue }
  })
  let stopped = false
  /** SHA-256 of an edit that was never taken, since a newer revision came first. */
  let passed: string | undefined

  const checkShown = (value: JsonValue) => check(value, shownText(value))

  /** What would keep a candidate from being committed. */
  function problemsOf(value: JsonValue): readonly string[] {
    const judged = judge(checkShown(value))
    return 'code' in judged ? judged.problems : []
  }

  function candidate(): EditedConfig | undefined {
    const value = draft.value()
    return value === undefined ? undefined : { value, problems: problemsOf(value) }
  }

  async function take(checked: CheckedConfig, offer: Omit<Offer, 'checked'>): Promise<Outcome> {
    if (stopped) return refused('STOPPED')
    const judged = judge(checked)
    if ('code' in judged) return notTaken(judged, offer)
    const unread = offer.by === 'file' ? undefined : unreadEdit()
    const seen = { ...offer.seen, ...(unread && { fileSha256: unread }) }
    const outcome = await changes.take({ ...offer, checked: judged, seen })
    if (!outcome.ok) return notTaken(outcome, offer)
    passed = unread
    if (unread !== undefined) await changes.saw({}, [passedRow(now(), outcome.revision)])
    return outcome
  }

  /** An edit of the file that was not taken so far is older than a revision that is made now. */
  function unreadEdit(): string | undefined {
    const { sha256 } = parts.file()
    return sha256 === '' || sha256 === now().seen.fileSha256 ? undefined : sha256
  }

  async function notTaken(
    outcome: Extract<Outcome, { ok: false }>,
    offer: Omit<Offer, 'checked'>,
  ): Promise<Outcome> {
    if (offer.seen === undefined) return outcome
    const lines = [CONFIG_REFUSALS[outcome.code], ...outcome.problems].join('; ')
    const says = FINAL.has(outcome.code) ? [refusedRow(now(), offer.by, lines)] : []
    if (says.length > 0 || outcome.code === 'NOTHING_TO_COMMIT') await changes.saw(offer.seen, says)
    return outcome
  }

  async function reload(): Promise<Outcome> {
    const { checked, sha256: fileSha256 } = parts.file()
    const same = fileSha256 === now().seen.fileSha256 && fileSha256 !== passed
    // One that can't be taken is looked at again: it may be only half written.
    const seen = checked.ok ? { fileSha256 } : {}
    const outcome = same
      ? refused('NOTHING_TO_COMMIT')
      : await take(checked, { by: 'file', reason: FILE_EDITED, seen })
    const bad = !outcome.ok && FINAL.has(outcome.code)
    const good = outcome.ok || outcome.code === 'NOTHING_TO_COMMIT'
    const says = bad ? fileAlarm.bad(outcome.problems) : good ? fileAlarm.good() : []
    if (says.length > 0) await changes.saw({}, says)
    return outcome
  }

  return {
    start: () => inTurn(startOf),
    show() {
      const { text, ...revision } = currentOf(now())
      return { revision, value: JSON.parse(text) as JsonValue, trial: now().trial }
    },
    history: () => now().revisions.toReversed().map(withoutText),
    set(path, value) {
      return draft.set(path, value) ? (candidate()?.problems ?? []) : 'NO_SUCH_PATH'
    },
    candidate,
    discard: draft.discard,
    compare(number = now().current) {
      const against = revisionOf(now(), number)
      if (against === undefined) return 'NO_SUCH_REVISION'
      return draft.compare(JSON.parse(against.text) as JsonValue)
    },
    rollback(number) {
      const revision = revisionOf(now(), number)
      if (revision === undefined) return 'NO_SUCH_REVISION'
      const value = JSON.parse(revision.text) as JsonValue
      draft.replace(value)
      return problemsOf(value)
    },
    commit: request =>
      inTurn(async () => {
        const value = draft.value()
        if (value === undefined) return refused('NOTHING_TO_COMMIT')
        if (draft.base() !== now().current) return refused('CANDIDATE_STALE')
        const outcome = await take(checkShown(value), request)
        if (outcome.ok) draft.discard()
        return outcome
      }),
    confirm: by => inTurn(() => changes.confirm(by)),
    takeBack: by => inTurn(() => changes.takeBack(by)),
    reload: () => inTurn(reload),
    restart: between =>
      inTurn(async () => (stopped ? refused('STOPPED') : changes.restart(between))),
    offer: offer => inTurn(() => take({ ok: true, ...offer.checked }, offer)),
    refuse: (by, why, seen) => inTurn(() => changes.saw(seen, [refusedRow(now(), by, why)])),
    seen: () => ledger.history()?.seen,
    rewrite: () => inTurn(() => ledger.rewrite(Math.floor(parts.nowMs()))),
    async stop() {
      stopped = true
      changes.end()
      await inTurn(async () => {
        changes.end()
        await running.stop()
        await ledger.close()
      })
    },
  }
}

/** Asked again, the answer would be the same. */
const FINAL: ReadonlySet<ConfigRefusal> = new Set(['CONFIG_INVALID', 'FIXED_KEY', 'OUT_OF_BOUNDS'])

function withoutText({ text: _, ...revision }: Revision): Omit<Revision, 'text'> {
  return revision
}
