/** A gate's config from the page: written, compared, given, gone back to; before the real service. */
import t from 'tap'
import { chainRows, uploadOf } from '../../testing/journal.ts'
import { newGate } from '../testing/fleet-gates.ts'
import { type NodeFleet, openFleetTests } from '../testing/fleet-in-node.ts'
import type { Configs, Draft } from './config-steps.ts'

const { nodeWorld, open } = await openFleetTests(t)
const { world } = nodeWorld

const EPOCH = '0000000000000002'
const configOf = (waitMs: number) => ({
  lanes: [
    {
      ...{ name: 'A', direction: 'entry', board: { port: '/dev/ttyACM0' } },
      ...{ scanner: { port: '/dev/ttyUSB0' }, timing: { waitMs } },
    },
  ],
})
const textOf = (waitMs: number) => JSON.stringify(configOf(waitMs))
const configsOf = ({ fleet }: NodeFleet): Configs => {
  const { value } = fleet.configs.configs
  if (value.is !== 'here') throw new Error(JSON.stringify(value))
  return value.value
}
function draftOf<K extends Draft['is']>({ fleet }: NodeFleet, is: K): Extract<Draft, { is: K }> {
  const draft = fleet.configs.draft.value
  if (draft?.is !== is) throw new Error(`not ${is} but ${JSON.stringify(draft)}`)
  return draft as Extract<Draft, { is: K }>
}

async function give(one: NodeFleet, text: string, reason = 'longer waits'): Promise<void> {
  const { configs } = one.fleet
  await configs.begin(configsOf(one).revision)
  configs.review(text)
  draftOf(one, 'review')
  void configs.give(reason, 7)
  await one.settle()
}

t.test('the first one, the next with its changes, and back to the first', async t => {
  const gate = await newGate(world, 'c-1')
  await gate.report()
  const one = await open('operator', { hash: '#/gates/c-1/config' })
  const { configs } = one.fleet
  t.match(configsOf(one), { revision: 0, config: null, rows: [] })
  await give(one, textOf(5000), ' first ')
  const { revision: first, outcome } = draftOf(one, 'given')
  t.same(outcome, { is: 'waits' })
  t.match(configsOf(one).rows, [{ revision: first, reason: 'first', confirmMinutes: 7 }])

  await one.advance(2_000)
  await give(one, textOf(8000))
  const { revision: second } = draftOf(one, 'given')
  configs.callOff()
  await configs.compare(second)
  const changes = [{ path: 'lanes[A].timing.waitMs', before: '5000', after: '8000' }]
  t.same(configs.compared.value, {
    ...{ from: first, to: second },
    changes: { is: 'here', value: changes },
  })
  await configs.compare(first)
  t.match(configs.compared.value, { from: 0, to: first })

  await configs.begin(first)
  const back = draftOf(one, 'review')
  t.same(back.changes, [{ path: 'lanes[A].timing.waitMs', before: '8000', after: '5000' }])
  await one.advance(2_000)
  void configs.give('back', 1)
  await one.settle()
  t.match(configsOf(one).config, configOf(5000))
  t.equal(configsOf(one).rows.length, 3)
})

t.test('the first begins with an example of the gate’s lanes, which the service takes', async t => {
  await newGate(world, 'c-5')
  const one = await open('operator', { hash: '#/gates/c-5/config' })
  const { configs } = one.fleet
  const lanesOfText = () => JSON.parse(draftOf(one, 'edit').text).lanes as { name: string }[]
  await configs.begin(0)
  t.match(lanesOfText(), [{ name: 'A' }], 'nothing was told of it')
  const lane = { state: 'Locked', serves: true, modes: [] }
  const lanes = ['left', 'right'].map(name => ({ name, ...lane }))
  const row = { gate: 'c-5', station: 'north', lanes, alarms: [], recent: null, config: {} }
  one.stream.tell('snapshot', { at: world.clock.now(), rows: [row] })
  await configs.begin(0)
  t.match(lanesOfText(), [{ name: 'left' }, { name: 'right' }])
  await give(one, draftOf(one, 'edit').text)
  t.match(configsOf(one).config, { lanes: [{ name: 'left' }, { name: 'right' }] })
})

t.test('what the gate wrote of it is followed until its last word', async t => {
  const gate = await newGate(world, 'c-2')
  const one = await open('operator', { hash: '#/gates/c-2/config' })
  await give(one, textOf(5000))
  const { revision } = draftOf(one, 'given')
  const said = (about: string, more: object = {}) => ({
    ...{ about, revision: 4, runs: 4, by: 'service', reason: '', ...more },
  })
  const bodies = [said('committed', { serviceRevision: revision, confirmMs: 60_000 })]
  const upload = () => gate.upload(uploadOf(chainRows(EPOCH, 'config', bodies), 1, bodies.length))
  await upload()
  await one.advance(3_100)
  t.match(draftOf(one, 'given').outcome, { is: 'tried' })
  bodies.push(said('confirmed'))
  await upload()
  await one.advance(3_100)
  t.match(draftOf(one, 'given').outcome, { is: 'confirmed' })
})

t.test('text that is no config, and what the service refuses, with the place', async t => {
  await newGate(world, 'c-3')
  const one = await open('operator', { hash: '#/gates/c-3/config' })
  const { configs } = one.fleet
  await configs.begin(0)
  configs.review('{ "lanes": [')
  t.match(draftOf(one, 'edit'), { text: '{ "lanes": [', fault: /JSON/ })
  configs.review('[1]')
  t.equal(draftOf(one, 'edit').fault, '')
  configs.review('{"lanes":[{"name":"A"}]}')
  void configs.give('x', 5)
  await one.settle()
  const refused = draftOf(one, 'review')
  t.match(refused.trouble, { kind: 'refused', problem: { code: 'INVALID' } })
  t.match(refused.trouble?.kind === 'refused' && refused.trouble.problem.fields, [
    { path: /lanes/ },
  ])
  configs.edit()
  t.equal(draftOf(one, 'edit').text, '{"lanes":[{"name":"A"}]}', 'nothing typed is lost')
})

t.test('somebody else was quicker; the answer gets lost: both are told', async t => {
  await newGate(world, 'c-4')
  const [one, other] = [
    await open('operator', { hash: '#/gates/c-4/config' }),
    await open('operator', { hash: '#/gates/c-4/config' }),
  ]
  await give(one, textOf(5000))
  await give(other, textOf(6000))
  t.match(draftOf(other, 'review').trouble, { problem: { code: 'CONFIG_STALE' } })
  t.equal(configsOf(other).rows.length, 1, 'the newer one is there to look at')
  other.network = 'answers are lost'
  await one.advance(2_000)
  void other.fleet.configs.give('again', 5)
  await other.settle()
  t.match(draftOf(other, 'review').trouble, { kind: 'unsure' })
})
