import t from 'tap'
import { createBodyRoom } from './body-room.ts'
import { BODY_MAKES_ROOM_MS } from './limits.ts'

const STILL = BODY_MAKES_ROOM_MS
const room = () => createBodyRoom({ all: 100, client: 60 })
const keep = () => {
  throw new Error('it must not lose its place')
}

t.test('so many bytes of one client, so many in all', async t => {
  const of = room()
  const first = of.take('a', 60, 0, keep)
  t.ok(first)
  t.equal(of.take('a', 1, 0, keep), undefined, 'one more of this client')
  t.ok(of.take('b', 40, 0, keep))
  t.equal(of.take('c', 1, 0, keep), undefined, 'one more of anybody')
  first?.release()
  first?.release()
  t.equal(of.taken(), 40)
  t.ok(of.take('c', 60, 0, keep))
  t.equal(of.take('d', 101, 9 * STILL, keep), undefined, 'more than there is at all')
})

t.test('who stands still makes room, the longest first, and no more than is needed', async t => {
  const of = room()
  const lost: string[] = []
  const lose = (name: string) => () => lost.push(name)
  of.take('a', 30, 0, lose('a'))
  of.take('b', 30, 1, lose('b'))
  of.take('c', 40, 2, lose('c'))
  t.equal(of.take('d', 30, STILL - 1, lose('d')), undefined)
  t.ok(of.take('d', 30, STILL + 2, lose('d')))
  t.same(lost, ['a'])
  t.equal(of.taken(), 100)
})

t.test('a client’s own go first, and nobody goes in vain', async t => {
  const of = room()
  const lost: string[] = []
  const lose = (name: string) => () => lost.push(name)
  of.take('b', 40, 0, lose('b'))
  of.take('a', 60, 1, lose('a'))
  t.ok(of.take('a', 60, 2 * STILL, lose('a2')))
  t.same(lost, ['a'])
  t.equal(of.take('a', 61, 4 * STILL, lose('a3')), undefined)
  t.same(lost, ['a'])
})

t.test('what moves, or is whole, keeps its place', async t => {
  const of = room()
  const moving = of.take('a', 50, 0, keep)
  const whole = of.take('b', 50, 0, keep)
  whole?.whole()
  moving?.moved(STILL)
  t.equal(of.take('c', 10, STILL + 1, keep), undefined)
  whole?.release()
  whole?.moved(STILL)
  t.equal(of.taken(), 50, 'what has left does not come back')
})
