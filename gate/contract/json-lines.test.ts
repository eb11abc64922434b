import t from 'tap'
import { createLineFinder } from './json-lines.ts'

const TEXT = `
{
  "gate": "north-1",
  "lanes": [
    { "name": "A",
      "timing": {

        "waitMs"
          : 5000, "drive": "hold" } },
    7, [ 8,
      { "x": [] } ]
  ],
  "a.b": "{ \\"no\\": [\\n, \\\\",
  "gate": null
}
`

t.test('a place is found by its keys and positions', async t => {
  const lineOf = createLineFinder(TEXT)
  const rows: [(string | number)[], number][] = [
    [[], 2],
    [['lanes'], 4],
    [['lanes', 0], 5],
    [['lanes', '0', 'name'], 5],
    [['lanes', 0, 'timing'], 6],
    [['lanes', 0, 'timing', 'waitMs'], 8],
    [['lanes', 0, 'timing', 'drive'], 9],
    [['lanes', 1], 10],
    [['lanes', 2], 10],
    [['lanes', 2, 1], 11],
    [['lanes', 2, 1, 'x'], 11],
    [['a.b'], 13],
    [['gate'], 14],
  ]
  for (const [place, line] of rows) t.equal(lineOf(place), line, place.join('/'))
})

t.test('what is missing is told by where it is missing', async t => {
  const lineOf = createLineFinder(TEXT)
  t.equal(lineOf(['lanes', 0, 'timing', 'closeMs']), 6)
  t.equal(lineOf(['lanes', 9, 'name']), 4)
  t.equal(lineOf(['a', 'b']), 2)
  t.equal(lineOf(['constructor', '__proto__']), 2)
})

t.test('any text: one value, a key of any name, great depth and length', async t => {
  for (const text of ['5', ' "x"', '[]', 'null']) t.equal(createLineFinder(text)(['a', 0]), 1)
  t.equal(createLineFinder('{"__proto__":\n{"\\u0061":\n1}}')(['__proto__', 'a']), 2)
  t.equal(createLineFinder('{\r\n"a":\r\n1,\r\n"b": 2}')(['b']), 4)
  const deep = '[\n'.repeat(100_000) + ']'.repeat(100_000)
  t.equal(createLineFinder(deep)(Array(100_001).fill(0)), 100_000)
  const long = JSON.stringify({ a: '\\"'.repeat(100_000), b: 1 }, null, 2)
  t.equal(createLineFinder(long)(['b']), 3)
})
