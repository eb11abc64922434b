/** The tables of .github/SECURITY.md name tests that are there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { faultsIn, tableUnder } from '../../fixtures/named-tests.ts'

const text = readFileSync(join(ROOT, '.github/SECURITY.md'), 'utf8')

t.test('each threat names its defence and tests that are there, under that title', async t => {
  for (const [heading, atLeast] of [
    ['## The service', 30],
    ['## The gate', 19],
  ] as const) {
    const rows = tableUnder(text, heading)
    t.ok(rows.length >= atLeast, `${heading}: ${rows.length} threats`)
    for (const [threat = '', defence = '', held = ''] of rows) {
      t.ok(threat !== '' && defence !== '', threat)
      t.same(faultsIn(held, ROOT), [], threat)
    }
  }
})

t.test('a test that is not there is named', async t => {
  const named = (cell: string) => faultsIn(cell, ROOT)
  t.same(named('`gate/gone.test.ts` anything'), ['no such file: gate/gone.test.ts'])
  t.match(named('`gate/tests/promises.test.ts` no such title'), [/has no test "no such title"/])
  t.same(named('somewhere'), ['names no test: somewhere'])
  t.same(named('`gate/tests/promises.test.ts` each promise is held by tests'), [])
})

t.test('it says how to report a fault, to nobody by name', async t => {
  t.match(text, /Report it privately, by a security advisory/)
  t.notMatch(text, /[\w.]+@[\w.]+/)
})
