import t from 'tap'
import { configChanges } from './config-diff.ts'

const lane = (name: string, more: object = {}) => ({ name, board: { port: '/dev/a' }, ...more })
const diff = (before: object, after: object) =>
  configChanges(before as never, after as never).map(({ path, ...of }) => [
    path,
    of.before,
    of.after,
  ])

t.test('value by value; lanes are told by their names wherever they stand', async t => {
  const before = { lanes: [lane('A', { timing: { waitMs: 5000 } }), lane('B')] }
  const after = { lanes: [lane('B'), lane('A', { timing: { waitMs: 8000 } })] }
  t.same(diff(before, after), [['lanes[A].timing.waitMs', '5000', '8000']])
})

t.test('what is new, what is gone, and what is empty', async t => {
  t.same(diff({ a: 1, b: { c: true } }, { a: 1, d: ['x'], e: {}, f: [] }), [
    ['d[0]', undefined, '"x"'],
    ['e', undefined, '{}'],
    ['f', undefined, '[]'],
    ['b.c', 'true', undefined],
  ])
  t.same(diff({}, { lanes: [] }), [['lanes', undefined, '[]']])
})

t.test('the same in another order is no change', async t => {
  t.same(diff({ a: { x: 1, y: null } }, { a: { y: null, x: 1 } }), [])
})
