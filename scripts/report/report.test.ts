/** What programs show: the line that moves, text made harmless, a page that needs nothing. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { escaped } from './markup.ts'
import { pageOf } from './page.ts'
import { createProgressLine } from './progress-line.ts'
import { noteStop, STOP_SIGNALS } from './stop-signals.ts'

t.test('progress is for a terminal alone, and not for each step', async t => {
  const lines: string[] = []
  const out = { isTTY: false, write: (text: string) => lines.push(text) }
  createProgressLine(out).show('1 of 2')
  createProgressLine(out).clear()
  t.strictSame(lines, [])
  const line = createProgressLine({ ...out, isTTY: true })
  line.show('1 of 40')
  line.show('2 of 40')
  line.clear()
  t.strictSame(lines, ['\r\u001b[K1 of 40', '\r\u001b[K'])
})

t.test('text is harmless in markup', async t => {
  t.equal(escaped('<a href="x">&\u0000\ufffe'), '&lt;a href=&quot;x&quot;&gt;&amp;\ufffd\ufffd')
})

t.test('a page needs no script and no network, and says its title once safely', async t => {
  const page = pageOf('1 < 2', '<h1>one</h1>')
  t.match(page, /^<!doctype html>\n<html lang="en">/)
  t.match(page, /<title>1 &lt; 2<\/title>/)
  t.match(page, /default-src 'none'/)
  t.match(page, /prefers-color-scheme: dark/)
  t.notMatch(page, /<script|https?:\/\/|url\(|@import|src=/)
})

t.test('a program ends when nobody reads on', async t => {
  const program = spawn(process.execPath, [join(ROOT, 'scripts/replay.ts'), '--codes', '2000'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  program.stderr.on('data', bytes => {
    errors += bytes
  })
  await once(program.stdout, 'data')
  program.stdout.destroy()
  const [code] = await once(program, 'exit')
  t.equal(code, 141)
  t.equal(errors, '')
})

t.test('the first signal is noted with its exit code; the next one ends the process', t => {
  for (const [signal, code] of STOP_SIGNALS) {
    const before = STOP_SIGNALS.map(([one]) => process.listenerCount(one))
    const signalled = noteStop()
    t.equal(signalled(), undefined)
    process.emit(signal)
    t.equal(signalled(), code, signal)
    t.same(
      STOP_SIGNALS.map(([one]) => process.listenerCount(one)),
      before,
      'none is held back any more',
    )
  }
  t.end()
})
