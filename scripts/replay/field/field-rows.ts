/** Rows of a gate in the field and of its replay: what of them must be the same, and what differs. Pure. */
import { diff } from 'node:util'
import type { Observed } from '../../../fixtures/stage/observed.ts'

export interface FieldRow {
  /** From the beginning, milliseconds. */
  readonly atMs: number
  readonly lane: string
  readonly kind: string
  readonly body: Readonly<Record<string, unknown>>
}

/** Rows of lanes that say what became of people, and how a lane stood. */
const COMPARED = new Set(['scan', 'grant', 'passage', 'annulled', 'alarm', 'mode'])

export const isCompared = ({ lane, kind }: FieldRow): boolean => lane !== '' && COMPARED.has(kind)

/** Of what was seen on a stage. */
export function rowsOf(seen: readonly Observed[]): FieldRow[] {
  return seen.flatMap(one => {
    if (one.what !== 'row') return []
    const { atMs, lane, kind, body } = one
    return [{ atMs, lane, kind, body }]
  })
}

/** What must be the same, in words. Details and traces name ages, which may differ by a little. */
export function wordsOf({ kind, body }: FieldRow): string {
  const of = (...keys: string[]) =>
    keys.flatMap(key => {
      const value = body[key]
      return value === undefined || value === '' ? [] : [String(value)]
    })
  switch (kind) {
    case 'scan':
    case 'grant': {
      const flags = (body.flags as readonly string[] | undefined) ?? []
      const flagged = flags.length > 0 ? [`flags ${flags.join(' ')}`] : []
      const words = of('code', 'direction', 'area', 'source', 'cti', 'presentedAt')
      return [kind, ...words, ...flagged].join(' ')
    }
    case 'alarm':
      return [kind, ...of('code'), body.on === true ? 'begins' : 'is over'].join(' ')
    case 'mode': {
      const on = Object.keys(body).filter(key => body[key] === true)
      return [kind, ...of('entry', 'exit'), ...on].join(' ')
    }
    default:
      return [kind, ...of('direction', 'area', 'reason', 'cti')].join(' ')
  }
}

/** One line each, lane by lane, `-` what was and `+` what is; empty where they are the same. */
export function rowDifferences(was: readonly FieldRow[], is: readonly FieldRow[]): string[] {
  const lanes = [...new Set([...was, ...is].map(({ lane }) => lane))].sort()
  return lanes.flatMap(lane => {
    const of = (rows: readonly FieldRow[]) => rows.filter(one => one.lane === lane)
    return laneDifferences(lane, of(was), of(is))
  })
}

const [SAME, WAS] = [0, -1]

function laneDifferences(
  lane: string,
  was: readonly FieldRow[],
  is: readonly FieldRow[],
): string[] {
  let [wasAt, isAt] = [0, 0]
  return diff(is.map(wordsOf), was.map(wordsOf)).flatMap(([kind, words]) => {
    const number = wasAt + 1
    const row = kind === WAS ? was[wasAt] : is[isAt]
    if (kind !== WAS) isAt += 1
    if (kind === SAME || kind === WAS) wasAt += 1
    if (kind === SAME) return []
    const at = `${((row?.atMs ?? 0) / 1000).toFixed(1)} s`
    return [`lane ${lane}, row ${number}, ${at}: ${kind === WAS ? '- was' : '+ is '} ${words}`]
  })
}
