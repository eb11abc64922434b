/**
 * A scanner that types like a keyboard ("keyboard wedge"): its keys come faster than anybody types and
 * end in Enter. A pure reader of keys: what it takes for a scan it gives, whatever has the focus.
 */

/** Longest time between two keys of a scanner; a held key repeats slower, and hands type slower. */
export const KEY_GAP_MS_MAX = 28
/** Fewer keys are no scan: two hands can roll over a few keys as fast. */
export const SCAN_KEYS_MIN = 6
/** From here on keys are the scanner's alone, and don't reach the field that has the focus. */
export const SURE_KEYS = 4
/** More is no code: what came is dropped up to its Enter. */
export const SCAN_CHARS_MAX = 2_000

export interface Key {
  /** As `KeyboardEvent.key`. */
  readonly key: string
  /** Milliseconds of a clock that only goes forward. */
  readonly at: number
  /** A held key that repeats, or one with Ctrl, Alt or Meta. */
  readonly isOther: boolean
}

export type Heard =
  /** Typed by hand, as far as one can tell. */
  | { readonly is: 'typed' }
  /** The scanner's: it goes to no field. */
  | { readonly is: 'swallowed' }
  /** The first of a burst: what the field has now is what it had before a scan. */
  | { readonly is: 'first' }
  | { readonly is: 'scan'; readonly text: string }

export interface ScannerReader {
  hear(key: Key): Heard
}

export function createScannerReader(): ScannerReader {
  let text = ''
  let count = 0
  let lastAt = Number.NEGATIVE_INFINITY

  function begin(key: Key): Heard {
    count = key.key.length === 1 && !key.isOther ? 1 : 0
    text = count === 1 ? key.key : ''
    lastAt = key.at
    return { is: count === 1 ? 'first' : 'typed' }
  }

  return {
    hear(key) {
      // Shift and the like come between the keys of a scanner.
      if (key.key !== 'Enter' && [...key.key].length > 1) return { is: 'typed' }
      const isOfBurst = count > 0 && key.at - lastAt <= KEY_GAP_MS_MAX && !key.isOther
      if (!isOfBurst) return begin(key)
      lastAt = key.at
      if (key.key === 'Enter') {
        const scanned = { text, count }
        count = 0
        text = ''
        if (scanned.count < SCAN_KEYS_MIN) return { is: 'typed' }
        return scanned.count > SCAN_CHARS_MAX
          ? { is: 'swallowed' }
          : { is: 'scan', text: scanned.text }
      }
      count += 1
      if (count <= SCAN_CHARS_MAX) text += key.key
      return { is: count > SURE_KEYS ? 'swallowed' : 'typed' }
    },
  }
}
