/**
 * How one revision takes another's place: written, then run, then good or taken back. One change at
 * a time, in the order asked for.
 */
import type { Timers } from '../../hardware/ports.ts'
import { CONFIG_BY_CHARS_MAX, CONFIG_REASON_CHARS_MAX } from '../contract/events.ts'
import { committedRows, confirmedRow, revertedRows } from './config-events.ts'
import { type CheckedConfig, ConfigError } from './config-file.ts'
import { numbersOf } from './high-water-marks.ts'
import { CONFIRM_MS_MAX, CONFIRM_MS_MIN } from './limits.ts'
import { askedBy } from './modes.ts'
import { type CommitRequest, type Offer, type Outcome, refused } from './outcome.ts'
import type { Ledger } from './revision-log.ts'
import {
  committed,
  confirmed,
  currentOf,
  type History,
  type Revision,
  reverted,
  revisionOf,
  type Seen,
  saw,
  started,
} from './revisions.ts'
import type { Running } from './running.ts'
import type { Said } from './store-file.ts'
import { createTrialWatch } from './trial.ts'

export interface ChangeParts {
  readonly ledger: Ledger
  readonly running: Running
  readonly check: (text: string) => CheckedConfig
  readonly timers: Timers
  /** Unix milliseconds. */
  readonly nowMs: () => number
  /** Nothing runs any more: the revision before did not start either. */
  readonly onDead: (fault: unknown) => void
}

/** All but `inTurn` are to be called in turn. */
export interface Changes {
  /** Runs `work` when all before it is done. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /**
   * Runs the current revision, or the one before it when that is on trial and can't start. Throws
   * what the start threw; then nothing runs.
   */
  begin(): Promise<void>
  /** Takes the current revision back without running anything; `to` is the one before it. */
  revert(why: string, to?: number): Promise<void>
  /** Remembers what was looked at, and tells `says`. */
  saw(seen: Partial<Seen>, says: readonly Said[]): Promise<void>
  /** Tells the journal what it was not told yet. */
  tell(): Promise<void>
  take(offer: Offer): Promise<Outcome>
  confirm(by: string): Promise<Outcome>
  /** Takes the revision on trial back. */
  takeBack(by: string): Promise<Outcome>
  /** Ends the gate, does `between` while none runs, and starts it by the revision that ran. */
  restart(between: () => Promise<void>): Promise<Outcome>
  /** Lets no more trial end. */
  end(): void
}

export function createChanges(parts: ChangeParts): Changes {
  const { ledger, running, nowMs } = parts
  const watch = createTrialWatch(parts.timers)
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }

  const now = (): History => ledger.history() as History

  async function tell(): Promise<void> {
    const gate = running.gate()
    if (gate === undefined) return
    await ledger.tell(gate.record)
    gate.know(numbersOf(now()))
  }

  /** The fault, when it could not be started. */
  async function run(revision: Revision): Promise<{ readonly fault: unknown } | undefined> {
    const checked = parts.check(revision.text)
    const asked = (lane: string) => askedBy(now(), lane)
    if (checked.ok) return running.run(checked.config, { number: revision.number, asked })
    return { fault: new ConfigError(checked.problems.join('\n')) }
  }

  /** After a start: good already, or watched until it is. */
  async function settle(confirmsItself: boolean): Promise<void> {
    const next = started(now())
    if (next !== now()) await ledger.putAnyway(next, [])
    const { trial, current } = now()
    if (trial?.confirmMs == null) return
    const { confirmMs } = trial
    const mine = (work: () => Promise<unknown>) => () =>
      void inTurn(async () => (now().trial && now().current === current ? work() : undefined))
    watch.begin({
      confirmMs,
      hold: running.emergency,
      onLate: mine(() => back(`not confirmed in ${Math.round(confirmMs / 1000)} s`)),
      ...(confirmsItself && { well: running.well, onWell: mine(() => confirm('service')) }),
    })
  }

  async function take(offer: Offer): Promise<Outcome> {
    const { checked, by, reason, confirmMs = null, seen } = offer
    if (!isWithinBounds(offer)) return refused('OUT_OF_BOUNDS')
    const before = now()
    if (isTriedHere(before) && by === 'service') return refused('ON_TRIAL')
    if (running.forbids(checked.config)) return refused('EMERGENCY')
    if (currentOf(before).sha256 === checked.sha256) return refused('NOTHING_TO_COMMIT')
    const { text, sha256 } = checked
    const next = { at: Math.floor(nowMs()), by, reason, text, sha256 }
    const after = committed(before, next, confirmMs, seen)
    try {
      await ledger.put(after, committedRows(before, after))
    } catch (error) {
      return refused('NOT_WRITTEN', [messageOf(error)])
    }
    watch.end()
    if (before.trial === null) running.keepServed()
    const failed = await run(currentOf(after))
    if (failed !== undefined) {
      const why = messageOf(failed.fault)
      await back(`could not start: ${why}`)
      return refused('REVERTED', [why])
    }
    await settle(offer.confirmsItself === true)
    await tell()
    return { ok: true, revision: after.current, onTrial: now().trial !== null }
  }

  async function confirm(by: string): Promise<Outcome> {
    if (now().trial === null) return refused('NOT_ON_TRIAL')
    const after = confirmed(now())
    try {
      await ledger.put(after, [confirmedRow(after, by)])
    } catch (error) {
      return refused('NOT_WRITTEN', [messageOf(error)])
    }
    watch.end()
    await tell()
    return { ok: true, revision: after.current, onTrial: false }
  }

  async function revert(why: string, to?: number): Promise<void> {
    const bad = currentOf(now())
    const after = reverted(now(), why, to)
    await ledger.putAnyway(after, revertedRows(bad, after, why))
  }

  async function back(why: string): Promise<Outcome> {
    watch.end()
    if (now().trial === null) return refused('NOT_ON_TRIAL')
    await revert(why)
    const failed = await run(currentOf(now()))
    if (failed !== undefined) parts.onDead(failed.fault)
    await tell()
    return { ok: true, revision: now().current, onTrial: false }
  }

  async function takeBack(by: string): Promise<Outcome> {
    const { trial } = now()
    const good = trial && revisionOf(now(), trial.previous)
    const checked = good && parts.check(good.text)
    if (checked?.ok === true && running.forbids(checked.config)) return refused('EMERGENCY')
    return back(`taken back by ${by}`)
  }

  async function restart(between: () => Promise<void>): Promise<Outcome> {
    if (running.gate() === undefined) return refused('STOPPED')
    if (running.emergency()) return refused('EMERGENCY')
    await running.stop({ restart: true, why: 'enrolment' })
    let fault: unknown
    try {
      await between()
    } catch (error) {
      fault = error
    }
    const failed = await run(currentOf(now()))
    if (failed !== undefined) parts.onDead(failed.fault)
    await tell()
    if (fault !== undefined) return refused('NOT_WRITTEN', [messageOf(fault)])
    return { ok: true, revision: now().current, onTrial: now().trial !== null }
  }

  return {
    inTurn,
    async begin() {
      const failed = await run(currentOf(now()))
      if (failed !== undefined) {
        if (now().trial === null) throw failed.fault
        await revert(`could not start: ${messageOf(failed.fault)}`)
        const again = await run(currentOf(now()))
        if (again !== undefined) throw again.fault
      }
      await settle(false)
      await tell()
    },
    revert,
    async saw(seen, says) {
      await ledger.putAnyway(saw(now(), seen), says)
      await tell()
    },
    tell,
    take,
    confirm,
    takeBack,
    restart,
    end: watch.end,
  }
}

/** Somebody on site tries a revision: from afar nobody ends that. */
function isTriedHere(history: History): boolean {
  return history.trial !== null && currentOf(history).by !== 'service'
}

function isWithinBounds({ by, reason, confirmMs }: CommitRequest): boolean {
  const named = by.length >= 1 && by.length <= CONFIG_BY_CHARS_MAX
  const timed =
    confirmMs === undefined ||
    (Number.isInteger(confirmMs) && confirmMs >= CONFIRM_MS_MIN && confirmMs <= CONFIRM_MS_MAX)
  return named && reason.length <= CONFIG_REASON_CHARS_MAX && timed
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
