import t from 'tap'
import { type AreasView, type AreaVisit, judgePlace, type Way } from './areas.ts'

const NOW_MS = 1_770_000_000_000
const DAY_MS = 86_400_000
const CTI = 'ab'.repeat(16)
const entry: Way = { direction: 'entry', area: 'platform', passbackMs: 3_600_000, nowMs: NOW_MS }
const exit: Way = { ...entry, direction: 'exit' }
const inner: Way = { ...entry, within: 'main' }

const was = (inside: boolean, agoMs: number, unsure?: true): AreaVisit => ({
  ...{ inside, atMs: NOW_MS - agoMs },
  ...(unsure && { unsure }),
})

function view(
  visits: Readonly<Record<string, AreaVisit>>,
  { pardonedAgoMs = Infinity, reserved = false } = {},
): AreasView {
  return {
    visit: area => visits[area],
    reserved: () => reserved,
    pardonedMs: area => (area === 'main' ? Math.max(0, NOW_MS - pardonedAgoMs) : 0),
  }
}

const judged = (way: Way, seen: AreasView) => {
  const { fault, unsure } = judgePlace(seen, CTI, way)
  return [fault, unsure]
}

t.test('a grant that is open on another lane speaks against both ways', async t => {
  const open = view({}, { reserved: true })
  t.same(judged(entry, open), ['ALREADY_INSIDE', false])
  t.same(judged(exit, open), ['NOT_INSIDE', false])
})

t.test('a visit counts for just as long as it is remembered', async t => {
  const hour = entry.passbackMs
  t.same(judged(entry, view({ platform: was(true, hour - 1) })), ['ALREADY_INSIDE', false])
  t.same(judged(entry, view({ platform: was(true, hour) })), [undefined, false])
  t.same(judged(exit, view({ platform: was(true, hour - 1) })), [undefined, false])
  t.same(judged(exit, view({ platform: was(true, hour) })), ['NOT_INSIDE', false])
})

t.test('an inner area is for who is inside the one around it, for a day', async t => {
  t.same(judged(inner, view({})), ['NOT_INSIDE', false])
  t.same(judged(inner, view({ main: was(false, 1000) })), ['NOT_INSIDE', false])
  t.same(judged(inner, view({ main: was(true, DAY_MS - 1) })), [undefined, false])
  t.same(judged(inner, view({ main: was(true, DAY_MS) })), ['NOT_INSIDE', false])
})

t.test('whoever went through the area around since has left the inner one unread', async t => {
  const platform = was(true, 60_000)
  t.same(judged(inner, view({ platform, main: was(true, 59_999) })), [undefined, false])
  const atOnce = view({ platform, main: was(true, 60_000) })
  t.same(judged(inner, atOnce), ['ALREADY_INSIDE', false], 'not at the same time')
  const perhaps = view({ platform: was(true, 60_000, true), main: was(true, 90_000) })
  t.same(judged(inner, perhaps), ['ALREADY_INSIDE', true], 'perhaps left unseen')
})

t.test('an emergency of the area around pardons the inner one too', async t => {
  const platform = was(true, 60_000)
  const main = was(true, 90_000)
  const after = { pardonedAgoMs: 59_999 }
  t.same(judged(inner, view({ platform, main }, after)), [undefined, false])
  t.same(judged({ ...exit, within: 'main' }, view({}, after)), [undefined, false])
  t.same(judged(exit, view({}, after)), ['NOT_INSIDE', false], 'it is around no other')
  const before = { pardonedAgoMs: 60_000 }
  t.same(judged(inner, view({ platform, main }, before)), ['ALREADY_INSIDE', false], 'not before')
  const old = { pardonedAgoMs: entry.passbackMs }
  t.same(judged(inner, view({}, old)), ['NOT_INSIDE', false], 'nor for ever')
})
