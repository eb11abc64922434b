import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { CASES, isCaseName } from './cases.ts'
import { stepsOf } from './steps.ts'

const DENIED = ['picture', 'scan', 'verdict', 'relay-released', 'service-back', 'uploaded', 'done']
const names = Object.keys(CASES).filter(isCaseName)

for (const name of names.filter(one => CASES[one].end === 'denied')) {
  t.test(`${name}: ${CASES[name].what}`, async t => {
    const steps = await stepsOf(name, tempDir())
    t.same(steps.slice(-DENIED.length), DENIED)
    t.ok(steps.indexOf('service-stopped') < steps.indexOf('scan'), 'the gate was on its own')
  })
}
