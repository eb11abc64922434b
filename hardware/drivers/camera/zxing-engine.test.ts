/** The package's internal way to decode luma: its exact version, and that it keeps no memory. */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { blank, codeOn } from './testing/hand-source.ts'
import { openZxing } from './zxing-engine.ts'

const own = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))

t.test('the version is exact: what is used of it is internal', async t => {
  const installed = readFileSync(
    new URL('../../../node_modules/zxing-wasm/package.json', import.meta.url),
    'utf8',
  )
  t.equal(own.dependencies['zxing-wasm'], JSON.parse(installed).version)
})

t.test('a text and its corners from luma, dark on bright and bright on dark', async t => {
  const engine = await openZxing()
  const picture = codeOn('RP1:ABC 123')
  const [code, ...more] = engine.decode(picture)
  t.match(code, { text: 'RP1:ABC 123', engine: 'zxing' })
  t.equal(more.length, 0)
  const [topLeft, , bottomRight] = code?.corners ?? []
  const side = (bottomRight?.x ?? 0) - (topLeft?.x ?? 0)
  t.ok(Math.abs(side - 21 * 4) <= 4, `${side} pixels wide`)
  t.ok(Math.abs((topLeft?.x ?? 0) - (640 - 21 * 4) / 2) <= 3)
  const inverted = { ...picture, luma: picture.luma.map(level => 255 - level) }
  t.equal(engine.decode(inverted)[0]?.text, 'RP1:ABC 123')
  t.strictSame(engine.decode(blank()), [])
  t.equal(engine.decode(codeOn('LARGER', { width: 2000, height: 1500 }))[0]?.text, 'LARGER')
  t.equal(engine.decode(picture)[0]?.text, 'RP1:ABC 123', 'after its memory has grown')
})
