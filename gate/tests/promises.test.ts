/** The table of promises.md names tests that are there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { faultsIn, tableUnder } from '../../fixtures/named-tests.ts'

const here = join(import.meta.dirname, '..')
const page = readFileSync(join(here, 'promises.md'), 'utf8')

t.test('each promise is held by tests that are there, under that title', async t => {
  const rows = tableUnder(page, '## Promises, and the test')
  t.ok(rows.length >= 35, `${rows.length} promises`)
  for (const about of ['exits', 'fire', 'memory', 'config', 'time']) {
    t.ok(
      rows.some(([first]) => first === about),
      about,
    )
  }
  for (const [, promise = '', held = ''] of rows) t.same(faultsIn(held, here), [], promise)
})
