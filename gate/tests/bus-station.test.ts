/**
 * Two controllers of one station as they run on a site: two gate programs with lanes of their own,
 * a real service, a real broker. What one has seen counts at the other, without a network to the
 * service; and what neither could know, the service reports.
 */

import { type AddressInfo, createServer } from 'node:net'
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
import { openOpenBroker } from '../testing/bus/peers.ts'

const LANE = { timing: { waitMs: 1500 } }
const BAUD = 115_200

interface Gate {
  readonly lane: SimLane
  readonly journalFile: string
  readonly metricsPort: number
  child(): Child
}

const gateOf = (of: World | Sibling, metricsPort: number): Gate => ({
  metricsPort,
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
  await until('a verdict', () => find() !== undefined)
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

const alarms = ({ journalFile }: Gate, code: string) =>
  readJournal(journalFile).filter(row => row.kind === 'alarm' && row.body.code === code)

/** By its journal, whatever it has said before. */
const busIs = (gate: Gate, up: boolean) =>
  until(`bus ${up}`, () => (alarms(gate, 'BUS_DOWN').at(-1)?.body.on === true) !== up)

/** Messages with facts that it has heard and taken in. */
async function factsHeard({ metricsPort }: Gate): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
  return Number(/bus_messages_total\{kind="facts"\} (\d+)/.exec(text)?.[1] ?? 0)
}

/** Does `work`, which makes `messages` of facts, and waits until `gate` has taken them in. */
async function heardBy<T>(gate: Gate, messages: number, work: () => Promise<T>): Promise<T> {
  const before = await factsHeard(gate)
  const done = await work()
  await until('its sibling has heard of it', async () => {
    return (await factsHeard(gate)) >= before + messages
  })
  return done
}

/** A grant and its passage are told in two messages. */
const enterHeardBy = (other: Gate, gate: Gate, text: string) =>
  heardBy(other, 2, () => enter(gate, text))

/** On a machine that is busy for seconds, messages are late, and a grant says so. */
const CALM = { code: /^ADMIT(_FLAGGED)?$/ }

/** `bus`: of both, or of the first where the second has its own. */
async function twoGates(t: Test, bus: object, busOfTwo = bus) {
  const lanes = [{ name: 'A', direction: 'entry' }] as const
  const ports = [await freePort(), await freePort()] as const
  const metricsOf = (port: number) => ({ metrics: { port } })
  const common = { lanes, lane: LANE, scannerBaud: BAUD }
  const world = await createWorld({
    dir: tempDir(),
    ...common,
    gate: { bus, ...metricsOf(ports[0]) },
  })
  t.teardown(() => world.close())
  await startStation(world)
  const sibling = await createSibling(world, {
    name: 'north-2',
    ...common,
    gate: { bus: busOfTwo, ...metricsOf(ports[1]) },
  })
  t.teardown(() => sibling.close())
  await sibling.start()
  const [one, two] = [gateOf(world, ports[0]), gateOf(sibling, ports[1])]
  await Promise.all([one, two].map(siblingKnown))
  return { world, one, two }
}

/** All that its sibling knew has come. */
const siblingKnown = (gate: Gate) =>
  gate.child().line('its snapshot', line => line.event === 'snapshot')

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Both stations wait for the bus most of the time: they do so side by side. */
t.jobs = 2
const SIDE_BY_SIDE = { buffered: true }

t.test(
  'the second use is refused without the service, flagged without the bus',
  SIDE_BY_SIDE,
  async t => {
    const broker = await openOpenBroker(t)
    const { world, one, two } = await twoGates(t, { broker: { url: broker.url } })
    const [first, second] = [await world.traveller(), await world.traveller(TRAVELLERS[1])]

    await world.server().stop()
    const code = await first.present(Date.now())
    t.match(await enterHeardBy(two, one, code), { kind: 'grant', body: CALM })
    const used = await scan(two, code)
    t.match(used, { kind: 'scan', body: { code: 'ALREADY_USED' } }, 'the same code at the sibling')
    const again = await scan(two, await first.present(Date.now()))
    t.match(
      again,
      { kind: 'scan', body: { code: 'ALREADY_INSIDE' } },
      'a new code of the same pass',
    )

    await broker.cut()
    for (const gate of [one, two]) await busIs(gate, false)
    const late = await second.present(Date.now())
    const flagged = { kind: 'grant', body: { code: 'ADMIT_FLAGGED', flags: ['BUS_DOWN'] } }
    const both = await Promise.all([one, two].map(gate => enter(gate, late)))
    t.match(both, [flagged, flagged], 'each goes on alone')
    for (const gate of [one, two]) {
      t.match(alarms(gate, 'BUS_OPEN'), [{ body: { on: true } }], 'nobody was asked for a login')
      t.same(alarms(gate, 'ADMITTED_TWICE'), [])
    }
    await openOpenBroker(t, broker.port)
    for (const [gate, other] of [
      [one, 'north-2'],
      [two, 'north-1'],
    ] as const) {
      await until('both are named', () => alarms(gate, 'ADMITTED_TWICE').length > 0)
      t.match(alarms(gate, 'ADMITTED_TWICE'), [{ body: { detail: `at gate ${other} entry` } }])
      await busIs(gate, true)
    }

    await world.startServer()
    const operator = await world.signIn('operator')
    let found: { kind: string; first: { gate: string }; second: { gate: string } }[] = []
    await until('the service finds the duplicate', async () => {
      found = (await operator.get('/v1/fleet/duplicates')).rows as typeof found
      return found.length > 0
    })
    t.match(found, [{ kind: 'CODE_TWICE' }])
    const named = found.flatMap(({ first, second }) => [first.gate, second.gate])
    t.same(named.sort(), ['north-1', 'north-2'])
    t.equal(found.length, 1, 'what the bus refused is no duplicate')
    for (const gate of [one, two]) t.ok(await fireOpens(gate.lane))
  },
)

t.test(
  'one gate brings the broker; killed and back, it knows what its sibling saw',
  SIDE_BY_SIDE,
  async t => {
    const port = await freePort()
    const { world, one, two } = await twoGates(
      t,
      { broker: { embedded: { port } } },
      { broker: { url: `mqtt://127.0.0.1:${port}` } },
    )
    const phone = await world.traveller()
    await world.server().stop()
    const code = await phone.present(Date.now())
    t.match(await enterHeardBy(one, two, code), { kind: 'grant', body: CALM })
    t.match(await scan(one, code), { kind: 'scan', body: { code: 'ALREADY_USED' } })

    world.gate().signal('SIGKILL')
    await world.gate().exited
    await busIs(two, false)
    await world.startGate()
    await busIs(two, true)
    await siblingKnown(one)
    t.match(await scan(one, await phone.present(Date.now())), {
      kind: 'scan',
      body: { code: 'ALREADY_INSIDE' },
    })
    for (const gate of [one, two]) t.ok(await fireOpens(gate.lane))
  },
)
