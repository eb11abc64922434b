/** `journal export`: rows into a file of the data folder, told as it goes, stopped by Ctrl-C. */
import {
  type Answered,
  type Caller,
  type Command,
  refusedBy,
  shown,
  type Typings,
} from '../command.ts'
import { bytesText } from '../layout.ts'

/** How often it is told how far it has come. Milliseconds. */
const TELL_MS = 2000

export const EXPORT_COMMANDS: readonly Command[] = [
  {
    syntax: 'journal export FILE [FROM]',
    level: 'technician',
    says: 'writes all rows, or those from a time on, into exports/FILE of the data folder',
    run: exported,
  },
  {
    syntax: 'journal export FILE FROM TO',
    level: 'technician',
    says: 'the rows from one time to another, the end left out',
    run: exported,
  },
]

async function exported(caller: Caller, typed: Typings): Promise<Answered> {
  const { control, by, nowMs, left: signal } = caller
  let toldMs = nowMs()
  const [fromMs, untilMs] = [msOf(typed.maybe('FROM')), msOf(typed.maybe('TO'))]
  const answer = await control.journal.export({
    ...{ file: typed.of('FILE'), by, signal },
    ...(fromMs !== undefined && { fromMs }),
    ...(untilMs !== undefined && { untilMs }),
    onProgress(rows) {
      if (nowMs() - toldMs < TELL_MS) return
      toldMs = nowMs()
      caller.print(`${rows} rows ... Ctrl-C stops it`)
    },
  })
  if (!answer.ok) return refusedBy(answer)
  const { ok: _, ...file } = answer
  const { path, rows, bytes } = file
  return shown(
    [
      `${path}: ${rows} rows, ${bytesText(bytes)}`,
      'Copy it from this machine; it is for its own user.',
    ],
    file,
  )
}

/** Unix milliseconds; undefined where it was left out. */
function msOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
