import t from 'tap'
import { createMachineRig, machineSettings } from '../../fixtures/machine-rig.ts'
import { feedbackDue } from './barrier.ts'
import { plainModes, SHUT_BARRIER, startingLane } from './state.ts'

t.test('of two ways that stand open one is shut, the other stays open', async t => {
  for (const profile of ['flap', 'tripod'] as const) {
    const rig = createMachineRig(machineSettings({ profile, closeMs: 800 }))
    rig.feed({ type: 'mode', change: { entry: 'free', exit: 'free' }, by: 'lin' })
    t.same([...rig.energised], ['entry', 'exit'])
    rig.feed({ type: 'mode', change: { entry: 'controlled' }, by: 'lin' })
    t.same([...rig.energised], ['exit'], profile)
    t.same(rig.lane().barrier.energised, ['exit'])
    t.notOk(rig.lane().barrier.closing, 'no panel closes while a way is open')
  }
})

t.test('a relay that does not do what it was told is named with what it was told', async t => {
  const settings = machineSettings({ feedback: true })
  const lane = startingLane(plainModes('entry'))
  const said = (energised: ('entry' | 'exit')[], feedback: boolean) =>
    feedbackDue({ ...lane, barrier: { ...SHUT_BARRIER, energised, feedback } }, settings)
      .effects.flatMap(one =>
        one.type === 'record' && one.kind === 'alarm' ? [one.body.detail] : [],
      )
      .join()
  t.match(said([], true), /^released, but its contact stays closed/)
  t.match(
    said(['entry', 'exit'], false),
    /^entry and exit energised, but its contact did not close/,
  )
  t.equal(said(['entry'], true), '')
  t.equal(said([], false), '')
})
