import t from 'tap'
import { fromHex } from '../../pass/bytes.ts'
import { boardsElsewhere, openBoardingList, trainsOf } from '../../pass/documents/boarding.ts'
import * as pass from '../../pass/limits.ts'
import * as limits from '../limits.ts'
import { makeBoardingList, spanAt } from './boarding.ts'

const NOON = Date.parse('2026-05-20T04:00:00Z')
const TIMES = { opensMin: 180, closesMin: 3 }
const cti = (n: number) => n.toString(16).padStart(8, '0').padEnd(32, '0')
const boarding = (n: number, train = 'G1', departsAt = NOON) => ({ cti: cti(n), train, departsAt })

function listOf(bytes: Uint8Array) {
  const opened = openBoardingList(bytes, 'north')
  if (!opened.ok) throw new Error(opened.code)
  return opened.list
}

t.test('rows become windows by certificate; the same rows, the same bytes', async t => {
  const rows = [boarding(1, 'G2', NOON + 60_000), boarding(2), boarding(1)]
  const bytes = makeBoardingList('north', rows, [cti(3)], TIMES)
  t.same(makeBoardingList('north', rows.toReversed(), [cti(3)], TIMES), bytes)
  const list = listOf(bytes)
  const from = NOON / 1000 - 180 * 60
  const until = NOON / 1000 - 180
  t.same(trainsOf(list, fromHex(cti(1))), [
    { number: 'G1', from, until },
    { number: 'G2', from: from + 60, until: until + 60 },
  ])
  t.same(trainsOf(list, fromHex(cti(2))), [{ number: 'G1', from, until }])
  t.ok(boardsElsewhere(list, fromHex(cti(3))))
  t.notSame(makeBoardingList('north', rows, [cti(3)], { ...TIMES, closesMin: 2 }), bytes)
})

t.test('the span is the same for a slot, and holds now', async t => {
  const { sinceMs, untilMs } = spanAt(NOON)
  t.equal(sinceMs, NOON - limits.BOARDING_BEHIND_MS)
  t.equal(untilMs, NOON + limits.BOARDING_AHEAD_MS)
  t.same(spanAt(NOON + limits.BOARDING_SLOT_MS - 1), spanAt(NOON))
  t.equal(spanAt(NOON + limits.BOARDING_SLOT_MS).sinceMs, sinceMs + limits.BOARDING_SLOT_MS)
})

t.test('what a list has no room for is left out, and the rest is whole', async t => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => boarding(i))
  const trains = (count: number) =>
    Array.from({ length: count }, (_, i) => boarding(i, `G${i}`, NOON + i))
  const ofOne = (count: number) => Array.from({ length: count }, (_, i) => boarding(7, `G${i}`))
  const others = (count: number) => Array.from({ length: count }, (_, i) => cti(i))
  const full = (rows: ReturnType<typeof many>, elsewhere: string[] = []) => {
    const list = listOf(makeBoardingList('north', rows, elsewhere, TIMES))
    return { list, tickets: list.tickets.length / 18, elsewhere: list.elsewhere.length / 8 }
  }
  const max = pass.BOARDING_TICKETS_MAX
  for (const over of [0, 1]) {
    t.equal(full(many(max + over)).tickets, max)
    t.equal(full(trains(pass.BOARDING_TRAINS_MAX + over)).tickets, pass.BOARDING_TRAINS_MAX)
    const one = pass.TICKETS_PER_CERTIFICATE_MAX
    t.equal(full(ofOne(one + over)).tickets, one)
    t.equal(
      full([], others(pass.BOARDING_ELSEWHERE_MAX + over)).elsewhere,
      pass.BOARDING_ELSEWHERE_MAX,
    )
  }
  const last = full([...many(max), boarding(max)]).list
  t.equal(trainsOf(last, fromHex(cti(max - 1))).length, 1)
  t.equal(trainsOf(last, fromHex(cti(max))).length, 0, 'from the end')
})
