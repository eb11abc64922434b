/** What a row of the journal means, in sentences: for `explain` on a console, and for a page. Pure. */
import { ALARMS, VERDICTS } from './codes.ts'
import { CONTROL_REFUSALS } from './control-codes.ts'
import type { CodeMeaning } from './control-status.ts'
import { DEVICE_REMEDIES } from './device-faults.ts'
import type {
  AlarmBody,
  AnnulledBody,
  ConfigBody,
  GrantBody,
  JournalRow,
  ModeBody,
  PassageBody,
  ScanBody,
  TestBody,
  TraceStep,
} from './events.ts'
import type { AlarmRow, VerdictRow } from './sign.ts'

/** Undefined for a code of no table. */
export function explainCode(code: string): CodeMeaning | undefined {
  const verdict = rowOf<VerdictRow>(VERDICTS, code)
  if (verdict !== undefined) return { code, about: 'verdict', ...verdict }
  const alarm = rowOf<AlarmRow>(ALARMS, code)
  if (alarm !== undefined) return { code, about: 'alarm', ...alarm }
  const remedy = rowOf<string>(DEVICE_REMEDIES, code)
  if (remedy !== undefined) {
    return { code, about: 'device', who: 'technician', action: remedy }
  }
  const action = rowOf<string>(CONTROL_REFUSALS, code)
  return action === undefined ? undefined : { code, about: 'refusal', action }
}

function rowOf<Row>(table: Readonly<Record<string, Row>>, code: string): Row | undefined {
  return Object.hasOwn(table, code) ? table[code] : undefined
}

/** A line each: what happened, why step by step, and what to do about it. */
export function explainRow(row: Pick<JournalRow, 'kind' | 'body'>): readonly string[] {
  if (row.body === null) return ['Its body was dropped; the chain still holds.']
  const body = JSON.parse(row.body) as unknown
  switch (row.kind) {
    case 'scan':
      return scanLines(body as ScanBody)
    case 'grant':
      return grantLines(body as GrantBody)
    case 'passage':
      return passageLines(body as PassageBody)
    case 'annulled':
      return annulledLines(body as AnnulledBody)
    case 'alarm':
      return alarmLines(body as AlarmBody)
    case 'mode':
      return modeLines(body as ModeBody)
    case 'config':
      return configLines(body as ConfigBody)
    case 'test':
      return testLines(body as TestBody)
    case 'boot':
    case 'stop':
    case 'trust':
    case 'clock':
    case 'login':
      return [`${row.kind}: ${fieldsOf(body as object)}`]
    default:
      return row.kind satisfies never
  }
}

function scanLines({ code, direction, source, trace }: ScanBody): string[] {
  return [`A scan at ${source} for ${direction}: ${code}.`, ...traceLines(trace), ...todo(code)]
}

function grantLines({ code, direction, source, flags, trace }: GrantBody): string[] {
  const flagged = flags.length > 0 ? [`Flagged: ${flags.join(', ')}.`] : []
  return [`A grant for ${direction} by ${source}: ${code}.`, ...flagged, ...traceLines(trace)]
}

function passageLines({ grant, direction, area, cti }: PassageBody): string[] {
  const counted = cti === undefined ? ' It says nothing of where its holder is.' : ''
  return [`Somebody passed on grant ${grant.seq}: ${direction} of area ${area}.${counted}`]
}

function annulledLines({ grant, reason, unknown }: AnnulledBody): string[] {
  const unseen = unknown === true ? ' Nobody saw whether somebody went through.' : ''
  return [`Grant ${grant.seq} ended without a passage: ${reason}.${unseen}`, ...todo(reason)]
}

function alarmLines({ code, on, detail }: AlarmBody): string[] {
  return [`Alarm ${code} ${on ? 'began' : 'ended'}: ${detail}.`, ...(on ? todo(code) : [])]
}

function modeLines({ by, reason, revision, was, ...modes }: ModeBody): string[] {
  const where = revision === undefined ? '' : ` (revision ${revision} of the config)`
  const why = reason === undefined || reason === '' ? '' : `, because: ${reason}`
  const changes = Object.entries(was ?? {}).map(
    ([mode, before]) => `${mode}: ${before} → ${modes[mode as keyof typeof modes]}`,
  )
  return [`Run in another way by ${by}${where}${why}.`, ...changes]
}

function configLines({ about, revision, runs, by, reason, changes = [] }: ConfigBody): string[] {
  const what = `Config revision ${revision} by ${by} was ${about}; revision ${runs} runs.`
  return [what, ...(reason === '' ? [] : [`Why: ${reason}`]), ...changes]
}

function testLines({ about, what, by, pretended, ms, active, code, trace }: TestBody): string[] {
  const how = pretended === true ? 'pretended' : 'tested'
  const told = code === undefined ? '' : `; it would be told ${code}`
  const is = active === undefined ? '' : active ? ' is active' : ' is at rest'
  const time = ms === undefined ? '' : ` for ${ms} ms`
  return [`By ${by} ${how}: ${about} ${what}${is}${time}${told}.`, ...traceLines(trace ?? [])]
}

function traceLines(trace: readonly TraceStep[]): string[] {
  return trace.map(({ rule, saw, said }) => `  ${rule}: saw ${saw}, said ${said}`)
}

function todo(code: string): string[] {
  const meaning = explainCode(code)
  if (meaning === undefined || meaning.action === '') return []
  return [`To do${meaning.who === undefined ? '' : ` (${meaning.who})`}: ${meaning.action}.`]
}

function fieldsOf(body: object): string {
  return Object.entries(body)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ')
}
