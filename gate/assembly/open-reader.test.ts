/** What opens a gate's readers is read at each start of a gate, with or without a camera. */
import { execFileSync } from 'node:child_process'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'

t.test('no native library of a reader is loaded before a reader needs it', async t => {
  const script = `await import('./gate/assembly/open-reader.ts')
    process.stdout.write(process.report.getReport().sharedObjects.join('\\n'))`
  const args = ['--input-type=module', '-e', script]
  const loaded = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  t.match(loaded, /libc/, 'the system’s are listed')
  t.notMatch(loaded, /sharp|vips|HID/)
})
