import t from 'tap'
import { duplicatesOf, type Passage, useOf } from './duplicates.ts'

const HOUR = 3_600_000
let seq = 0
const passage = (over: Partial<Passage>): Passage => ({
  gate: 'north-1',
  epoch: 'e'.repeat(16),
  seq: ++seq,
  lane: 'A',
  station: 'north',
  area: 'main',
  cti: 'a'.repeat(32),
  direction: 'entry',
  at: 1000,
  presentedAt: null,
  ...over,
})
const kinds = (passages: Passage[]) =>
  duplicatesOf(passages, 4 * HOUR).map(({ kind, first, second }) => [kind, first.at, second.at])

t.test('what is a second use and what is not', async t => {
  const rows: [string, Partial<Passage>[], unknown[]][] = [
    ['nothing', [], []],
    ['once', [{}], []],
    ['in and out', [{}, { at: 2000, direction: 'exit' }], []],
    ['in, out, in', [{}, { at: 2000, direction: 'exit' }, { at: 3000 }], []],
    ['in and in', [{}, { at: 2000, gate: 'north-2' }], [['INSIDE_TWICE', 1000, 2000]]],
    ['as the clocks say, not as they came', [{ at: 9 }, { at: 3 }], [['INSIDE_TWICE', 3, 9]]],
    ['out and out', [{ direction: 'exit' }, { at: 2000, direction: 'exit' }], []],
    ['in again after the pass-back time', [{}, { at: 1000 + 4 * HOUR }], []],
    ['just before its end', [{}, { at: 999 + 4 * HOUR }], [['INSIDE_TWICE', 1000, 999 + 4 * HOUR]]],
    ['another area', [{}, { at: 2000, area: 'east' }], []],
    ['another station', [{}, { at: 2000, station: 'south' }], []],
    ['another certificate', [{}, { at: 2000, cti: 'b'.repeat(32) }], []],
    [
      'one code twice, told once',
      [{ presentedAt: 7 }, { at: 2000, presentedAt: 7 }],
      [['CODE_TWICE', 1000, 2000]],
    ],
    [
      'one code in and out',
      [{ presentedAt: 7 }, { at: 2000, presentedAt: 7, direction: 'exit' }],
      [['CODE_TWICE', 1000, 2000]],
    ],
    [
      'three times',
      [{ presentedAt: 7 }, { at: 2000, presentedAt: 7 }, { at: 3000, presentedAt: 8 }],
      [
        ['CODE_TWICE', 1000, 2000],
        ['INSIDE_TWICE', 2000, 3000],
      ],
    ],
  ]
  for (const [what, passages, expected] of rows)
    t.same(kinds(passages.map(passage)), expected, what)
})

t.test('told by the time of the second use, whoever’s it is', async t => {
  const one = { cti: 'a'.repeat(32) }
  const other = { cti: 'b'.repeat(32) }
  const rows = [
    { ...one, at: 1 },
    { ...one, at: 9 },
    { ...other, at: 2 },
    { ...other, at: 5 },
  ]
  t.same(kinds(rows.map(passage)), [
    ['INSIDE_TWICE', 2, 5],
    ['INSIDE_TWICE', 1, 9],
  ])
})

t.test('at one time, by gate and then by its rows', async t => {
  const rows = [
    passage({ gate: 'b', seq: 1, presentedAt: 7 }),
    passage({ gate: 'a', seq: 9, presentedAt: 7 }),
    passage({ gate: 'a', seq: 8, presentedAt: 7 }),
  ]
  const uses = duplicatesOf(rows, 0).map(({ second }) => useOf(second))
  const { epoch, lane, at } = passage({})
  t.same(uses, [
    { gate: 'a', lane, epoch, seq: 9, at },
    { gate: 'b', lane, epoch, seq: 1, at },
  ])
})
