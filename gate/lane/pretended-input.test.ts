import t from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { testBodySchema } from '../contract/events.ts'

const state = ({ lane }: VirtualLane) => lane.view().state.name
const tests = ({ journal }: VirtualLane) =>
  (journal.pending()?.rows ?? [])
    .filter(row => row.kind === 'test')
    .map(row => testBodySchema.parse(JSON.parse(row.body ?? '')))

t.test('nothing is pretended on a lane that serves: nobody gets in without a pass', async t => {
  const gate = await createVirtualLane()
  const { pretend } = gate.lane
  const text = await gate.code()
  for (const modes of [{}, { fareFree: true }, { entry: 'free' }, { emergency: true }] as const) {
    await gate.modes(modes)
    const before = [...gate.energised]
    t.equal(pretend.contact('release', true, 'lin'), 'NOT_IN_MAINTENANCE')
    t.equal(pretend.contact('fire', true, 'lin'), 'NOT_IN_MAINTENANCE')
    t.equal(pretend.contact('passA', true, 'lin'), 'NOT_IN_MAINTENANCE')
    t.equal(pretend.scan('entry', text, 'lin'), 'NOT_IN_MAINTENANCE')
    t.same([...gate.energised], before, JSON.stringify(modes))
  }
  t.same(tests(gate), [])
})

t.test('in maintenance a scan says what it would be told, and uses nothing', async t => {
  const gate = await createVirtualLane()
  const { pretend } = gate.lane
  await gate.modes({ maintenance: true })
  const text = await gate.code()
  for (let n = 0; n < 2; n++) t.match(pretend.scan('entry', text, 'lin'), { code: 'ADMIT' })
  t.match(pretend.scan('entry', 'no pass', 'lin'), { code: 'MALFORMED' })
  t.equal(pretend.scan('exit', text, 'lin'), 'NO_SUCH_PART', 'no scanner looks that way')
  t.equal(pretend.contact('release', true, 'lin'), undefined)
  await gate.time.advanceAsync(10)
  t.equal(state(gate), 'Maintenance')
  t.equal(gate.energised.size, 0, 'nothing moved')
  t.match(tests(gate), [
    { about: 'scan', what: 'entry', by: 'lin', pretended: true, code: 'ADMIT' },
    { about: 'scan', code: 'ADMIT' },
    { about: 'scan', code: 'MALFORMED' },
    { about: 'contact', what: 'release', pretended: true, active: true },
  ])
  t.notMatch(JSON.stringify(tests(gate)), text.slice(8, 40), 'the text is nowhere')
  await gate.modes({ maintenance: false })
  await gate.scan(text)
  t.same([...gate.energised], ['entry'], 'the pass is as good as before')
})

t.test('what is pretended of contacts ends with the maintenance', async t => {
  const gate = await createVirtualLane()
  const { pretend } = gate.lane
  await gate.modes({ maintenance: true })
  t.equal(pretend.contact('beamA', true, 'lin'), undefined)
  t.same(gate.lane.activeContacts(), ['beamA'])
  t.equal(pretend.contact('beamA', true, 'lin'), 'CONTACT_IS_ACTIVE')
  t.equal(pretend.contact('beamB', false, 'lin'), 'NOT_PRETENDED')
  await gate.modes({ maintenance: false })
  t.same(gate.lane.activeContacts(), [])
  t.match(tests(gate).at(-1), { about: 'contact', what: 'beamA', active: false, by: 'test' })
})

t.test('a pretended fire opens as a real one; a real one is never hidden by it', async t => {
  const gate = await createVirtualLane()
  const { pretend } = gate.lane
  await gate.modes({ maintenance: true })
  t.equal(pretend.contact('fire', true, 'lin'), undefined)
  t.equal(state(gate), 'Emergency')
  t.ok(gate.energised.has('entry') && gate.energised.has('exit'))
  t.equal(pretend.contact('fire', false, 'lin'), undefined)
  t.equal(pretend.contact('release', true, 'lin'), 'NOT_IN_MAINTENANCE', 'staff reset it')
  await gate.contact('release', true)
  t.equal(state(gate), 'Maintenance')
  t.equal(pretend.contact('fire', true, 'lin'), undefined)
  await gate.contact('fire', true)
  t.equal(pretend.contact('fire', false, 'lin'), 'NOT_PRETENDED', 'it burns')
  t.ok(gate.lane.view().fire)
})

t.test('a board that was away has no pretended contact any more', async t => {
  const gate = await createVirtualLane()
  await gate.modes({ maintenance: true })
  gate.lane.pretend.contact('fire', true, 'lin')
  await gate.board('lost')
  await gate.board('ready')
  t.same(gate.lane.pretend.contacts(), [])
  t.notOk(gate.lane.view().fire)
})
