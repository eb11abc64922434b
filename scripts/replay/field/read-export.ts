/** What `journal export` wrote, read and checked whole: gate/contract/journal-export.ts. */
import { type GateConfig, gateConfigSchema } from '../../../gate/contract/config.ts'
import type { JournalRow } from '../../../gate/contract/events.ts'
import {
  exportEndSchema,
  exportHeaderSchema,
  exportRowSchema,
} from '../../../gate/contract/journal-export.ts'
import type { FieldRow } from './field-rows.ts'
import { parsed, type ReadField, readLines } from './read-recording.ts'

/** A row with its body open; `ref` names it. */
export interface ExportedRow extends FieldRow {
  readonly at: number
  readonly ref: string
  readonly clock: JournalRow['clock']
}

export interface FieldExport {
  readonly config: GateConfig
  readonly rows: readonly ExportedRow[]
  /** Of a row without its body nothing can be told. */
  readonly dropped: number
}

const FILE_BYTES_MAX = 256 * 2 ** 20

export function readExport(file: string): ReadField<FieldExport> {
  const read = readLines(file, FILE_BYTES_MAX)
  if (!read.ok) return read
  const fault = (line: number, what: string): ReadField<never> => ({
    ok: false,
    problems: [`${file}: line ${line}: ${what}`],
  })
  const [head = '', ...rest] = read.field
  const header = exportHeaderSchema.safeParse(parsed(head))
  if (!header.success) return fault(1, 'no header of an export of version 1')
  const { lanes, gate, station } = header.data
  if (lanes === undefined) return fault(1, 'no lanes in it: export it anew with a newer gate')
  const config = gateConfigSchema.safeParse({
    ...{ gate, station, lanes, data: 'memory', trust: { factory: 'given' } },
    service: { url: 'http://service' },
    // Its areas may lie within those of other gates.
    bus: { broker: { url: 'mqtt://127.0.0.1:1' } },
  })
  if (!config.success) return fault(1, 'its lanes are none of this version')
  const end = exportEndSchema.safeParse(parsed(rest.pop() ?? ''))
  const last = rest.length + 2
  if (!end.success) return fault(last, 'it was cut: its end is missing')
  if (end.data.rows !== rest.length) {
    return fault(last, `it ends after ${end.data.rows} rows, and has ${rest.length}`)
  }
  const rows: ExportedRow[] = []
  let dropped = 0
  let startMs: number | undefined
  for (const [i, text] of rest.entries()) {
    const row = exportRowSchema.safeParse(parsed(text))
    if (!row.success) return fault(i + 2, 'no row of an export')
    const { epoch, seq, at, clock, lane, kind, body } = row.data
    startMs ??= at
    if (body === null) dropped += 1
    else {
      const opened = parsed(body) as FieldRow['body'] | undefined
      if (opened === undefined) return fault(i + 2, 'its body is no JSON')
      const row = { at, clock, lane, kind, body: opened, ref: `${epoch} ${seq}` }
      rows.push({ ...row, atMs: Math.max(0, at - startMs) })
    }
  }
  return { ok: true, field: { config: config.data, rows, dropped } }
}
