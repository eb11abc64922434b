/**
 * What a row of the journal means to the gate's memory: which code was used, who is in an area now, of
 * which area all that was known is void. One definition for the journal's tables, for memory, and for
 * what siblings are told. Pure.
 */
import type {
  AlarmBody,
  AnnulledBody,
  Direction,
  GrantBody,
  ModeBody,
  PassageBody,
  ScanBody,
} from '../contract/events.ts'
import { mayHaveWalked, settlesVisit, type Whereabouts, whereAfter } from '../contract/visits.ts'
import type { Use } from './facts.ts'

/** As much of a row as counts here. `body` is what its kind's schema says. */
export interface MeaningfulRow {
  /** Unix milliseconds. */
  readonly at: number
  readonly lane: string
  readonly kind: string
  readonly body: unknown
}

/** One presentation of a certificate, and what became of it. */
export interface UseMeant {
  readonly cti: string
  readonly presentedAt: number
  readonly paper: boolean
  readonly direction: Direction
  readonly outcome: Use['outcome']
  /** Where it is let in or out meanwhile; of a grant under way that settles a visit. */
  readonly area?: string
  /** It is used once more; else the use under way ends so. */
  readonly counts: boolean
}

/** Where a certificate is from now on. */
export interface VisitMeant extends Whereabouts {
  readonly area: string
  readonly cti: string
}

/** All at the row's own time. */
export interface RowMeaning {
  readonly use?: UseMeant
  readonly visit?: VisitMeant
  /** What was known of this area is void; '' of every area. */
  readonly voids?: string
}

/** `ended`: of a passage or an annulment the grant that it ends; undefined where that is not open. */
export function meaningOf(
  { kind, body }: Omit<MeaningfulRow, 'at' | 'lane'>,
  ended: GrantBody | undefined,
): RowMeaning {
  switch (kind) {
    case 'grant':
      return granted(body as GrantBody)
    case 'passage':
      return passed(body as PassageBody, ended)
    case 'annulled':
      return ended === undefined ? {} : annulled(body as AnnulledBody, ended)
    case 'scan':
      return walkedFree(body as ScanBody)
    default:
      return isEmergency(kind, body) ? { voids: (body as AlarmBody | ModeBody).area ?? '' } : {}
  }
}

/** A fire or an emergency release, begun or over: who is in its lane's area is not known any more. */
export function isEmergency(kind: string, body: unknown): boolean {
  if (kind === 'alarm') return (body as AlarmBody).code === 'FIRE'
  if (kind !== 'mode') return false
  const { emergency, was } = body as ModeBody
  return emergency || was?.emergency === true
}

function granted(grant: GrantBody): RowMeaning {
  const place = settlesVisit(grant) ? { area: grant.area } : {}
  return useOf(grant, { outcome: 'reserved', counts: true, ...place })
}

/** The row names the certificate only where the passage settles its visit. */
function passed({ area, cti, direction }: PassageBody, ended: GrantBody | undefined): RowMeaning {
  const use = ended && useOf(ended, { outcome: 'passed', counts: false })
  return { ...use, ...wentTo(area, cti, whereAfter(direction, true)) }
}

function annulled(end: AnnulledBody, grant: GrantBody): RowMeaning {
  if (!mayHaveWalked(end)) return useOf(grant, { outcome: 'annulled', counts: false })
  const cti = settlesVisit(grant) ? grant.cti : undefined
  return {
    ...useOf(grant, { outcome: 'interrupted', counts: false }),
    ...wentTo(grant.area, cti, whereAfter(grant.direction, false)),
  }
}

/** A scan names an area where its certificate went through on a free way, which has no grants. */
function walkedFree(scan: ScanBody): RowMeaning {
  const { cti, area, direction } = scan
  if (cti === undefined || area === undefined) return {}
  return {
    ...useOf(scan, { outcome: 'passed', counts: true }),
    ...wentTo(area, cti, whereAfter(direction, true)),
  }
}

type Shown = Pick<GrantBody, 'cti' | 'presentedAt' | 'paper' | 'direction'>

function useOf(
  { cti, presentedAt, paper, direction }: Shown,
  how: Pick<UseMeant, 'outcome' | 'counts' | 'area'>,
): RowMeaning {
  if (cti === undefined || presentedAt === undefined) return {}
  return { use: { cti, presentedAt, paper: paper === true, direction, ...how } }
}

function wentTo(area: string, cti: string | undefined, where: Whereabouts): RowMeaning {
  return cti === undefined ? {} : { visit: { area, cti, ...where } }
}
