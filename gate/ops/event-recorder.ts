/** What the whole gate tells, as against one of its lanes: rows of the journal, and the same as log lines. */
import type { Logger } from 'pino'
import type { AlarmCode } from '../contract/codes.ts'
import type { AlarmBody, ClockState, EventKind } from '../contract/events.ts'
import type { JournalEntry } from '../memory/projection.ts'
import type { Backlog } from '../store/backlog.ts'
import type { TrustEvent } from '../trust/events.ts'

export interface EventRecorderParts {
  readonly log: Logger
  readonly rows: Pick<Backlog, 'append' | 'keep'>
  /** Called with each row before it is on disk. */
  readonly onEntry?: ((entry: JournalEntry) => void) | undefined
  readonly now: () => { readonly nowMs: number; readonly state: ClockState }
}

export interface EventRecorder {
  /** Resolves when the row is on disk, or waits for that. */
  note(kind: EventKind, body: object): Promise<void>
  /** Rejects when the row is not on disk. */
  record(kind: EventKind, body: object): Promise<void>
  alarm(code: AlarmCode, on: boolean, detail: string): void
  trust(event: TrustEvent): void
}

export function createEventRecorder({
  log,
  rows,
  now,
  onEntry,
}: EventRecorderParts): EventRecorder {
  function entryOf(kind: EventKind, body: object): JournalEntry {
    const { nowMs, state } = now()
    log.info({ event: kind, ...body }, kind)
    const entry = { at: nowMs, clock: state, lane: '', kind, body }
    onEntry?.(entry)
    return entry
  }

  const note: EventRecorder['note'] = (kind, body) => rows.keep(entryOf(kind, body))
  return {
    note,
    async record(kind, body) {
      await rows.append(entryOf(kind, body))
    },
    alarm: (code, on, detail) => void note('alarm', { code, on, detail }),
    trust: event => void note(...trustEventRow(event)),
  }
}

/** The kind and body of a trust event's row. */
function trustEventRow(event: TrustEvent): [EventKind, object] {
  if (event.kind === 'alarm') return ['alarm', { code: event.code, on: true, detail: event.what }]
  if (event.kind === 'environment') return ['alarm', environmentAlarm(event)]
  if (event.kind === 'scope') return ['alarm', scopeAlarm(event)]
  if (event.kind === 'rollback') {
    const { is, detail } = event
    return ['alarm', { code: 'TRUST_ROLLED_BACK', on: is !== 'none', detail }]
  }
  const { kind, ...body } = event
  return kind === 'clock' ? ['clock', body] : ['trust', { about: kind, ...body }]
}

function environmentAlarm({
  on,
  ours,
  theirs,
}: Extract<TrustEvent, { kind: 'environment' }>): AlarmBody {
  const detail = on
    ? `trust.environment of this gate is "${ours}", the service’s trust is of "${theirs}": no pass ` +
      `is admitted; set "trust": { "environment": "${theirs}" } if this gate belongs to that service`
    : `the service’s trust is of "${theirs}", as trust.environment of this gate`
  return { code: 'ENVIRONMENT_MISMATCH', on, detail }
}

function scopeAlarm({ is, ours, trustVersion }: Extract<TrustEvent, { kind: 'scope' }>): AlarmBody {
  const detail = {
    good: `trust ${trustVersion} says what its issuer keys are good for`,
    unsaid:
      `trust ${trustVersion} does not say what its issuer keys are good for: they are taken for rail ` +
      'travel, which such keys were made for; sign the next one: npm run trust -- rotate',
    'no entry':
      `no issuer key of "${ours}" in trust ${trustVersion} is good for entry: no pass is admitted; ` +
      'sign the next one with --phone entry,exit,…: npm run trust -- rotate',
  }
  return { code: 'TRUST_SCOPE', on: is !== 'good', detail: detail[is] }
}
