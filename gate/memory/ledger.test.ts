/** The ledger against a plain Map of the same rules, and what an entry costs. */
import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { MEMORY_MAX } from '../limits.ts'
import { ctiOf } from '../testing/bus/wire.ts'
import { createLedger, LEDGER_ENTRY_BYTES, type LedgerEntry } from './ledger.ts'

const ENTRIES = 8
const MIB = 1_048_576

/** Entries of one owner, oldest first. */
type Model = Map<number, LedgerEntry[]>

const same = (one: LedgerEntry, cti: string, number: number) =>
  one.cti === cti && one.number === number
const sizeOf = (model: Model) => [...model.values()].reduce((sum, list) => sum + list.length, 0)

function put(model: Model, owner: number, entry: LedgerEntry): boolean {
  const list = model.get(owner) ?? []
  const others = list.filter(one => !same(one, entry.cti, entry.number))
  if (others.length === list.length && sizeOf(model) === ENTRIES) return false
  const first = others[0]
  const before = first !== undefined && entry.at < first.at
  model.set(owner, before ? [entry, ...others] : [...others, entry])
  return true
}

function expire(model: Model, owner: number, beforeMs: number, most: number): number {
  const list = model.get(owner) ?? []
  let went = 0
  const lives = ({ at, number }: LedgerEntry) => Math.max(at, Math.abs(number) * 1000)
  while (went < most && list[went] !== undefined && lives(list[went] as LedgerEntry) < beforeMs) {
    went += 1
  }
  model.set(owner, list.slice(went))
  return went
}

const CTIS = [1, 2, 3, 4, 5, 6].map(ctiOf)
const NUMBERS = [0, 1, -1]
const NAMES = CTIS.flatMap(cti => NUMBERS.map(number => ({ cti, number })))
const OWNERS = [0, 1, 2]
const owner = fc.constantFrom(...OWNERS)
const cti = fc.constantFrom(...CTIS)
const number = fc.constantFrom(...NUMBERS)
const entry: fc.Arbitrary<LedgerEntry> = fc.record(
  {
    ...{ cti, number, at: fc.integer({ min: 900, max: 1100 }) },
    ...{ bits: fc.nat(255), lane: fc.nat(65_535), place: fc.nat(65_535), grants: fc.nat(65_535) },
  },
  { noNullPrototype: true },
)
const loaded = fc.record({ entry, left: fc.boolean() }, { noNullPrototype: true })
const step = fc.oneof(
  fc.record({ what: fc.constant('load' as const), owner, all: fc.array(loaded, { maxLength: 9 }) }),
  fc.record({ what: fc.constant('put' as const), owner, entry }),
  fc.record({ what: fc.constant('drop' as const), owner }),
  fc.record({ what: fc.constant('expire' as const), owner, beforeMs: fc.nat(1100) }),
)

const wordsOf = (cti: string) =>
  [0, 8, 16, 24].map(from => Number.parseInt(cti.slice(from, from + 8), 16))

/** Those that are left out have no number. */
function columnsOf(all: readonly { readonly entry: LedgerEntry; readonly left: boolean }[]) {
  const column = (key: 'at' | 'bits' | 'lane' | 'grants') => all.map(one => one.entry[key])
  return {
    words: Uint32Array.from(all.flatMap(one => wordsOf(one.entry.cti))),
    numbers: Float64Array.from(all, ({ entry, left }) => (left ? Number.NaN : entry.number)),
    ats: Float64Array.from(column('at')),
    bits: Uint8Array.from(column('bits')),
    lanes: Uint16Array.from(column('lane')),
    grants: Uint16Array.from(column('grants')),
  }
}

t.test('it holds what a Map of the same rules holds, in the same order', async t => {
  const asTheModel = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), steps => {
    const ledger = createLedger(ENTRIES)
    const model: Model = new Map()
    for (const one of steps) {
      if (one.what === 'put') {
        deepStrictEqual(ledger.put(one.owner, one.entry), put(model, one.owner, one.entry))
      } else if (one.what === 'load') {
        ledger.load(one.owner, columnsOf(one.all))
        for (const { entry, left } of one.all) {
          if (!left) put(model, one.owner, { ...entry, place: 0 })
        }
      } else if (one.what === 'drop') {
        ledger.dropOldest(one.owner)
        model.get(one.owner)?.shift()
      } else {
        const went = expire(model, one.owner, one.beforeMs, 2)
        deepStrictEqual(ledger.expire(one.owner, one.beforeMs, 2), went)
      }
      for (const id of OWNERS) {
        const list = model.get(id) ?? []
        deepStrictEqual([...ledger.entriesOf(id)], list)
        deepStrictEqual(ledger.oldest(id), list[0])
      }
      deepStrictEqual(ledger.size(), sizeOf(model))
    }
    for (const { cti, number } of NAMES) {
      const known = OWNERS.flatMap(id => {
        const one = model.get(id)?.find(each => same(each, cti, number))
        deepStrictEqual(ledger.find(id, cti, number), one)
        return one === undefined ? [] : [[id, one]]
      })
      deepStrictEqual(
        ledger.all(cti, number).sort(([a], [b]) => a - b),
        known,
      )
    }
  })
  t.doesNotThrow(() => fc.assert(asTheModel, { numRuns: 50 }))
})

t.test('a name is kept whole, all its digits', async t => {
  const ledger = createLedger(4)
  const name = '0123456789abcdeffedcba9876543210'
  const one = { cti: name, number: 7, at: 1, bits: 2, lane: 3, place: 4, grants: 5 }
  ledger.put(0, one)
  t.same(ledger.find(0, name, 7), one)
  t.equal(ledger.find(0, `1${name.slice(1)}`, 7), undefined)
})

const entryOf = (n: number, at = n): LedgerEntry => ({
  ...{ cti: ctiOf(n), number: 0, at, bits: 0, lane: 0, place: 0, grants: 0 },
})

t.test('of one moment the later told is the younger', async t => {
  const ledger = createLedger(4)
  for (const n of [1, 2, 3]) ledger.put(0, entryOf(n, 7))
  t.same(
    [...ledger.entriesOf(0)].map(({ cti }) => cti),
    [1, 2, 3].map(ctiOf),
  )
})

t.test('where it is full what is new is refused, and what is known still changes', async t => {
  const ledger = createLedger(2)
  for (const n of [1, 2]) ledger.put(0, entryOf(n))
  t.equal(ledger.put(0, entryOf(3)), false)
  t.equal(ledger.put(9, entryOf(1)), false, 'of another owner')
  t.equal(ledger.put(0, entryOf(1, 3)), true)
  t.same([...ledger.entriesOf(0)], [entryOf(2), entryOf(1, 3)])
  t.same([...ledger.entriesOf(9)], [])
  t.equal(ledger.size(), 2)
})

t.test('it may change while it is read', async t => {
  const ledger = createLedger(4)
  for (const n of [1, 2, 3, 4]) ledger.put(0, entryOf(n))
  const read: number[] = []
  for (const { at } of ledger.entriesOf(0)) {
    read.push(at)
    if (at !== 1) continue
    for (const _ of [1, 2, 3]) ledger.dropOldest(0)
    // In the place of the third; that of the second stays free.
    ledger.put(1, entryOf(5))
  }
  t.same(read, [1, 4], 'nothing that is gone, nothing of another owner in its place')
})

t.test(
  'an entry takes what the arithmetic says, and all bounds together stay under 80 MiB',
  async t => {
    const before = process.memoryUsage().arrayBuffers
    const ledger = createLedger(2 ** 18)
    const bytes = process.memoryUsage().arrayBuffers - before
    t.ok(bytes <= 2 ** 18 * LEDGER_ENTRY_BYTES + 4096, `${bytes / 2 ** 18} bytes an entry`)
    t.equal(ledger.size(), 0)
    const entries = Object.values(MEMORY_MAX).reduce((sum, one) => sum + one, 0)
    t.ok(entries * LEDGER_ENTRY_BYTES < 80 * MIB, `${(entries * LEDGER_ENTRY_BYTES) / MIB} MiB`)
  },
)
