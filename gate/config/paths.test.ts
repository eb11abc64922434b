import t from 'tap'
import type { JsonValue } from '../contract/canonical.ts'
import { PATH_CHARS_MAX, PATH_DEPTH_MAX } from './limits.ts'
import { describe, differences, isShallow, namedPlace, withValue } from './paths.ts'

const config: JsonValue = {
  gate: 'north-1',
  lanes: [
    { name: 'A', timing: { waitMs: 5000 } },
    { name: 'B', timing: {} },
  ],
}

/** What a change does, in lines. */
const changed = (path: string, value: JsonValue | undefined) => {
  const next = withValue(config, path, value)
  return next === undefined ? 'nowhere' : differences(config, next).map(describe)
}

t.test('a place goes by the name of its lane, or by its number', async t => {
  t.same(changed('lanes.A.timing.waitMs', 8000), ['  lanes.A.timing.waitMs: 5000 -> 8000'])
  t.same(changed('lanes.1.timing.waitMs', 8000), ['+ lanes.B.timing.waitMs: 8000'])
  t.same(changed('metrics.port', 9464), ['+ metrics: {"port":9464}'], 'made on the way')
  t.same(changed('lanes.2', { name: 'C' }), ['+ lanes.C: {"name":"C"}'], 'one more')
  t.same(changed('lanes.A.timing.waitMs', undefined), ['- lanes.A.timing.waitMs: 5000'])
  t.same(changed('lanes.B', undefined), ['- lanes.B: {"name":"B","timing":{}}'])
  t.same(changed('lanes.A.timing.waitMs', 5000), [], 'nothing new')
  t.same(changed('gate', null), ['  gate: "north-1" -> null'])
  t.same(config, { ...config }, 'the old one stays as it was')
})

t.test('a difference is found again in the newer one; a place by the names of lanes', async t => {
  const a = { name: 'A', timing: { waitMs: 5000 } }
  const newer: JsonValue = { lanes: [{ name: 'C' }, { name: 'B', timing: { waitMs: 1 } }, a] }
  t.match(
    differences(config, newer).map(({ path, place }) => [path, place]),
    [
      ['lanes.C', ['lanes', 0]],
      ['lanes.B.timing.waitMs', ['lanes', 1, 'timing', 'waitMs']],
      ['gate', undefined],
    ],
  )
  t.same(namedPlace(newer, ['lanes', 1, 'timing', 'no']), ['lanes', 'B', 'timing', 'no'])
  t.same(namedPlace(newer, ['lanes', 3, 'name']), ['lanes', 3, 'name'], 'none of that number')
  t.same(namedPlace([{ name: 'x' }, { name: 'x' }], [1]), [1], 'two of one name')
  t.same(namedPlace([{ name: 'x' }, 7], [0]), [0], 'not all are named')
})

t.test('a path that leads nowhere is said, nothing throws', async t => {
  for (const path of ['', '.', 'lanes.', 'lanes.D', 'lanes.3', 'gate.x', 'lanes.A.name.x']) {
    t.equal(changed(path, 1), 'nowhere', path)
  }
  t.equal(withValue(config, 'gate.x', undefined), undefined)
  const deep = (levels: number) => Array.from({ length: levels }, () => 'a').join('.')
  t.not(changed(deep(PATH_DEPTH_MAX), 1), 'nowhere')
  t.equal(changed(deep(PATH_DEPTH_MAX + 1), 1), 'nowhere')
  t.not(changed('x'.repeat(PATH_CHARS_MAX), 1), 'nowhere')
  t.equal(changed('x'.repeat(PATH_CHARS_MAX + 1), 1), 'nowhere')
  const own = withValue(config, '__proto__.polluted', true) as object
  t.ok(Object.hasOwn(own, '__proto__'), 'a key like any other, which the schema refuses')
  t.notOk('polluted' in {})
})

t.test('lists without names, and kinds that change, differ as they must', async t => {
  const lines = (from: JsonValue, to: JsonValue) => differences(from, to).map(describe)
  t.same(lines([1, 2], [1, 3, 4]), ['  1: 2 -> 3', '+ 2: 4'])
  t.same(lines({ a: [] }, { a: {} }), ['  a: [] -> {}'])
  t.same(lines(1, 2), ['  (whole): 1 -> 2'])
  t.same(lines([{ name: 'x' }, { name: 'x' }], [{ name: 'x' }]), ['- 1: {"name":"x"}'])
  t.same(lines({ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }), [], 'the order of keys says nothing')
})

t.test('how deep a value is, without walking all of it', async t => {
  const nested = (levels: number): JsonValue => (levels === 0 ? 1 : [nested(levels - 1)])
  t.ok(isShallow(nested(PATH_DEPTH_MAX)))
  t.notOk(isShallow(nested(PATH_DEPTH_MAX + 1)))
  t.notOk(isShallow(JSON.parse('['.repeat(50_000) + ']'.repeat(50_000))))
})
