import fc from 'fast-check'
import t from 'tap'
import { STATUS_BYTES_MAX, STATUS_ENTRIES_MAX } from '../limits.ts'
import {
  createStatusList,
  isStatusBits,
  keepRevoked,
  permuteIndex,
  type StatusBits,
  setStatus,
  statusAt,
  statusEntries,
} from './status-list.ts'

t.test('the draft’s §4 examples: least significant bit first', async t => {
  const one = { bits: 1, bytes: Uint8Array.of(0xb9, 0xa3) } as const
  const ones = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
  t.same(
    ones.map((_, index) => statusAt(one, index)),
    ones,
  )
  const two = { bits: 2, bytes: Uint8Array.of(0xc9, 0x44, 0xf9) } as const
  const twos = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
  t.same(
    twos.map((_, index) => statusAt(two, index)),
    twos,
  )
})

t.test('what is set is there, and nothing else changes', async t => {
  for (const bits of [1, 2, 4, 8] as StatusBits[]) {
    const list = createStatusList(40, bits)
    const want = Array.from({ length: statusEntries(list) }, () => 0)
    const write = fc.tuple(fc.nat(want.length - 1), fc.nat(2 ** bits - 1))
    for (const [index, status] of fc.sample(write, { numRuns: 200, seed: bits })) {
      setStatus(list, index, status)
      want[index] = status
    }
    t.same(
      want.map((_, index) => statusAt(list, index)),
      want,
    )
  }
})

t.test('past the end, and over the bits', async t => {
  const list = createStatusList(16, 1)
  t.equal(statusAt(list, 15), 0)
  for (const index of [16, -1, 0.5, Number.NaN, 2 ** 53]) {
    t.throws(() => statusAt(list, index), { code: 'OUT_OF_RANGE' })
    t.throws(() => setStatus(list, index, 1), { code: 'OUT_OF_RANGE' })
  }
  for (const status of [2, -1, 0.5]) {
    t.throws(() => setStatus(list, 0, status), { code: 'OUT_OF_RANGE' })
  }
  t.equal(statusEntries(createStatusList(STATUS_ENTRIES_MAX, 1)), STATUS_ENTRIES_MAX)
  t.throws(() => createStatusList(STATUS_ENTRIES_MAX + 1, 1), { code: 'OUT_OF_RANGE' })
  t.throws(() => createStatusList(0, 1), { code: 'OUT_OF_RANGE' })
  t.equal(statusEntries(createStatusList(1, 8)), 1)
  for (const bits of [1, 2, 4, 8]) t.ok(isStatusBits(bits))
  for (const bits of [0, 3, 16, '1', undefined]) t.notOk(isStatusBits(bits))
})

t.test('attack: un-revoking by a later list', async t => {
  const earlier = createStatusList(32, 1)
  const later = createStatusList(32, 1)
  setStatus(earlier, 7, 1)
  setStatus(later, 8, 1)
  const kept = keepRevoked(earlier, later)
  t.same([statusAt(kept, 7), statusAt(kept, 8), statusAt(kept, 9)], [1, 1, 0])
  t.equal(statusAt(later, 7), 0, 'the later list itself is untouched')
  const shorter = createStatusList(8, 1)
  t.throws(() => keepRevoked(earlier, shorter), { code: 'INVALID_ARGUMENT' })
  t.throws(() => keepRevoked(earlier, createStatusList(16, 2)), { code: 'INVALID_ARGUMENT' })
  t.equal(statusEntries(keepRevoked(shorter, earlier)), 32, 'a list may grow')
})

t.test(
  'places are handed out each exactly once, in an order that takes the key to know',
  async t => {
    const key = new Uint8Array(16).fill(3)
    const other = new Uint8Array(16).fill(4)
    for (const size of [1, 2, 3, 100, 1000]) {
      const places = Array.from({ length: size }, (_, counter) => permuteIndex(counter, key, size))
      t.equal(new Set(places).size, size, `a bijection of ${size}`)
      t.ok(places.every(place => place >= 0 && place < size))
    }
    const places = (by: Uint8Array): number[] =>
      Array.from({ length: 64 }, (_, counter) => permuteIndex(counter, by, 1 << 20))
    t.same(places(key), places(key))
    t.notSame(places(key), places(other))
    const steps = places(key).map((place, i, all) => place - (all[i - 1] ?? 0))
    t.ok(steps.filter(step => Math.abs(step) < 1000).length < 4, 'neighbours in time are apart')
    t.throws(() => permuteIndex(100, key, 100), { code: 'OUT_OF_RANGE' }, 'full')
    const most = STATUS_BYTES_MAX * 8
    t.ok(permuteIndex(most - 1, key, most) < most)
    for (const size of [0, -1, 1.5, most + 1]) {
      t.throws(() => permuteIndex(0, key, size), { code: 'OUT_OF_RANGE' })
    }
    for (const counter of [-1, 0.5, Number.NaN]) {
      t.throws(() => permuteIndex(counter, key, 8), { code: 'OUT_OF_RANGE' })
    }
  },
)
