/**
 * Two controllers of one station as they run on a site: two gate programs with lanes of their own,
 * a real service, a real broker. What one has seen counts at the other, without a network to the
 * service; and what neither could know, the service reports.
 */

import t, { type Test } from 'tap'
import type { Child } from '../../fixtures/child.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal, type SeenRow } from '../../fixtures/gate-journal.ts'
import { createSibling, type Sibling } from '../../fixtures/sibling.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, startStation, TRAVELLERS, type World } from '../../fixtures/world.ts'
import { walk } from '../../hardware/sim/passenger.ts'
import { until } from '../../hardware/sim/until.ts'
import { openOpenBroker } from './testing/peers.ts'

const LANE = { timing: { waitMs: 1500 } }
const BAUD = 115_200

interface Gate {
  readonly lane: SimLane
  readonly journalFile: string
  child(): Child
}

const gateOf = (of: World | Sibling): Gate => ({
  lane: of.lanes[0] as SimLane,
  journalFile: of.journalFile,
  child: () => of.gate(),
})

/** Scans, and gives the row that says what came of it. */
async function scan({ lane, journalFile }: Gate, text: string): Promise<SeenRow> {
  const before = readJournal(journalFile).length
  const find = () =>
    readJournal(journalFile)
      .slice(before)
      .find(row => row.kind === 'scan' || row.kind === 'grant')
  lane.scanner.sendText(text)
  await until('a verdict', () => find() !== undefined, 10_000)
  return find() as SeenRow
}

async function enter(gate: Gate, text: string): Promise<SeenRow> {
  const row = await scan(gate, text)
  if (row.kind !== 'grant') return row
  const passages = () => readJournal(gate.journalFile).filter(one => one.kind === 'passage').length
  const before = passages()
  await until('the relay', () => gate.lane.turnstile.relay('entry'))
  await walk(gate.lane.turnstile, 'normal', 'entry')
  await until('its passage', () => passages() > before)
  return row
}

const busIs = (gate: Gate, up: boolean) =>
  gate.child().line(`bus ${up}`, line => line.event === 'bus' && line.up === up, 20_000)

/** `bus`: of both, or of the first where the second has its own. */
async function twoGates(t: Test, bus: object, busOfTwo = bus) {
  const lanes = [{ name: 'A', direction: 'entry' }] as const
  const common = { lanes, lane: LANE, scannerBaud: BAUD }
  const world = await createWorld({ dir: tempDir(), ...common, gate: { bus } })
  t.teardown(() => world.close())
  await startStation(world)
  const sibling = await createSibling(world, {
    name: 'north-2',
    ...common,
    gate: { bus: busOfTwo },
  })
  t.teardown(() => sibling.close())
  await sibling.start()
  const [one, two] = [gateOf(world), gateOf(sibling)]
  await Promise.all([one, two].map(siblingHeard))
  return { world, one, two }
}

const siblingHeard = (gate: Gate) =>
  gate.child().line('its sibling', line => line.event === 'sibling' && line.awake === 1, 20_000)

t.test('the second use is refused without the service, flagged without the bus', async t => {
  const broker = await openOpenBroker(t)
  const { world, one, two } = await twoGates(t, { broker: { url: broker.url } })
  const [first, second] = [await world.traveller(), await world.traveller(TRAVELLERS[1])]

  await world.server().stop()
  const code = await first.present(Date.now())
  t.match(await enter(one, code), { kind: 'grant', body: { code: 'ADMIT', flags: [] } })
  const used = await scan(two, code)
  t.match(used, { kind: 'scan', body: { code: 'ALREADY_USED' } }, 'the same code at the sibling')
  const again = await scan(two, await first.present(Date.now()))
  t.match(again, { kind: 'scan', body: { code: 'ALREADY_INSIDE' } }, 'a new code of the same pass')

  await broker.cut()
  for (const gate of [one, two]) await busIs(gate, false)
  const late = await second.present(Date.now())
  const flagged = { kind: 'grant', body: { code: 'ADMIT_FLAGGED', flags: ['BUS_DOWN'] } }
  t.match(await enter(one, late), flagged)
  t.match(await enter(two, late), flagged, 'each goes on alone')
  for (const gate of [one, two]) {
    const alarms = readJournal(gate.journalFile).filter(row => row.body.code === 'BUS_DOWN')
    t.match(alarms.at(-1), { kind: 'alarm', body: { on: true } })
  }

  await world.startServer()
  const operator = await world.signIn('operator')
  let found: { kind: string; first: object; second: object }[] = []
  for (const deadline = Date.now() + 45_000; Date.now() < deadline && found.length === 0; ) {
    found = (await operator.get('/v1/fleet/duplicates')).rows as typeof found
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  t.match(found, [{ kind: 'CODE_TWICE', first: { gate: 'north-1' }, second: { gate: 'north-2' } }])
  t.equal(found.length, 1, 'what the bus refused is no duplicate')
  for (const gate of [one, two]) t.ok(await fireOpens(gate.lane))
})

t.test('one gate brings the broker; killed and back, it knows what its sibling saw', async t => {
  const free = await openOpenBroker(t)
  await free.cut()
  const { world, one, two } = await twoGates(
    t,
    { broker: { embedded: { port: free.port } } },
    { broker: { url: free.url } },
  )
  const phone = await world.traveller()
  await world.server().stop()
  const code = await phone.present(Date.now())
  t.match(await enter(two, code), { kind: 'grant', body: { code: 'ADMIT', flags: [] } })
  t.match(await scan(one, code), { kind: 'scan', body: { code: 'ALREADY_USED' } })

  world.gate().signal('SIGKILL')
  await world.gate().exited
  await busIs(two, false)
  await world.startGate()
  await busIs(two, true)
  await one.child().line('its snapshot', line => line.event === 'snapshot', 20_000)
  t.match(await scan(one, await phone.present(Date.now())), {
    kind: 'scan',
    body: { code: 'ALREADY_INSIDE' },
  })
  for (const gate of [one, two]) t.ok(await fireOpens(gate.lane))
})
