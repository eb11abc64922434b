/**
 * Entries by certificate and number, in columns of fixed width: 56 bytes each, where an object in a
 * Map takes about 300. All columns are made at once for the most that may come, so that nothing is copied
 * or hashed anew while somebody waits; the system gives real memory only to what is written.
 *
 * Each entry belongs to an owner, whose entries hang together from the oldest to the youngest. So
 * the oldest of one owner is found without a look at anything else.
 */
import { getRandomValues } from 'node:crypto'

/** `cti`: 32 hex digits. `number`: any safe integer. `at`: Unix milliseconds. */
export interface LedgerEntry {
  readonly cti: string
  readonly number: number
  readonly at: number
  /** 0 to 255. */
  readonly bits: number
  /** 0 to 65,535, each. */
  readonly lane: number
  readonly place: number
  readonly grants: number
}

/** Entries as the ledger has them: of each, one element of each column, or four of `words`. */
export interface LedgerColumns {
  readonly words: Uint32Array
  readonly numbers: Float64Array
  readonly ats: Float64Array
  readonly bits: Uint8Array
  readonly lanes: Uint16Array
  readonly grants: Uint16Array
}

export interface Ledger {
  readonly entriesMax: number
  /** All that it holds. */
  size(): number
  /** What `owner` has in it, 0 to 255. */
  count(owner: number): number
  find(owner: number, cti: string, number: number): LedgerEntry | undefined
  /** Of every owner. */
  all(cti: string, number: number): (readonly [owner: number, entry: LedgerEntry])[]
  /** In the place of the owner's entry of this name, if there is one; false when there is no room. */
  put(owner: number, entry: LedgerEntry): boolean
  /**
   * As `put` of each of the columns' entries in turn, until there is no room; one whose number is NaN
   * is left out.
   */
  load(owner: number, columns: LedgerColumns): void
  oldest(owner: number): LedgerEntry | undefined
  dropOldest(owner: number): void
  /** Drops up to `most` of the owner's oldest that are from before `beforeMs`; how many went. */
  expire(owner: number, beforeMs: number, most: number): number
  /** The owner's entries, oldest first; may be read while they change. */
  entriesOf(owner: number): Iterable<LedgerEntry>
}

/** Of columns, with a head of chain for each entry. */
export const LEDGER_ENTRY_BYTES = 56
const OWNERS = 256
const NONE = -1

export function createLedger(entriesMax: number): Ledger {
  const names = new Uint32Array(entriesMax * 4)
  const numbers = new Float64Array(entriesMax)
  const ats = new Float64Array(entriesMax)
  const lanes = new Uint16Array(entriesMax)
  const places = new Uint16Array(entriesMax)
  const grants = new Uint16Array(entriesMax)
  const bits = new Uint8Array(entriesMax)
  const owners = new Uint8Array(entriesMax)
  // An entry's name as four words; the last one is kept, since it is asked for several times.
  const words = new Uint32Array(4)
  let wordsOf = ''

  // The next of the same hash; of a free one, the next that is free. One more than it is; 0: none.
  const chain = new Uint32Array(entriesMax)
  const older = new Int32Array(entriesMax)
  const younger = new Int32Array(entriesMax)
  const heads = new Uint32Array(2 ** Math.ceil(Math.log2(entriesMax)))
  const first = new Int32Array(OWNERS).fill(NONE)
  const last = new Int32Array(OWNERS).fill(NONE)
  const counts = new Uint32Array(OWNERS)
  // Not to be guessed: whoever invents names must not make them meet in one place.
  const seeds = getRandomValues(new Uint32Array(4))
  let used = 0
  let free = 0
  let size = 0

  function read(cti: string): void {
    if (cti === wordsOf) return
    for (let i = 0; i < 4; i++) words[i] = Number.parseInt(cti.slice(i * 8, i * 8 + 8), 16)
    wordsOf = cti
  }

  function placeOf(number: number): number {
    let hash = number | 0
    for (let i = 0; i < 4; i++) {
      hash = Math.imul(hash ^ (words[i] as number) ^ (seeds[i] as number), 0x85ebca6b)
      hash ^= hash >>> 15
    }
    return (Math.imul(hash, 0xc2b2ae35) >>> 8) & (heads.length - 1)
  }

  function isOf(slot: number, number: number): boolean {
    if (numbers[slot] !== number) return false
    for (let i = 0; i < 4; i++) if (names[slot * 4 + i] !== words[i]) return false
    return true
  }

  /** Of the certificate in `words`. */
  function slotOf(owner: number, number: number): number {
    for (let at = heads[placeOf(number)] as number; at !== 0; at = chain[at - 1] as number) {
      if (owners[at - 1] === owner && isOf(at - 1, number)) return at - 1
    }
    return NONE
  }

  function entryAt(slot: number): LedgerEntry {
    let cti = ''
    for (let i = 0; i < 4; i++) {
      cti += (names[slot * 4 + i] as number).toString(16).padStart(8, '0')
    }
    return {
      ...{ cti, number: numbers[slot] as number, at: ats[slot] as number },
      ...{ bits: bits[slot] as number, lane: lanes[slot] as number },
      ...{ place: places[slot] as number, grants: grants[slot] as number },
    }
  }

  function take(): number {
    if (free !== 0) {
      const slot = free - 1
      free = chain[slot] as number
      return slot
    }
    return used < entriesMax ? used++ : NONE
  }

  /** The youngest of its owner, or the oldest where it is older than all: so answers come. */
  function link(owner: number, slot: number): void {
    const [oldest, youngest] = [first[owner] as number, last[owner] as number]
    const before = oldest !== NONE && (ats[slot] as number) < (ats[oldest] as number)
    older[slot] = before ? NONE : youngest
    younger[slot] = before ? oldest : NONE
    if (before) older[oldest] = slot
    else if (youngest !== NONE) younger[youngest] = slot
    if (before || oldest === NONE) first[owner] = slot
    if (!before) last[owner] = slot
  }

  function unlink(owner: number, slot: number): void {
    const [before, after] = [older[slot] as number, younger[slot] as number]
    if (before === NONE) first[owner] = after
    else younger[before] = after
    if (after === NONE) last[owner] = before
    else older[after] = before
  }

  function drop(slot: number): void {
    for (let i = 0; i < 4; i++) words[i] = names[slot * 4 + i] as number
    wordsOf = ''
    const place = placeOf(numbers[slot] as number)
    let before = 0
    for (let at = heads[place] as number; at !== slot + 1; at = chain[at - 1] as number) before = at
    if (before === 0) heads[place] = chain[slot] as number
    else chain[before - 1] = chain[slot] as number
    const owner = owners[slot] as number
    unlink(owner, slot)
    counts[owner] = (counts[owner] as number) - 1
    chain[slot] = free
    free = slot + 1
    ats[slot] = Number.NaN
    size -= 1
  }

  function add(owner: number, number: number): number {
    const slot = take()
    if (slot === NONE) return NONE
    names.set(words, slot * 4)
    numbers[slot] = number
    owners[slot] = owner
    const place = placeOf(number)
    chain[slot] = heads[place] as number
    heads[place] = slot + 1
    counts[owner] = (counts[owner] as number) + 1
    size += 1
    return slot
  }

  /** Where the certificate in `words` goes: out of its place in time, if it was there. */
  function slotFor(owner: number, number: number): number {
    const known = slotOf(owner, number)
    if (known === NONE) return add(owner, number)
    unlink(owner, known)
    return known
  }

  const dropOldest = (owner: number): void => {
    const slot = first[owner] as number
    if (slot !== NONE) drop(slot)
  }

  return {
    entriesMax,
    size: () => size,
    count: owner => counts[owner] as number,
    find(owner, cti, number) {
      read(cti)
      const slot = slotOf(owner, number)
      return slot === NONE ? undefined : entryAt(slot)
    },
    all(cti, number) {
      const found: [number, LedgerEntry][] = []
      read(cti)
      for (let at = heads[placeOf(number)] as number; at !== 0; at = chain[at - 1] as number) {
        if (isOf(at - 1, number)) found.push([owners[at - 1] as number, entryAt(at - 1)])
      }
      return found
    },
    put(owner, entry) {
      read(entry.cti)
      const slot = slotFor(owner, entry.number)
      if (slot === NONE) return false
      ats[slot] = entry.at
      bits[slot] = entry.bits
      lanes[slot] = entry.lane
      places[slot] = entry.place
      grants[slot] = entry.grants
      link(owner, slot)
      return true
    },
    load(owner, columns) {
      wordsOf = ''
      for (let i = 0; i < columns.ats.length; i++) {
        const number = columns.numbers[i] as number
        if (Number.isNaN(number)) continue
        for (let w = 0; w < 4; w++) words[w] = columns.words[i * 4 + w] as number
        const slot = slotFor(owner, number)
        if (slot === NONE) continue
        ats[slot] = columns.ats[i] as number
        bits[slot] = columns.bits[i] as number
        lanes[slot] = columns.lanes[i] as number
        places[slot] = 0
        grants[slot] = columns.grants[i] as number
        link(owner, slot)
      }
    },
    oldest(owner) {
      const slot = first[owner] as number
      return slot === NONE ? undefined : entryAt(slot)
    },
    dropOldest,
    expire(owner, beforeMs, most) {
      let went = 0
      for (let slot = first[owner] as number; slot !== NONE && went < most; went++) {
        // Paper and codes that lie ahead of a clock that was behind live by their own time.
        const lives = Math.max(ats[slot] as number, Math.abs(numbers[slot] as number) * 1000)
        if (lives >= beforeMs) break
        drop(slot)
        slot = first[owner] as number
      }
      return went
    },
    *entriesOf(owner) {
      const slots = new Uint32Array(counts[owner] as number)
      let count = 0
      for (let slot = first[owner] as number; slot !== NONE; slot = younger[slot] as number) {
        slots[count++] = slot
      }
      for (const slot of slots) {
        if (owners[slot] === owner && !Number.isNaN(ats[slot])) yield entryAt(slot)
      }
    },
  }
}
