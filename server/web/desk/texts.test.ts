import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { openWorld } from '../../testing/world.ts'
import { problemCodes } from '../testing/problem-codes.ts'
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
  const codes = await problemCodes(world, CALLED)
  t.ok(codes.size > 30, `${codes.size} codes`)
  const missing = [...codes].filter(one => !NEVER.test(one) && !(`problem.${one}` in TEXTS.zh))
  t.same(missing, [])
})
