/** The tables that control.md shows, and each refusal is given by a test (UPDATE=1 writes them anew). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CONTROL_REFUSALS } from './control-codes.ts'
import { renderDeviceFaults, renderRefusals } from './control-table.ts'

const PAGE = new URL('../control.md', import.meta.url)

const PARTS = [
  ['refusals', 'control-codes.ts', renderRefusals()],
  ['device errors', 'device-faults.ts', renderDeviceFaults()],
] as const

t.test('control.md shows the tables as they are', async t => {
  for (const [name, file, rendered] of PARTS) {
    const held = 'held by contract/control-codes.test.ts'
    const begin = `<!-- ${name}: rendered from contract/${file}, ${held} -->\n`
    const end = `<!-- end of ${name} -->\n`
    const text = readFileSync(PAGE, 'utf8')
    const [before, rest] = text.split(begin)
    const [shown, after] = rest?.split(end) ?? []
    if (before === undefined || after === undefined) return t.fail(`${name}: a mark is missing`)
    if (process.env.UPDATE === '1') {
      writeFileSync(PAGE, before + begin + rendered + end + after)
    } else t.equal(shown, rendered)
  }
})

t.test('each refusal is given in a test', async t => {
  const root = join(import.meta.dirname, '..')
  const own = 'control-codes.test.ts'
  const tests = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.test.ts') && !path.endsWith(own))
    .map(path => readFileSync(join(root, path), 'utf8'))
    .join('')
  for (const code of Object.keys(CONTROL_REFUSALS)) {
    t.ok(tests.includes(`'${code}'`), code)
  }
})
