import fc from 'fast-check'
import t from 'tap'
import { type CborValue, encodeCbor } from '../cbor.ts'
import * as limits from '../limits.ts'
import {
  type BoardingContents,
  type BoardingList,
  boardsElsewhere,
  encodeBoardingList,
  openBoardingList,
  trainsOf,
} from './boarding.ts'

const NOW = 1_770_000_000
const train = (number: string, from = NOW, until = NOW + 600) => ({ number, from, until })
const cti = (n: number) => {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(0, n)
  return bytes
}
const contents = (over: Partial<BoardingContents> = {}): BoardingContents => ({
  station: 'north',
  tickets: [
    { cti: cti(7), train: train('G101') },
    { cti: cti(2), train: train('G103', NOW + 60, NOW + 900) },
    { cti: cti(7), train: train('G103', NOW + 60, NOW + 900) },
  ],
  elsewhere: [cti(9), cti(3)],
  ...over,
})

function opened(bytes: Uint8Array): BoardingList {
  const result = openBoardingList(bytes, 'north')
  if (!result.ok) throw new Error(result.code)
  return result.list
}
const codeOf = (bytes: Uint8Array, station = 'north') => {
  const result = openBoardingList(bytes, station)
  return result.ok ? 'OK' : result.code
}

t.test('what was written is found by its certificate, and nothing else is', async t => {
  const list = opened(encodeBoardingList(contents()))
  t.same(trainsOf(list, cti(7)), [train('G101'), train('G103', NOW + 60, NOW + 900)])
  t.same(trainsOf(list, cti(2)), [train('G103', NOW + 60, NOW + 900)])
  for (const n of [0, 1, 3, 8, 0xffff_ffff]) t.same(trainsOf(list, cti(n)), [], `${n}`)
  t.same(
    [3, 9, 2, 7].map(n => boardsElsewhere(list, cti(n))),
    [true, true, false, false],
  )
  const empty = opened(encodeBoardingList(contents({ tickets: [], elsewhere: [] })))
  t.same(trainsOf(empty, cti(7)), [])
  t.equal(boardsElsewhere(empty, cti(7)), false)
})

t.test('any contents, as a plain search would find them; their order says nothing', async t => {
  const small = fc.nat({ max: 40 })
  const ticket = fc.record({ n: small, train: fc.nat({ max: 12 }) })
  fc.assert(
    fc.property(fc.array(ticket, { maxLength: 60 }), fc.array(small), (tickets, others) => {
      const all = tickets.map(one => ({
        cti: cti(one.n),
        train: train(`G${one.train}`, NOW + one.train),
      }))
      const elsewhere = others.map(cti)
      const bytes = encodeBoardingList(contents({ tickets: all, elsewhere }))
      const turned = contents({ tickets: all.toReversed(), elsewhere: elsewhere.toReversed() })
      t.same(encodeBoardingList(turned), bytes)
      const list = opened(bytes)
      for (let n = 0; n <= 41; n++) {
        const trains = tickets.filter(one => one.n === n).map(one => one.train)
        const wanted = [...new Set(trains)].sort((a, b) => a - b).map(k => `G${k}`)
        t.same(
          trainsOf(list, cti(n)).map(one => one.number),
          wanted,
        )
        t.equal(boardsElsewhere(list, cti(n)), others.includes(n))
      }
    }),
    { numRuns: 40 },
  )
})

t.test('a list of another station', async t => {
  t.equal(codeOf(encodeBoardingList(contents()), 'south'), 'OTHER_STATION')
})

t.test('every limit, at it and one over', async t => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ cti: cti(i), train: train('G1') }))
  const trains = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      cti: cti(i),
      train: train(`G${i}`, NOW, NOW + 1 + i),
    }))
  const ofOne = (count: number) => trains(count).map(one => ({ ...one, cti: cti(5) }))
  const others = (count: number) => Array.from({ length: count }, (_, i) => cti(i))
  const rows: [string, (count: number) => Partial<BoardingContents>, number][] = [
    ['tickets', n => ({ tickets: many(n) }), limits.BOARDING_TICKETS_MAX],
    ['trains', n => ({ tickets: trains(n) }), limits.BOARDING_TRAINS_MAX],
    ['of one certificate', n => ({ tickets: ofOne(n) }), limits.TICKETS_PER_CERTIFICATE_MAX],
    ['elsewhere', n => ({ elsewhere: others(n) }), limits.BOARDING_ELSEWHERE_MAX],
    ['station', n => ({ station: 'n'.repeat(n) }), limits.NAME_BYTES_MAX],
    [
      'train number',
      n => ({ tickets: [{ cti: cti(1), train: train('G'.repeat(n)) }] }),
      limits.TRAIN_NUMBER_BYTES_MAX,
    ],
  ]
  for (const [what, make, max] of rows) {
    const bytes = encodeBoardingList(contents(make(max)))
    t.ok(bytes.length <= limits.BOARDING_BYTES_MAX, what)
    t.ok(openBoardingList(bytes, make(max).station ?? 'north').ok, what)
    t.throws(() => encodeBoardingList(contents(make(max + 1))), { code: 'INVALID_ARGUMENT' }, what)
  }
  const full = contents({
    tickets: [...trains(4095), ...many(limits.BOARDING_TICKETS_MAX).slice(4095)],
    elsewhere: others(limits.BOARDING_ELSEWHERE_MAX),
  })
  t.equal(codeOf(encodeBoardingList(full)), 'OK', 'all of it at once')
  t.equal(codeOf(new Uint8Array(limits.BOARDING_BYTES_MAX)), 'MALFORMED')
  t.equal(codeOf(new Uint8Array(limits.BOARDING_BYTES_MAX + 1)), 'LENGTH')
})

t.test('hostile lists are refused, and never throw', async t => {
  const record = (n: number, place: number) => [...cti(n), place >> 8, place & 255]
  const fields = (over: Readonly<Record<number, CborValue>>) => {
    const whole: Record<number, CborValue> = {
      1: 'north',
      2: [['G1', NOW, NOW + 1]],
      3: new Uint8Array(record(1, 0)),
      4: new Uint8Array(8),
      ...over,
    }
    return encodeCbor(new Map(Object.entries(whole).map(([key, value]) => [Number(key), value])))
  }
  t.equal(codeOf(fields({})), 'OK')
  const rows: [string, Readonly<Record<number, CborValue>>][] = [
    ['a field more', { 5: 1 }],
    ['no station', { 1: '' }],
    ['a train of two', { 2: [['G1', NOW]] }],
    ['a window of nothing', { 2: [['G1', NOW, NOW]] }],
    [
      'a train twice',
      {
        2: [
          ['G1', NOW, NOW + 1],
          ['G1', NOW, NOW + 1],
        ],
      },
    ],
    [
      'trains out of order',
      {
        2: [
          ['G1', NOW + 1, NOW + 2],
          ['G2', NOW, NOW + 1],
        ],
      },
    ],
    ['half a record', { 3: new Uint8Array(17) }],
    ['a ticket twice', { 3: new Uint8Array([...record(1, 0), ...record(1, 0)]) }],
    ['tickets out of order', { 3: new Uint8Array([...record(2, 0), ...record(1, 0)]) }],
    ['a train that is not there', { 3: new Uint8Array(record(1, 1)) }],
    ['half of one elsewhere', { 4: new Uint8Array(7) }],
    ['one elsewhere twice', { 4: new Uint8Array(16) }],
    ['a text for records', { 3: 'x' }],
  ]
  for (const [what, over] of rows) t.equal(codeOf(fields(over)), 'MALFORMED', what)
  const good = encodeBoardingList(contents())
  for (let end = 0; end < good.length; end++) {
    t.equal(codeOf(good.subarray(0, end)), 'MALFORMED', `cut at ${end}`)
  }
  fc.assert(
    fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
      const spoilt = good.slice()
      spoilt[at] = byte
      const result = openBoardingList(spoilt, 'north')
      if (result.ok) for (const n of [2, 7, 9]) trainsOf(result.list, cti(n))
    }),
  )
})
