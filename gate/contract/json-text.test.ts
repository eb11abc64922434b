import fc from 'fast-check'
import t from 'tap'
import { jsonFault } from './json-fault.ts'
import { readJsonText } from './json-text.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const problemOf = (bytes: Uint8Array) => {
  const read = readJsonText(bytes)
  return read.ok ? 'good' : read.problem
}

t.test('a byte order mark is left aside; UTF-16 and other encodings are told', async t => {
  t.match(readJsonText(utf8('\ufeff{"a":1}')), { ok: true, text: '{"a":1}', value: { a: 1 } })
  for (const bytes of [
    Buffer.from('\ufeff{"a":1}', 'utf16le'),
    Buffer.from('{"a":1}', 'utf16le'),
    Buffer.from('\ufeff{"a":1}', 'utf16le').swap16(),
    Buffer.from('{"a":1}', 'utf16le').swap16(),
  ]) {
    t.equal(problemOf(bytes), 'it is UTF-16: save it as UTF-8')
  }
  t.match(problemOf(Buffer.from([0x22, 0xe4, 0x22])), /not UTF-8/)
})

t.test('what is not JSON is told with its place, and without a piece of it', async t => {
  const rows: [string, RegExp][] = [
    ['', /^not JSON: line 1, column 1: the file is empty$/],
    ['\n \n', /the file is empty/],
    ['{"a": 1', /line 1, column 8: the file ends here, and "," or "}" is expected/],
    ['{\n "a": [1, 2\n', /line 3, column 1: the file ends here, and "," or "\]" is expected/],
    ['{\n  "a": 1\n  "b": 2\n}', /line 3, column 3: "," or "}" is expected/],
    ['{\n  "a": 1,\n}', /line 3, column 1: a key in double quotes is expected/],
    ['{ a: 1 }', /line 1, column 3: a key in double quotes/],
    ['{ "a" 1 }', /line 1, column 7: ":" is expected/],
    ['{ "a": secret }', /line 1, column 8: a value is expected/],
    ['{ "a": 01 }', /line 1, column 8: a value/],
    ['{ "a": "secret\n }', /line 1, column 8: what begins with this quote does not end/],
    ['{ "secret', /line 1, column 3: what begins with this quote does not end/],
    ['{"a": {}} }', /line 1, column 11: nothing more is expected/],
    ['[1, [2, {"a": [] ]]', /line 1, column 18: "," or "}"/],
    [`{"a": "${'x'.repeat(262_144)}`, /line 1, column 7/],
  ]
  for (const [text, expected] of rows) {
    t.match(problemOf(utf8(text)), expected, text.slice(0, 30))
    t.notMatch(problemOf(utf8(text)), /secret/)
  }
})

t.test('a document that was cut anywhere is told at or before the cut', async t => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), (value, cut) => {
        const whole = JSON.stringify({ value }, null, 1)
        const text = whole.slice(0, cut % whole.length)
        const [, line, column] = /^line (\d+), column (\d+): /.exec(jsonFault(text)) ?? []
        const lines = text.split('\n')
        return (
          Number(line) <= lines.length &&
          Number(column) <= (lines[Number(line) - 1]?.length ?? 0) + 1
        )
      }),
    ),
  )
})
