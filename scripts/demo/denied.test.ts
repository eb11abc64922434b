import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { CASES, isCaseName } from './cases.ts'
import { stepsOf } from './steps.ts'

const DENIED = ['picture', 'scan', 'verdict', 'relay-released', 'service-back', 'uploaded', 'done']
const names = Object.keys(CASES)
  .filter(isCaseName)
  .filter(name => CASES[name].end === 'denied')

t.test('at one station, one after another', async t => {
  const steps = await stepsOf(names, tempDir())
  for (const name of names) {
    await t.test(`${name}: ${CASES[name].what}`, async t => {
      const own = steps[name]
      t.same(own.slice(-DENIED.length), DENIED)
      const stopped = own.indexOf('service-stopped')
      t.ok(stopped >= 0 && stopped < own.indexOf('scan'), 'the gate was on its own')
    })
  }
})
