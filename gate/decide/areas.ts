/**
 * Where a certificate is, by the gate's memory, and whether that is an objection to letting it in or
 * out. The passback rule decides whether an objection refuses or flags.
 *
 * An area may lie within another: who enters it must be inside that one, and who has gone in or out
 * of that one since is not inside any more.
 */
import type { Direction } from '../contract/events.ts'
import type { Whereabouts } from '../contract/visits.ts'

/** Who went into the area around counts as inside it for as long as any visit is remembered. */
const AROUND_MS = 86_400_000

/** Where a certificate was last seen to pass, in one area. */
export interface AreaVisit extends Whereabouts {
  readonly atMs: number
}

/** What the gate remembers of areas. */
export interface AreasView {
  visit(area: string, cti: string): AreaVisit | undefined
  /** True while a grant for this certificate, area and direction is neither passed nor annulled. */
  reserved(area: string, cti: string, direction: Direction, nowMs: number): boolean
  /** When the area's last fire or emergency release was, Unix milliseconds; 0 for never. */
  pardonedMs(area: string): number
}

/** Which way, where, and how long a passage is remembered. */
export interface Way {
  readonly direction: Direction
  readonly area: string
  /** The area around it, where there is one. */
  readonly within?: string | undefined
  readonly passbackMs: number
  readonly nowMs: number
}

export interface PlaceJudgement {
  /** Undefined: nothing speaks against it. */
  readonly fault: 'ALREADY_INSIDE' | 'NOT_INSIDE' | undefined
  /** Whether the memory can be wrong about it: it may have left unseen. */
  readonly unsure: boolean
  /** In one line, for the trace. */
  readonly saw: string
}

export function judgePlace(view: AreasView, cti: string, way: Way): PlaceJudgement {
  const { direction, area } = way
  if (view.reserved(area, cti, direction, way.nowMs)) {
    const fault = direction === 'entry' ? 'ALREADY_INSIDE' : 'NOT_INSIDE'
    return { fault, unsure: false, saw: 'another lane is letting it in' }
  }
  return direction === 'entry' ? entering(view, cti, way) : leaving(view, cti, way)
}

function entering(view: AreasView, cti: string, way: Way): PlaceJudgement {
  const { area, within, passbackMs, nowMs } = way
  const visit = view.visit(area, cti)
  const around = within === undefined ? undefined : view.visit(within, cti)
  const pardon = pardonOf(view, visit, [area, within], way)
  if (pardon === undefined && visit?.inside && nowMs - visit.atMs < passbackMs) {
    // Who went through a way of the area around, either way, has left this one unread.
    const leftAround = around !== undefined && around.atMs > visit.atMs
    const saw = `entered ${agoOf(visit.atMs, nowMs)}`
    if (visit.unsure) return { fault: 'ALREADY_INSIDE', unsure: true, saw: `${saw}, perhaps left` }
    if (!leftAround) return { fault: 'ALREADY_INSIDE', unsure: false, saw }
  }
  const saw = pardon ?? 'not inside'
  if (within === undefined || pardonOf(view, around, [within], way) !== undefined) {
    return { fault: undefined, unsure: false, saw }
  }
  const isAround = around?.inside === true && nowMs - around.atMs < AROUND_MS
  return isAround
    ? { fault: undefined, unsure: false, saw: `${saw}, inside ${within}` }
    : { fault: 'NOT_INSIDE', unsure: false, saw: `not inside ${within}` }
}

function leaving(view: AreasView, cti: string, way: Way): PlaceJudgement {
  const visit = view.visit(way.area, cti)
  const pardon = pardonOf(view, visit, [way.area, way.within], way)
  if (pardon !== undefined) return { fault: undefined, unsure: false, saw: pardon }
  const inside = visit?.inside === true && way.nowMs - visit.atMs < way.passbackMs
  return inside
    ? { fault: undefined, unsure: false, saw: 'inside' }
    : { fault: 'NOT_INSIDE', unsure: false, saw: 'no entry known' }
}

/**
 * Everyone left by an open barrier of one of the areas: what was known before says nothing any more.
 */
function pardonOf(
  view: AreasView,
  visit: AreaVisit | undefined,
  areas: readonly (string | undefined)[],
  way: Way,
): string | undefined {
  const pardonedMs = Math.max(...areas.map(one => (one === undefined ? 0 : view.pardonedMs(one))))
  const holds = pardonedMs > (visit?.atMs ?? 0) && way.nowMs - pardonedMs < way.passbackMs
  return holds ? `emergency ${agoOf(pardonedMs, way.nowMs)}` : undefined
}

const agoOf = (atMs: number, nowMs: number): string => `${Math.round((nowMs - atMs) / 1000)} s ago`
