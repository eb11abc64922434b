import t from 'tap'
import {
  covers,
  type KeptBits,
  keepBits,
  keepKids,
  type Published,
  unite,
} from './sticky-revocations.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const DAY = 86_400_000
const NOW = 1_800_000_000_000

function published(
  signer: string,
  lists: Record<string, number[]>,
  kids: string[] = [],
): Published {
  const entries = Object.entries(lists).map(
    ([uri, values]) => [uri, { bytes: bytes(...values) }] as const,
  )
  return { signer, lists: new Map(entries), revokedKids: new Set(kids) }
}

function keep(
  kept: readonly KeptBits[],
  previous: Published | undefined,
  next: Published | undefined,
  trusted: string[] = ['a', 'b'],
  nowMs = NOW,
) {
  return keepBits(kept, previous, next, s => trusted.includes(s), nowMs, nowMs - 3 * DAY)
}

const told = (kept: readonly KeptBits[]) => kept.map(k => `${k.uri} ${k.signer} ${[...k.bytes]}`)

t.test('covers and unite', async t => {
  t.ok(covers(bytes(7, 1), bytes(5)))
  t.notOk(covers(bytes(5), bytes(7)))
  t.ok(covers(bytes(5), bytes(5, 0)))
  t.notOk(covers(bytes(5), bytes(5, 1)))
  t.same([...unite(bytes(1), bytes(2, 4))], [3, 4])
  t.same([...unite(bytes(2, 4), bytes(1))], [3, 4])
})

t.test('a list that only grows keeps nothing', async t => {
  t.same(keep([], published('a', { x: [1, 0] }), published('a', { x: [3, 128] })), [])
})

t.test('a cleared bit is kept, until the list itself has it again', async t => {
  const cleared = keep([], published('a', { x: [3] }), published('a', { x: [1] }))
  t.same(told(cleared), ['x a 3'])
  const more = keep(cleared, published('a', { x: [9] }), published('a', { x: [0] }))
  t.same(told(more), ['x a 11'])
  t.equal(keep(cleared, published('a', { x: [1] }), published('a', { x: [1] }))[0], cleared[0])
  t.same(keep(more, published('a', { x: [0] }), published('a', { x: [11] })), [])
})

t.test('a list that left the manifest keeps its bits for three days', async t => {
  const left = keep([], published('a', { x: [3], empty: [0] }), published('a', {}))
  t.same(told(left), ['x a 3'])
  t.equal(keep(left, undefined, published('a', {}), ['a'], NOW + 3 * DAY).length, 1)
  t.equal(keep(left, undefined, published('a', {}), ['a'], NOW + 3 * DAY + 1).length, 0)
  t.equal(keep(left, undefined, published('a', { x: [0] }), ['a'], NOW + 9 * DAY).length, 1)
})

t.test('bits go with the key that signed them, and with it alone', async t => {
  const both = keep(
    keep([], published('a', { x: [1] }), published('b', { x: [2] })),
    published('b', { x: [2] }),
    published('b', { x: [0] }),
  )
  t.same(told(both), ['x a 1', 'x b 2'])
  t.same(told(keep(both, undefined, undefined, ['b'])), ['x b 2'])
  t.same(keep([], published('a', { x: [255] }), undefined, ['b']), [], 'mass revocation ends')
})

t.test('a revoked kid stays while its signer is trusted and trust names the kid', async t => {
  const go = (
    kept: Parameters<typeof keepKids>[0],
    next: Published,
    known = true,
    signers = 'ab',
  ) =>
    keepKids(
      kept,
      published('a', {}, ['0a']),
      next,
      s => signers.includes(s),
      () => known,
    )
  const kept = go([], published('a', {}))
  t.same(kept, [{ kid: '0a', signer: 'a' }])
  t.same(go(kept, published('a', {})), kept, 'not twice')
  t.same(go(kept, published('a', {}, ['0a'])), [])
  t.same(go(kept, published('b', {}, ['0a'])), kept)
  t.same(go(kept, published('a', {}), false), [])
  t.same(go(kept, published('b', {}), true, 'b'), [])
})
