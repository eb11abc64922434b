import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { CASES } from './cases.ts'
import { stepsOf } from './steps.ts'

const GRANTED = ['picture', 'scan', 'verdict', 'grant-journaled', 'relay-high']
const END = ['service-back', 'uploaded', 'done']

const EXPECTED = {
  admit: [...GRANTED, 'passage', 'relay-low', 'passage-journaled', ...END],
  usb: [...GRANTED, 'passage', 'relay-low', 'passage-journaled', ...END],
  camera: [...GRANTED, 'passage', 'relay-low', 'passage-journaled', ...END],
  'no-turn': [...GRANTED, 'relay-low', 'annulled', ...END],
  crash: [...GRANTED, 'gate-killed', 'restart', ...END],
}

for (const [name, expected] of Object.entries(EXPECTED)) {
  t.test(`${name}: ${CASES[name as keyof typeof EXPECTED].what}`, async t => {
    const steps = await stepsOf(name, tempDir())
    t.same(steps.slice(-expected.length), expected)
    t.ok(steps.indexOf('service-stopped') < steps.indexOf('scan'), 'the gate was on its own')
  })
}
