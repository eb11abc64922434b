/** The ledger against a plain Map of the same rules, and what an entry costs. */
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

const owner = fc.integer({ min: 0, max: 2 })
const cti = fc.integer({ min: 1, max: 6 }).map(ctiOf)
const number = fc.constantFrom(0, 1, -1)
const entry: fc.Arbitrary<LedgerEntry> = fc.record({
  ...{ cti, number, at: fc.integer({ min: 900, max: 1100 }) },
  ...{ bits: fc.nat(255), lane: fc.nat(65_535), place: fc.nat(65_535), grants: fc.nat(65_535) },
})
const step = fc.oneof(
  fc.record({ what: fc.constant('put' as const), owner, entry }),
  fc.record({ what: fc.constant('drop' as const), owner }),
  fc.record({ what: fc.constant('expire' as const), owner, beforeMs: fc.nat(1100) }),
)

t.test('it holds what a Map of the same rules holds, in the same order', async t => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const ledger = createLedger(ENTRIES)
      const model: Model = new Map()
      for (const one of steps) {
        if (one.what === 'put') {
          t.equal(ledger.put(one.owner, one.entry), put(model, one.owner, one.entry))
        } else if (one.what === 'drop') {
          ledger.dropOldest(one.owner)
          model.get(one.owner)?.shift()
        } else {
          const went = expire(model, one.owner, one.beforeMs, 2)
          t.equal(ledger.expire(one.owner, one.beforeMs, 2), went)
        }
        for (const id of [0, 1, 2]) {
          const list = model.get(id) ?? []
          t.same([...ledger.entriesOf(id)], list)
          t.same(ledger.oldest(id), list[0])
          for (const each of list) t.same(ledger.find(id, each.cti, each.number), each)
        }
        t.equal(ledger.size(), sizeOf(model))
      }
      for (let n = 1; n <= 6; n++) {
        const found = ledger.all(ctiOf(n), 0).map(([id]) => id)
        const ids = [0, 1, 2].filter(id => model.get(id)?.some(one => same(one, ctiOf(n), 0)))
        t.same(found.sort(), ids)
      }
    }),
    { numRuns: 60 },
  )
})

t.test('a name is kept whole, all its digits', async t => {
  const ledger = createLedger(4)
  const name = '0123456789abcdeffedcba9876543210'
  const one = { cti: name, number: 7, at: 1, bits: 2, lane: 3, place: 4, grants: 5 }
  ledger.put(0, one)
  t.same(ledger.find(0, name, 7), one)
  t.equal(ledger.find(0, `1${name.slice(1)}`, 7), undefined)
})

t.test('it may change while it is read', async t => {
  const ledger = createLedger(4)
  const add = (n: number) =>
    ledger.put(0, { cti: ctiOf(n), number: 0, at: n, bits: 0, lane: 0, place: 0, grants: 0 })
  for (const n of [1, 2, 3]) add(n)
  const read: number[] = []
  for (const { at } of ledger.entriesOf(0)) {
    read.push(at)
    if (at !== 1) continue
    ledger.dropOldest(0)
    ledger.dropOldest(0)
  }
  t.same(read, [1, 3])
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
