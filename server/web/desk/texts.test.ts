import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { openWorld } from '../../testing/world.ts'
import type { ApiDocument } from '../testing/render-api-types.ts'
import { textFaults } from '../testing/text-faults.ts'
import { TEXTS } from './texts.ts'

t.test('both languages have every text, with the same values and their own signs', async t => {
  t.same(textFaults(TEXTS), [])
})

/** Routes that the desk's page calls, by how their addresses begin. */
const CALLED = /^\/v1\/(desk|people|checks|appeals|stations|trains|tickets|staff|auth)(\/|$)/
/** A phone's, or what no page of this service comes to. */
const NEVER = /^(PROOF_|USE_NONCE|IN_PROGRESS|APPLICATION_|APPEAL_(EARLY|OPEN)|PASS_REFUSED)/

t.test('every code that the routes of the desk declare has words', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const { paths = {} } = (await (await world.call('/openapi.json')).json()) as ApiDocument
  const codes = new Set<string>()
  for (const [path, methods] of Object.entries(paths)) {
    if (!CALLED.test(path)) continue
    for (const { responses = {} } of Object.values(methods)) {
      for (const { description = '' } of Object.values(responses) as { description?: string }[]) {
        for (const [, code = ''] of description.matchAll(/(?:^|; )([A-Z_]+): /g)) codes.add(code)
      }
    }
  }
  t.ok(codes.size > 30, `${codes.size} codes`)
  const missing = [...codes].filter(one => !NEVER.test(one) && !(`problem.${one}` in TEXTS.zh))
  t.same(missing, [])
})
