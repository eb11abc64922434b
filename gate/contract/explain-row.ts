/** What a row of the journal or a code means, in sentences: for `explain` on a console, and for a page. Pure. */
import { ACTIONS_ZH } from './actions-zh.ts'
import { ALARMS, VERDICTS } from './codes.ts'
import { CONTROL_REFUSALS } from './control-codes.ts'
import type { CodeMeaning } from './control-status.ts'
import { DEVICE_REMEDIES } from './device-faults.ts'
import type { JournalRow, TraceStep } from './events.ts'
import type { AnyCode, Language, Meaning, Sentences } from './sentences.ts'
import { ENGLISH } from './sentences-en.ts'
import { CHINESE } from './sentences-zh.ts'
import type { AlarmRow, VerdictRow } from './sign.ts'

export const SENTENCES: Readonly<Record<Language, Sentences>> = { en: ENGLISH, zh: CHINESE }

/** Undefined for a code of no table. */
export function explainCode(code: string): CodeMeaning | undefined {
  const actionZh = rowOf<string>(ACTIONS_ZH, code as AnyCode)
  if (actionZh === undefined) return undefined
  const verdict = rowOf<VerdictRow>(VERDICTS, code)
  if (verdict !== undefined) return { code, about: 'verdict', actionZh, ...verdict }
  const alarm = rowOf<AlarmRow>(ALARMS, code)
  if (alarm !== undefined) return { code, about: 'alarm', actionZh, ...alarm }
  const remedy = rowOf<string>(DEVICE_REMEDIES, code)
  if (remedy !== undefined) {
    return { code, about: 'device', who: 'technician', action: remedy, actionZh }
  }
  const action = rowOf<string>(CONTROL_REFUSALS, code)
  return action === undefined ? undefined : { code, about: 'refusal', action, actionZh }
}

function rowOf<Row>(table: Readonly<Record<string, Row>>, code: string): Row | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined
}

/** A line each: what it is, what the passenger can be told, what to do. */
export function codeLines(meaning: CodeMeaning, language: Language): readonly string[] {
  const say = SENTENCES[language]
  return [...say.code(meaning), ...adviceLines(meaning, say)]
}

/** A line each: what happened, why step by step, what the passenger can be told, what to do. */
export function explainRow(row: Pick<JournalRow, 'kind' | 'body'>): Meaning {
  return { en: rowLines(row, ENGLISH), zh: rowLines(row, CHINESE) }
}

/** What a body of any kind may have of these. */
interface Reasons {
  readonly code?: string
  readonly reason?: string
  /** Of an alarm. */
  readonly on?: boolean
  readonly trace?: readonly TraceStep[]
}

function rowLines(
  { kind, body }: Pick<JournalRow, 'kind' | 'body'>,
  say: Sentences,
): readonly string[] {
  if (body === null) return [say.dropped]
  const recorded = JSON.parse(body) as Reasons
  const happened = say.happened[kind] as (of: Reasons) => readonly string[]
  const code = codeOf(kind, recorded)
  const meaning = code === undefined ? undefined : explainCode(code)
  return [
    ...happened(recorded),
    ...(recorded.trace ?? []).map(say.rule),
    // Of a reason that is no alarm: a refusal of the same name is about something else.
    ...(meaning === undefined || meaning.about === 'refusal' ? [] : adviceLines(meaning, say)),
  ]
}

/** The code that somebody is to act on. */
function codeOf(kind: JournalRow['kind'], { code, reason, on }: Reasons): string | undefined {
  if (kind === 'annulled') return reason
  if (kind === 'alarm') return on === true ? code : undefined
  return kind === 'scan' || kind === 'grant' ? code : undefined
}

function adviceLines(meaning: CodeMeaning, say: Sentences): readonly string[] {
  return [say.passenger(meaning), say.todo(meaning)].filter(line => line !== undefined)
}
