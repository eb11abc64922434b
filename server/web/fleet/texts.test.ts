import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { ALARMS } from '../../../gate/contract/codes.ts'
import { directionModeSchema, laneModesSchema } from '../../../gate/contract/events.ts'
import { FRESHNESS_STAGES } from '../../../gate/contract/freshness.ts'
import { freshnessStageSchema } from '../../../gate/contract/health.ts'
import { openWorld } from '../../testing/world.ts'
import { LANGUAGES, language } from '../shared/language.ts'
import { problemCodes } from '../testing/problem-codes.ts'
import { textFaults } from '../testing/text-faults.ts'
import { sayOr, TEXTS, toDo } from './texts.ts'

t.test('both languages have every text, with the same values and their own signs', async t => {
  t.same(textFaults(TEXTS), [])
})

/** Routes that the fleet's page calls, by how their addresses begin. */
const CALLED = /^\/v1\/(fleet|trust\/(denied-kids|publish)|audit|staff|auth)(\/|$)/

t.test('every code that the routes of the fleet declare has words', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const codes = await problemCodes(world, CALLED)
  t.ok(codes.size > 15, `${codes.size} codes`)
  t.same(
    [...codes].filter(one => !(`problem.${one}` in TEXTS.zh)),
    [],
  )
})

t.test('every alarm of a gate says what to do, in the language that is shown', async t => {
  for (const one of LANGUAGES) {
    language.value = one
    for (const code of [...Object.keys(ALARMS), 'OFFLINE', 'SHUTDOWN']) {
      t.ok(toDo(code).length > 3, `${one} ${code}`)
      t.equal(/\p{Script=Han}/u.test(toDo(code)), one === 'zh', `${one} ${code}`)
    }
  }
  t.equal(toDo('A_NEW_ONE'), '')
})

t.test('stages of trust are the gate’s own, and each has a name', async t => {
  t.same(FRESHNESS_STAGES, freshnessStageSchema.options)
  for (const stage of FRESHNESS_STAGES) t.not(sayOr(`stage.${stage}`, stage), stage)
})

t.test('each mode of a lane that is not as usual has a sentence', async t => {
  const { entry, exit, ...others } = laneModesSchema.shape
  const unusual = directionModeSchema.options.filter(mode => mode !== 'controlled')
  const ways = Object.keys({ entry, exit }).flatMap(way => unusual.map(mode => `${way}:${mode}`))
  for (const mode of [...Object.keys(others), ...ways]) {
    t.not(sayOr(`mode.${mode}`, mode), mode)
  }
})
