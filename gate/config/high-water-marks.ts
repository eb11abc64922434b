/** The highest numbers of a gate's config, as the journal knows them: no number is used or taken twice. */
import type { Known } from '../store/high-water-marks.ts'
import type { History } from './revisions.ts'

const REVISION = 'config revision'
const SERVICE = 'config service'

/** For the journal to know. */
export function numbersOf({ revisions, seen }: History): Known {
  const last = revisions.at(-1)?.number ?? 0
  return { [REVISION]: last, [SERVICE]: seen.serviceRevision }
}

/** Whether a config ran here before. */
export function isAfterFirst(known: Known): boolean {
  return REVISION in known
}

/** Where a history begins whose revisions were lost. */
export function numbersAfter(known: Known): { number: number; serviceRevision: number } {
  return { number: (known[REVISION] ?? -1) + 1, serviceRevision: known[SERVICE] ?? 0 }
}

/**
 * A history that is older than what this gate acted on: somebody put an older file in place. Its
 * revisions are those that there are; what the service sent before is still not taken again.
 */
export function withKnown(history: History, known: Known): { history: History; older?: string } {
  const { number, serviceRevision } = numbersAfter(known)
  const { [REVISION]: last = 0, [SERVICE]: service = 0 } = numbersOf(history)
  if (last >= number - 1 && service >= serviceRevision) return { history }
  const seen = { ...history.seen, serviceRevision: Math.max(service, serviceRevision) }
  const older = `its revisions end with ${last}, and this gate ran ${number - 1}: an older file was put in place`
  return { history: { ...history, seen }, older }
}
