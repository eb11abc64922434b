/** A short name for each statement, by what it does to which table: for metrics, and for who waits. */
import { STATEMENTS_MAX } from './limits.ts'

export interface StatementMark {
  /** Such as `insert audit`; `begin`, `commit` and the like by their one word. */
  readonly name: string
  /** Tables that it writes to. */
  readonly writes: readonly string[]
}

const TABLE = '"?(\\w+)"?'
const WRITES = new RegExp(`\\b(?:insert into|delete from|(?<!do )(?<!for )update) ${TABLE}`, 'g')
const READS = new RegExp(`\\bfrom ${TABLE}`)

/** Reads the text; values are never in it. */
export function readMark(sql: string): StatementMark {
  const text = sql.replace(/\s+/g, ' ').trim().toLowerCase()
  const writes = [...new Set([...text.matchAll(WRITES)].map(match => match[1] as string))]
  const kind = /^\w+/.exec(text)?.[0] ?? 'other'
  const table = writes[0] ?? READS.exec(text)?.[1]
  return { name: table === undefined ? kind : `${kind} ${table}`, writes }
}

/** Remembers the marks of the texts it was asked for, so many at most. */
export function createMarks(): (sql: string) => StatementMark {
  const known = new Map<string, StatementMark>()
  return sql => {
    const found = known.get(sql)
    if (found !== undefined) return found
    const mark = readMark(sql)
    if (known.size >= STATEMENTS_MAX) known.delete(known.keys().next().value as string)
    known.set(sql, mark)
    return mark
  }
}
