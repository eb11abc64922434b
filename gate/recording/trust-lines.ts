/** Trust and clock as lines of a recording: signed documents as they came, one list a line. Pure. */
import type { RecordedLine, RecordedTrust } from '../contract/recording.ts'
import { changeBetween, clockRow } from '../trust/cache.ts'
import type { CacheChange } from '../trust/cache-file.ts'
import type { GateClock } from '../trust/clock.ts'
import type { TrustState } from '../trust/state.ts'

type Lines = Extract<RecordedLine, { is: 'trust' }>

/** From `before` (undefined: from nothing) to `now`; none where nothing has changed. */
export function trustLines(before: TrustState | undefined, now: TrustState, ms: number): Lines[] {
  const change = changeBetween(before, now, clockRow(0, undefined))
  const { putLists, putBits, ...rest } = change
  const none = { ...EMPTY, putLists: [], putBits: [] }
  return [
    ...(isEmpty(rest) ? [] : [{ ...rest, putLists: [], putBits: [] }]),
    ...putLists.map(list => ({ ...none, putLists: [list] })),
    ...putBits.map(bits => ({ ...none, putBits: [bits] })),
  ].map(one => ({ is: 'trust', ms, change: recordedOf(one) }))
}

const toBase64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

type Change = Omit<CacheChange, 'clock'>
const EMPTY = { clear: false, trust: [], dropLists: [], dropBits: [], putKids: [], dropKids: [] }

function isEmpty({ clear, manifest, ...lists }: Omit<Change, 'putLists' | 'putBits'>): boolean {
  const { trust, dropLists, dropBits, putKids, dropKids } = lists
  const all = [trust, dropLists, dropBits, putKids, dropKids]
  return !clear && manifest === undefined && all.every(({ length }) => length === 0)
}

function recordedOf(change: Change): RecordedTrust {
  const { manifest } = change
  const withBytes = <Row extends { bytes: Uint8Array }>({ bytes, ...row }: Row) => ({
    ...row,
    bytes: toBase64(bytes),
  })
  return {
    clear: change.clear,
    trust: change.trust.map(withBytes),
    ...(manifest !== undefined && { manifest: manifest && toBase64(manifest) }),
    putLists: change.putLists.map(withBytes),
    dropLists: [...change.dropLists],
    putBits: change.putBits.map(({ deflated, ...row }) => ({
      ...row,
      deflated: toBase64(deflated),
    })),
    dropBits: [...change.dropBits],
    putKids: [...change.putKids],
    dropKids: [...change.dropKids],
  }
}

/** `zeroMs`: monotonic time when the recording began. */
export function clockLine(
  { anchorMs, anchorMonotonicMs, floorMs, state, doubt, sync, unsupportedMs }: GateClock,
  rollback: Extract<RecordedLine, { is: 'clock' }>['rollback'],
  { ms, zeroMs }: { readonly ms: number; readonly zeroMs: number },
): Extract<RecordedLine, { is: 'clock' }> {
  const clock = {
    ...{ anchorMs, anchorMonotonicMs: anchorMonotonicMs - zeroMs, floorMs, state, unsupportedMs },
    ...(doubt !== undefined && { doubt }),
    ...(sync !== undefined && { sync }),
  }
  return { is: 'clock', ms, clock, rollback }
}
