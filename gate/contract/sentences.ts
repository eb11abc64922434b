/** What a language must say of rows and codes: the types hold each of them complete. */
import type { AlarmCode, VerdictCode } from './codes.ts'
import type { ControlRefusal } from './control-codes.ts'
import type { CodeMeaning } from './control-status.ts'
import type { DeviceFaultCode } from './device-faults.ts'
import type {
  AlarmBody,
  AnnulledBody,
  CommandBody,
  ConfigBody,
  EventKind,
  GrantBody,
  JournalRow,
  ModeBody,
  PassageBody,
  ScanBody,
  TestBody,
  TraceStep,
} from './events.ts'

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/** A line each, in every language. */
export type Meaning = Readonly<Record<Language, readonly string[]>>

/** Each code that somebody may ask about. */
export type AnyCode = VerdictCode | AlarmCode | DeviceFaultCode | ControlRefusal

/** A rule of a verdict, as it stands in a trace. */
export type RuleName =
  | ('lane' | 'verify' | 'scope' | 'trust' | 'rollback' | 'clock' | 'status' | 'paper' | 'late')
  | ('replay' | 'passback' | 'siblings' | 'ticket' | 'memory' | 'staff')

export interface Bodies extends Record<EventKind, object> {
  readonly scan: ScanBody
  readonly grant: GrantBody
  readonly passage: PassageBody
  readonly annulled: AnnulledBody
  readonly alarm: AlarmBody
  readonly mode: ModeBody
  readonly config: ConfigBody
  readonly test: TestBody
  readonly command: CommandBody
}

export interface Sentences {
  /** Of a row whose body was dropped. */
  readonly dropped: string
  /** Where and when a row was written; `at`: the time as it is shown. */
  readonly head: (row: Pick<JournalRow, 'seq' | 'lane' | 'clock'>, at: string) => string
  /** What happened. */
  readonly happened: { readonly [K in EventKind]: (body: Bodies[K]) => readonly string[] }
  /** Why: one rule, its figures, what it said. */
  readonly rule: (step: TraceStep) => string
  /** What a code is about, and the sign that the lane shows for it. */
  readonly code: (meaning: CodeMeaning) => readonly string[]
  /** What the passenger can be told; undefined where that is nothing. */
  readonly passenger: (meaning: CodeMeaning) => string | undefined
  /** Who does what; undefined where nobody does anything. */
  readonly todo: (meaning: CodeMeaning) => string | undefined
}

/** What a recorded body holds, as it was recorded. */
export function fieldsOf(body: object): string {
  return Object.entries(body)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
}
