import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { CASES, isCaseName } from './cases.ts'
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

/** Cases that share one: a station with USB scanners runs another program than `npm run gate`. */
const STATIONS = [
  ['admit', 'no-turn', 'crash'],
  ['usb', 'camera'],
] as const

for (const names of STATIONS) {
  t.test(`at one station: ${names.join(', ')}`, async t => {
    const steps = await stepsOf(names, tempDir())
    for (const [name, own] of Object.entries(steps)) {
      const granted = name as keyof typeof EXPECTED
      await t.test(`${name}: ${CASES[granted].what}`, async t => {
        const expected = EXPECTED[granted]
        t.same(own.slice(-expected.length), expected)
        const stopped = own.indexOf('service-stopped')
        t.ok(stopped >= 0 && stopped < own.indexOf('scan'), 'the gate was on its own')
      })
    }
  })
}

t.test('every case that is let in is shown', async t => {
  const letIn = Object.keys(CASES)
    .filter(isCaseName)
    .filter(name => CASES[name].end !== 'denied')
  t.same(STATIONS.flat().sort(), letIn.sort())
})
