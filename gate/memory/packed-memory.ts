/**
 * Memory on its way from the journal to the process that decides: columns, as the ledger has them. A
 * full one has half a million entries. As objects they took two seconds and 300 MiB of each start.
 */
import type { AreaVisit } from '../decide/areas.ts'
import type { SeenPresentation } from '../decide/rules.ts'
import { useBits, usedBy, visitBits, whereIn } from './ledger-entries.ts'

/** A presentation used here. */
export interface SnapshotUse extends SeenPresentation {
  readonly cti: string
  readonly presentedAt: number
  /** Of a paper pass. */
  readonly paper?: boolean
}

/** What memory is made of at start, each kind oldest first. */
export interface MemorySnapshot {
  readonly presentations: readonly SnapshotUse[]
  readonly visits: readonly (AreaVisit & { area: string; cti: string })[]
  readonly pardons?: readonly PardonedArea[]
}

/** When the last fire or emergency release of an area was, Unix milliseconds; '': of every one. */
export interface PardonedArea {
  readonly area: string
  readonly atMs: number
}

/** The same, packed. */
export interface PackedMemory {
  readonly codes: PackedEntries
  readonly papers: PackedEntries
  readonly visits: PackedEntries
  readonly pardons: readonly PardonedArea[]
}

/** Of each entry one element of each column, or four of `words`. */
export interface PackedColumns {
  /** The certificate, 128 bits. */
  readonly words: Uint32Array
  /** When a use was presented, Unix seconds; 0 of a visit. */
  readonly numbers: Float64Array
  /** Unix milliseconds. */
  readonly ats: Float64Array
  /** As in `ledger-entries.ts`. */
  readonly bits: Uint8Array
  /** A use's lane, a visit's area, by its place in `names`. */
  readonly named: Uint16Array
  readonly grants: Uint16Array
}

/** Oldest first. */
export interface PackedEntries extends PackedColumns {
  readonly names: readonly string[]
}

const WORDS = 4

/** Of zeros, in memory that threads share: they are handed over without a copy. */
export function createColumns(entries: number): PackedColumns {
  const each = (bytes: number) => new SharedArrayBuffer(entries * bytes)
  return {
    words: new Uint32Array(each(WORDS * Uint32Array.BYTES_PER_ELEMENT)),
    numbers: new Float64Array(each(Float64Array.BYTES_PER_ELEMENT)),
    ats: new Float64Array(each(Float64Array.BYTES_PER_ELEMENT)),
    bits: new Uint8Array(each(Uint8Array.BYTES_PER_ELEMENT)),
    named: new Uint16Array(each(Uint16Array.BYTES_PER_ELEMENT)),
    grants: new Uint16Array(each(Uint16Array.BYTES_PER_ELEMENT)),
  }
}

/** Those at the places that `order` names, in that order. */
export function inOrder(from: PackedColumns, order: Uint32Array): PackedColumns {
  const { numbers, ats, bits, named, grants } = from
  const to = createColumns(order.length)
  for (let i = 0; i < to.words.length; i++) {
    const place = order[Math.floor(i / WORDS)] as number
    to.words[i] = from.words[place * WORDS + (i % WORDS)] as number
  }
  for (let i = 0; i < order.length; i++) {
    const place = order[i] as number
    to.ats[i] = ats[place] as number
    to.numbers[i] = numbers[place] as number
    to.bits[i] = bits[place] as number
    to.grants[i] = grants[place] as number
    to.named[i] = named[place] as number
  }
  return to
}

export const NO_ENTRIES: PackedEntries = packed([], () => ({ cti: '', at: 0, bits: 0, name: '' }))

export const NO_MEMORY: PackedMemory = {
  ...{ codes: NO_ENTRIES, papers: NO_ENTRIES, visits: NO_ENTRIES },
  pardons: [],
}

export function packMemory({ presentations, visits, pardons = [] }: MemorySnapshot): PackedMemory {
  const uses = (ofPaper: boolean) =>
    packed(
      presentations.filter(({ paper = false }) => paper === ofPaper),
      ({ cti, presentedAt: number, lane: name, atMs: at, grants, ...used }) => ({
        ...{ cti, number, name, at, grants },
        bits: useBits(used),
      }),
    )
  return {
    codes: uses(false),
    papers: uses(true),
    visits: packed(visits, ({ area: name, cti, atMs: at, ...where }) => ({
      ...{ name, cti, at },
      bits: visitBits(where),
    })),
    pardons,
  }
}

export function unpackMemory({ codes, papers, visits, pardons }: PackedMemory): MemorySnapshot {
  const use = ({ cti, number: presentedAt, name: lane, at: atMs, grants, bits }: Entry) => ({
    ...{ cti, presentedAt, lane, atMs, grants },
    ...usedBy(bits),
  })
  return {
    presentations: [
      ...unpacked(codes).map(use),
      ...unpacked(papers).map(one => ({ ...use(one), paper: true })),
    ],
    visits: unpacked(visits).map(({ cti, name: area, at: atMs, bits }) => ({
      ...{ area, cti, atMs },
      ...whereIn(bits),
    })),
    pardons,
  }
}

interface Entry {
  readonly cti: string
  readonly number: number
  readonly at: number
  readonly bits: number
  readonly grants: number
  readonly name: string
}

type GivenEntry = Omit<Entry, 'number' | 'grants'> & Partial<Entry>

function packed<One>(all: readonly One[], toEntry: (one: One) => GivenEntry): PackedEntries {
  const entries = all.map(toEntry)
  const names = createNumbering()
  const words = new Uint32Array(entries.length * WORDS)
  for (const [i, { cti }] of entries.entries()) {
    for (let w = 0; w < WORDS; w++) {
      words[i * WORDS + w] = Number.parseInt(cti.slice(w * 8, w * 8 + 8), 16)
    }
  }
  return {
    words,
    named: Uint16Array.from(entries, ({ name }) => names.numberOf(name)),
    names: names.all(),
    numbers: Float64Array.from(entries, ({ number = 0 }) => number),
    ats: Float64Array.from(entries, ({ at }) => at),
    bits: Uint8Array.from(entries, ({ bits }) => bits),
    grants: Uint16Array.from(entries, ({ grants = 0 }) => grants),
  }
}

/** Numbers names that come again and again, once each, from 0. */
export function createNumbering() {
  const numbers = new Map<string, number>()
  return {
    numberOf(name: string): number {
      const known = numbers.get(name)
      if (known === undefined) numbers.set(name, numbers.size)
      return known ?? numbers.size - 1
    },
    /** By number. */
    all: (): readonly string[] => [...numbers.keys()],
  }
}

function unpacked(entries: PackedEntries): Entry[] {
  const { words, numbers, ats, bits, named, grants, names } = entries
  return Array.from(ats, (at, i) => ({
    cti: Array.from(words.subarray(i * WORDS, (i + 1) * WORDS), hex).join(''),
    ...{ at, number: numbers[i] as number, bits: bits[i] as number },
    ...{ grants: grants[i] as number, name: names[named[i] as number] as string },
  }))
}

const hex = (word: number): string => word.toString(16).padStart(8, '0')
