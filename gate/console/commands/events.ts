/** Commands about what happened: live events, rows of the journal, what a row or a code means. */
import type { ControlEvent } from '../../contract/control-status.ts'
import { EVENT_KINDS, type EventKind, type JournalRow } from '../../contract/events.ts'
import { codeLines, SENTENCES } from '../../contract/explain-row.ts'
import type { RowQuery } from '../../contract/row-query.ts'
import { LANGUAGES, type Language } from '../../contract/sentences.ts'
import {
  type Answered,
  type Caller,
  type Command,
  refusedBy,
  shown,
  type Typings,
} from '../command.ts'
import { clockText, tableLines, timeText, wrapped } from '../layout.ts'
import { MONITOR_PAUSE_MS, TAIL_ROWS } from '../limits.ts'

const IN_LANGUAGE = `[LANGUAGE:${LANGUAGES.join('|')}]`

export const EVENT_COMMANDS: readonly Command[] = [
  {
    syntax: 'monitor [LANE]',
    level: 'viewer',
    says: 'events as they happen, until a key is pressed',
    run: (caller, typed) => monitor(caller, typed.maybe('LANE')),
  },
  {
    syntax: `explain SEQ ${IN_LANGUAGE}`,
    level: 'viewer',
    says: 'what a row of the journal means, why, and what to do',
    run: (caller, typed) => explainRow(caller, Number(typed.of('SEQ')), languageOf(caller, typed)),
  },
  {
    syntax: `explain CODE ${IN_LANGUAGE}`,
    level: 'viewer',
    says: 'what a code means and who acts',
    run(caller, typed) {
      const meaning = caller.control.explain(typed.of('CODE').toUpperCase())
      if (!meaning.ok) return refusedBy(meaning)
      const { ok: _, ...rest } = meaning
      const { language, note } = languageOf(caller, typed)
      const lines = [...note, ...codeLines(rest, language)]
      return shown(
        lines.flatMap(line => wrapped(line, caller.terminal.columns)),
        rest,
      )
    },
  },
  {
    syntax: 'journal tail [N]',
    level: 'viewer',
    says: 'the newest rows, 20 unless said',
    run: ({ control }, typed) => tail(control, { max: Number(typed.maybe('N') ?? TAIL_ROWS) }),
  },
  {
    syntax: `journal tail KIND:${EVENT_KINDS.join('|')} [N]`,
    level: 'viewer',
    says: 'the newest rows of one kind',
    run: ({ control }, typed) =>
      tail(control, {
        max: Number(typed.maybe('N') ?? TAIL_ROWS),
        kinds: [typed.of('KIND') as EventKind],
      }),
  },
  {
    syntax: 'journal show SEQ',
    level: 'viewer',
    says: 'one row as it was recorded',
    async run({ control }, typed) {
      const answer = await control.journal.row(Number(typed.of('SEQ')))
      if (!answer.ok) return refusedBy(answer)
      const { row } = answer
      const body: unknown = row.body === null ? null : JSON.parse(row.body)
      const { body: _, ...columns } = row
      return shown(JSON.stringify({ ...columns, body }, null, 2).split('\n'), { ...columns, body })
    },
  },
  {
    syntax: 'journal verify',
    level: 'viewer',
    says: 'walks the whole hash chain',
    async run({ control }) {
      const answer = await control.journal.verify()
      if (!answer.ok) return refusedBy(answer)
      const { rows, broken } = answer
      const line =
        broken === null
          ? `The chain holds: ${rows} rows.`
          : `BROKEN at row ${broken.seq} of epoch ${broken.epoch}: ${broken.why}. Keep the data folder, and report it.`
      return shown([line], { rows, broken })
    },
  },
]

async function monitor(caller: Caller, lane: string | undefined): Promise<Answered> {
  let ready: () => void = () => {}
  let isNews = false
  const answer = caller.control.subscribe(lane === undefined ? {} : { lane }, () => {
    isNews = true
    ready()
  })
  if (!answer.ok) return refusedBy(answer)
  const { subscription } = answer
  caller.print('Events as they happen; any key ends it.')
  let over = false
  const pressed = caller.key().finally(() => {
    over = true
    ready()
  })
  pressed.catch(() => {})
  try {
    while (!over && caller.isHere()) {
      if (!isNews) await new Promise<void>(resolve => (ready = resolve))
      await pause(caller)
      isNews = false
      await caller.drained()
      const { events, lost } = subscription.take()
      if (lost > 0) caller.print(`(${lost} events were too fast for this line)`)
      for (const event of over ? [] : events) caller.print(eventLine(event))
    }
    await pressed
  } finally {
    subscription.close()
  }
  return shown([])
}

/** Events come just when a barrier waits for its row: they are printed once that is over, together. */
function pause({ selfTest: { timers } }: Caller): Promise<void> {
  return new Promise(resolve => void timers.after(MONITOR_PAUSE_MS, resolve))
}

/** One line of at most some hundred characters. */
export function eventLine(event: ControlEvent): string {
  const head = `${clockText(event.at)} ${event.lane.padEnd(4)} `
  if (event.type === 'device') {
    return `${head}device   ${event.device} ${event.state}${event.code === null ? '' : ` ${event.code}`}`
  }
  return `${head}${event.kind.padEnd(8)} ${briefly(event.body)}`
}

/** The parts of a body that say what happened, in this order. */
const BRIEF = [
  'code',
  'about',
  'on',
  'stage',
  'direction',
  'reason',
  'detail',
  'what',
  'by',
] as const
/** Of one part, characters. */
const BRIEF_CHARS = 48

function briefly(body: object): string {
  const fields = body as Readonly<Record<string, unknown>>
  const parts = BRIEF.flatMap(key => {
    const value = fields[key]
    if (key === 'on' && typeof value === 'boolean') return [value ? 'began' : 'ended']
    if (typeof value !== 'string' && typeof value !== 'number') return []
    const text = String(value)
    return [text.length > BRIEF_CHARS ? `${text.slice(0, BRIEF_CHARS - 3)}...` : text]
  })
  return parts.join(' ')
}

async function tail(control: Caller['control'], query: RowQuery): Promise<Answered> {
  const answer = await control.journal.tail(query)
  if (!answer.ok) return refusedBy(answer)
  const rows = answer.rows.toReversed()
  const lines = tableLines(['seq', 'at (UTC)', 'lane', 'kind', 'what'], rows.map(rowCells))
  return shown(lines, rows)
}

function rowCells({ seq, at, lane, kind, body }: JournalRow): string[] {
  const what = body === null ? '(body dropped)' : briefly(JSON.parse(body) as object)
  return [String(seq), timeText(at), lane, kind, what]
}

/** Which language can be shown, and what to say where it is not the one that was asked for. */
interface InLanguage {
  readonly language: Language
  readonly note: readonly string[]
}

function languageOf({ terminal }: Caller, typed: Typings): InLanguage {
  const language = LANGUAGES.find(one => one === typed.maybe('LANGUAGE')) ?? 'en'
  if (language === 'en' || terminal.utf8) return { language, note: [] }
  return { language: 'en', note: ['For Chinese type: terminal utf8 on. In English:'] }
}

async function explainRow(
  { control, terminal }: Caller,
  seq: number,
  { language, note }: InLanguage,
): Promise<Answered> {
  const answer = await control.journal.row(seq)
  if (!answer.ok) return refusedBy(answer)
  const { row, meaning } = answer
  const lines = [SENTENCES[language].head(row, timeText(row.at)), ...meaning[language]]
  return shown(
    [...note, ...lines].flatMap(line => wrapped(line, terminal.columns, '    ')),
    { seq: row.seq, at: row.at, lane: row.lane, kind: row.kind, lines },
  )
}
