/**
 * What a gate remembered when an export begins, as far as its rows say so: a refusal names the use or
 * the visit before it, and where no row has that one, it was earlier. Pure.
 */
import type { GateConfig } from '../../../gate/contract/config.ts'
import type { Direction, TraceStep } from '../../../gate/contract/events.ts'
import type { MemorySnapshot, SnapshotUse } from '../../../gate/memory/packed-memory.ts'
import type { ExportedRow } from './read-export.ts'

const USE = /^(reserved|passed|annulled|interrupted) on lane (\S+) (\d+) s ago$/
const ENTERED = /^entered (\d+) s ago(, perhaps left)?$/

export function earlierMemory({ lanes }: GateConfig, rows: readonly ExportedRow[]): MemorySnapshot {
  const seen = new Set<string>()
  const presentations: SnapshotUse[] = []
  const visits: MemorySnapshot['visits'][number][] = []
  for (const { at, lane, kind, body } of rows) {
    const { cti, presentedAt, direction, trace } = body as {
      cti?: string
      presentedAt?: number
      direction?: Direction
      trace?: readonly TraceStep[]
    }
    if (cti === undefined || direction === undefined) continue
    const step = (rule: string) => trace?.find(one => one.rule === rule)
    const saw = (rule: string) => step(rule)?.saw ?? ''
    const isNew = (name: string) => !seen.has(name) && seen.add(name) !== undefined

    const [, outcome, where = '', agoS] = USE.exec(saw('replay')) ?? []
    if (outcome !== undefined && presentedAt !== undefined && isNew(`${cti} ${presentedAt}`)) {
      const atMs = at - Number(agoS) * 1000
      const grants = step('replay')?.said === 'pass' ? 1 : 2
      const use = { cti, presentedAt, lane: where, direction, outcome, atMs, grants }
      presentations.push(use as SnapshotUse)
    }
    const area = lanes.find(({ name }) => name === lane)?.area ?? ''
    const [entered, visitAgoS, unsure] = ENTERED.exec(saw('passback')) ?? []
    const isInside = saw('passback') === 'inside'
    if ((entered !== undefined || isInside) && isNew(`${area} ${cti}`)) {
      const atMs = at - Number(visitAgoS ?? 1) * 1000
      visits.push({ area, cti, inside: true, atMs, ...(unsure && { unsure: true }) })
    }
    if (kind === 'grant' || body.area !== undefined) seen.add(`${cti} ${presentedAt}`)
    if (kind === 'passage') seen.add(`${area} ${cti}`)
  }
  return { presentations, visits }
}
