import t from 'tap'
import { createScannerReader, KEY_GAP_MS_MAX, SCAN_CHARS_MAX, SCAN_KEYS_MIN } from './scanner.ts'

/** Keys `gapMs` apart, then Enter; what was heard of each. */
function burst(text: string, gapMs: number, reader = createScannerReader(), from = 0) {
  return [...text, 'Enter'].map((key, i) =>
    reader.hear({ key, at: from + i * gapMs, isOther: false }),
  )
}

const scanOf = (heard: ReturnType<typeof burst>) => {
  const last = heard.at(-1)
  return last?.is === 'scan' ? last.text : undefined
}

t.test('a burst that ends in Enter is a scan, whatever is in it', t => {
  for (const text of ['RP1:6BF%$ A0+/.', '11010519491231002X', 'E1234567']) {
    t.equal(scanOf(burst(text, 4)), text)
    t.equal(scanOf(burst(text, KEY_GAP_MS_MAX)), text, 'at the limit')
    t.equal(scanOf(burst(text, KEY_GAP_MS_MAX + 1)), undefined, 'hands')
  }
  t.equal(scanOf(burst('A'.repeat(SCAN_KEYS_MIN), 4)), 'A'.repeat(SCAN_KEYS_MIN))
  t.equal(
    scanOf(burst('A'.repeat(SCAN_KEYS_MIN - 1), 4)),
    undefined,
    'two keys at once are no scan',
  )
  t.end()
})

t.test('its first key says what a field had before; later ones reach no field', t => {
  const heard = burst('ABCDEFGH', 4).map(({ is }) => is)
  t.same(heard, [
    ...(['first', 'typed', 'typed', 'typed', 'swallowed', 'swallowed', 'swallowed'] as const),
    ...(['swallowed', 'scan'] as const),
  ])
  t.end()
})

t.test('Shift between its keys is nothing; Alt, Ctrl and a held key end it', t => {
  const reader = createScannerReader()
  let at = 0
  const press = (key: string, isOther = false) => {
    at += 5
    return reader.hear({ key, at, isOther })
  }
  for (const key of 'ab') press(key)
  press('Shift')
  for (const key of 'Cdefgh') press(key)
  t.same(press('Enter'), { is: 'scan', text: 'abCdefgh' })
  for (const key of 'abcdef') press(key)
  press('x', true)
  t.same(press('Enter'), { is: 'typed' })
  t.end()
})

t.test('typed by hand, then scanned: the scan alone', t => {
  const reader = createScannerReader()
  for (const [i, key] of [...'hello'].entries()) reader.hear({ key, at: i * 90, isOther: false })
  t.equal(scanOf(burst('RP1:ABCDEF', 3, reader, 1_000)), 'RP1:ABCDEF')
  t.same(reader.hear({ key: 'Enter', at: 1_040, isOther: false }), { is: 'typed' }, 'Enter twice')
  t.end()
})

t.test('a burst without end is dropped, and the next scan is read', t => {
  const reader = createScannerReader()
  const heard = burst('A'.repeat(SCAN_CHARS_MAX + 1), 1, reader)
  t.same(heard.at(-1), { is: 'swallowed' })
  t.equal(scanOf(burst('A'.repeat(SCAN_CHARS_MAX), 1, reader, 10_000))?.length, SCAN_CHARS_MAX)
  t.end()
})
