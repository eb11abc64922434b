/** Lines of a file as they stand in it, wherever its chunks and encodings cut it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { encodingOf, LINE_CHARS_MAX, linesOf } from './text-lines.ts'

/** What a stream reads at once. */
const CHUNK_BYTES = 65_536

async function read(content: string) {
  const file = join(tempDir(), 'lines')
  const bytes = Buffer.from(content)
  writeFileSync(file, bytes)
  const lines = []
  for await (const line of linesOf(file, bytes.subarray(0, 64))) lines.push(line)
  return lines
}

t.test('a CRLF that two chunks share is one end', async t => {
  const first = `${'x'.repeat(1023)}\r\n`
  const rest = `${'x'.repeat(1022)}\r\n`.repeat(63)
  t.equal(
    (first + rest).indexOf('\n', CHUNK_BYTES - 1),
    CHUNK_BYTES,
    'the CR is in the chunk before',
  )
  t.same((await read(`${first}${rest}last`)).at(-1), { number: 65, text: 'last' })
})

t.test('numbers count empty lines; a character of two chunks stays whole', async t => {
  t.same(await read('a\n\n\rb'), [
    { number: 1, text: 'a' },
    { number: 4, text: 'b' },
  ])
  const odd = `${'y\n'.repeat(CHUNK_BYTES / 2 - 1)}z\u00fc`
  t.same((await read(odd)).at(-1)?.text, 'zü')
})

t.test('a line at the limit is read; one over is told, and the next is read', async t => {
  const long = 'x'.repeat(LINE_CHARS_MAX)
  t.same((await read(`${long}\nb`))[0]?.text?.length, LINE_CHARS_MAX)
  const endless = 'x'.repeat(5 * CHUNK_BYTES)
  t.same(await read(`${endless}\nb\n${long}y`), [
    { number: 1, text: undefined },
    { number: 2, text: 'b' },
    { number: 3, text: undefined },
  ])
})

t.test('an encoding is told by its mark or its zeros', async t => {
  t.equal(encodingOf(Buffer.from('\ufeffab', 'utf16le')), 'utf-16le')
  t.equal(encodingOf(Buffer.from('ab', 'utf16le').swap16()), 'utf-16be')
  t.equal(encodingOf(Buffer.from('ab')), 'utf-8')
  t.equal(encodingOf(new Uint8Array(8)), 'utf-8')
  t.equal(encodingOf(new Uint8Array()), 'utf-8')
})
