/** Grants whose end nobody saw: somebody was in the barrier, and it can't be said whether they walked. */

import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fireOpens as fireOpensFor } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createTravellers, startHandGate } from '../../fixtures/hand-gate.ts'
import { createSmallMemory } from '../../fixtures/small-memory.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { createWorld, startStation, TRAVELLERS } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { T0, TrustWorld } from '../testing/trust/world.ts'

const CTI = '01'.repeat(16)
const MINUTE_MS = 60_000
async function fireOpens(t: Test, gate: VirtualLane) {
  await gate.contact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens both ways')
}

/** The row that ended the last grant. */
function endOf(gate: VirtualLane): { reason?: string; unknown?: boolean } {
  const rows = gate.journal.pending()?.rows.filter(({ kind }) => kind === 'annulled') ?? []
  return JSON.parse(rows.at(-1)?.body ?? '{}')
}

type Fault = readonly [what: string, reason: string, happens: (gate: VirtualLane) => unknown]

const FAULTS: readonly Fault[] = [
  ['the board unplugged', 'BOARD_LOST', gate => gate.board('lost')],
  ['the board without its dead-man', 'BOARD_LOST', gate => gate.board('lost', 'NO_DEADMAN')],
  ['the stop button', 'STOPPED', gate => gate.contact('stop', true)],
  [
    'a stop of the gate that waited long enough',
    'STOPPED',
    async gate => {
      const stopped = gate.lane.stop()
      await gate.time.advanceAsync(8000)
      await stopped
    },
  ],
]

t.test(
  'somebody is in the arm: the grant counts as used, its row says that it is unknown',
  async t => {
    for (const [what, reason, happens] of FAULTS) {
      const memory = createSmallMemory()
      const gate = await createVirtualLane({}, undefined, { memory })

      await gate.scan(await gate.code())
      await gate.contact('passA', true)
      await happens(gate)
      t.match(endOf(gate), { reason, unknown: true }, what)
      for (const [when, known] of [
        ['now', memory],
        ['after a restart', createSmallMemory(gate.journal.memory())],
      ] as const) {
        const other = await createVirtualLane({}, undefined, { memory: known })
        await other.scan(await other.code())
        t.equal(other.rows().at(-1), 'scan ALREADY_USED', `${what}, the same code ${when}`)
        await other.time.advanceAsync(MINUTE_MS)
        await other.scan(await other.code())
        t.equal(other.rows().at(-1), 'scan ALREADY_INSIDE', `${what}, a new code ${when}`)
        await fireOpens(t, other)
      }
    }
  },
)

t.test('nobody was seen in the arm: the grant frees its pass', async t => {
  for (const [what, reason, happens] of FAULTS.slice(0, 3)) {
    const memory = createSmallMemory()
    const gate = await createVirtualLane({}, undefined, { memory })
    await gate.scan(await gate.code())
    await happens(gate)
    t.match(endOf(gate), { reason, unknown: undefined }, what)
    const other = await createVirtualLane({ name: 'B' }, undefined, { memory })
    await other.time.advanceAsync(MINUTE_MS)
    await other.scan(await other.code())
    t.equal(other.rows().at(-1), 'grant ADMIT', what)
    await fireOpens(t, other)
  }
})

t.test('a fire or an emergency in the middle: unknown, and tolerated afterwards', async t => {
  for (const what of ['FIRE', 'EMERGENCY'] as const) {
    const gate = await createVirtualLane()
    await gate.scan(await gate.code())
    await gate.contact('passA', true)
    if (what === 'FIRE') await gate.contact('fire', true)
    else await gate.modes({ emergency: true })
    t.same([...gate.energised].sort(), ['entry', 'exit'], 'open both ways')
    t.match(endOf(gate), { reason: what, unknown: true })
    await gate.contact('passA', false)
    await gate.contact('fire', false)
    if (what === 'FIRE') await gate.contact('release', true)
    else await gate.modes({ emergency: false })
    await gate.time.advanceAsync(MINUTE_MS)
    await gate.scan(await gate.code())
    t.equal(gate.rows().at(-1), 'grant ADMIT', what)
    await fireOpens(t, gate)
  }
})

t.test('on the way out: let out again, also by a hard exit, and let in again, flagged', async t => {
  const hard = { policy: { passback: 'hard' } } as const
  const both = { direction: 'both', exitScanner: { port: 'exit-scanner' }, ...hard } as const
  for (const next of ['out', 'in'] as const) {
    const gate = await createVirtualLane(both)
    await gate.scan(await gate.code())
    await gate.contact('passA', true)
    await gate.contact('passA', false)
    await gate.time.advanceAsync(MINUTE_MS)
    await gate.scanAtExit(await gate.code())
    await gate.contact('passB', true)
    await gate.board('lost')
    t.match(endOf(gate), { reason: 'BOARD_LOST', unknown: true })
    const restarted = createSmallMemory(gate.journal.memory())
    t.match(restarted.visit('main', CTI), { inside: true, unsure: true })
    const other = await createVirtualLane(both, undefined, { memory: restarted })
    await other.time.advanceAsync(2 * MINUTE_MS)
    const code = await other.code()
    if (next === 'out') await other.scanAtExit(code)
    else await other.scan(code)
    t.equal(other.rows().at(-1), next === 'out' ? 'grant ADMIT' : 'grant ADMIT_FLAGGED')
    await fireOpens(t, other)
  }
})

t.test(
  'a disk that hangs while the board goes: an exit without its row is used all the same',
  async t => {
    const gate = await createVirtualLane({ direction: 'exit' })
    gate.stallWrites()
    await gate.scan(await gate.code())
    await gate.time.advanceAsync(2500)
    t.same([...gate.energised], ['exit'], 'open without its row')
    await gate.contact('passB', true)
    await gate.board('lost')
    await gate.resumeWrites()
    await gate.time.advanceAsync(1000)
    t.match(endOf(gate), { reason: 'BOARD_LOST', unknown: true })
    t.match(createSmallMemory(gate.journal.memory()).visit('main', CTI), {
      inside: true,
      unsure: true,
    })
    await gate.board('ready')
    await fireOpens(t, gate)
  },
)

t.test('what fare-free let through is nobody’s visit, seen or not', async t => {
  const gate = await createVirtualLane({ modes: { fareFree: true } })
  await gate.scan(await gate.code({ agoMs: 2 * MINUTE_MS }))
  await gate.contact('passA', true)
  await gate.board('lost')
  t.match(endOf(gate), { unknown: true })
  t.equal(createSmallMemory(gate.journal.memory()).visit('main', CTI), undefined)
  await gate.board('ready')
  await fireOpens(t, gate)
})

t.test('the power cut in the middle: the next start takes the grant for used', async t => {
  const world = await TrustWorld.create()
  const code = createTravellers(world)
  const gate = await startHandGate({ data: join(tempDir(), 'data'), world })
  const nowS = (one: typeof gate) => T0 + Math.floor(one.time.clock.monotonicMs() / 1000)
  await gate.until('fresh trust', () => gate.log.some(line => line.stage === 'FRESH'))
  t.equal(await gate.scan(await code(1, nowS(gate))), 'ADMIT')
  await gate.until('open', () => gate.energised.has('entry'))
  gate.board.setContact('passA', true)
  const data = gate.cut(join(tempDir(), 'cut'))
  gate.board.setContact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens both ways')
  await gate.stop()

  const next = await startHandGate({ data, world })
  await next.until('fresh trust', () => next.log.some(line => line.stage === 'FRESH'))
  t.ok(next.told().includes('annulled RESTART'))
  await next.time.advanceAsync(MINUTE_MS)
  t.equal(await next.scan(await code(1, nowS(next))), 'ALREADY_INSIDE')
  next.board.setContact('fire', true)
  t.same([...next.energised].sort(), ['entry', 'exit'], 'fire opens both ways')
  await next.stop()
})

t.test('in real processes: a cable pulled, a gate killed, with somebody in the arm', async t => {
  const world = await createWorld({
    dir: tempDir(),
    lanes: [{ name: 'A', direction: 'entry' }],
    scannerBaud: 115_200,
  })
  t.teardown(() => world.close())
  const [lane] = world.lanes
  if (lane === undefined) throw new Error('one lane')
  const { scanner, turnstile, boardWire } = lane
  await startStation(world)
  type Phone = Awaited<ReturnType<typeof world.traveller>>
  const rowsOf = (what: string) =>
    readJournal(world.journalFile).filter(({ body }) => [body.reason, body.code].includes(what))
  const inTheArm = async (phone: Phone) => {
    scanner.sendText(await phone.present(Date.now()))
    await until('open', () => turnstile.relay('entry'))
    turnstile.setContact('passA', true)
    await until('seen in the arm', () => !turnstile.relay('entry'))
  }
  /** A code of a later second is refused. */
  const refused = async (phone: Phone, times: number) => {
    scanner.sendText(await phone.present(Date.now() + 2000))
    await until('refused', () => rowsOf('ALREADY_INSIDE').length === times)
  }
  const [one, two] = await Promise.all(TRAVELLERS.map(number => world.traveller(number)))
  if (one === undefined || two === undefined) throw new Error('two travellers')

  await inTheArm(one)
  boardWire.unplug()
  await until('told', () => rowsOf('BOARD_LOST').some(({ kind }) => kind === 'annulled'))
  turnstile.setContact('passA', false)
  await boardWire.replug()
  await until('back', () => rowsOf('BOARD_LOST').at(-1)?.body.on === false)
  await refused(one, 1)
  const [ended] = rowsOf('BOARD_LOST').filter(({ kind }) => kind === 'annulled')
  t.match(ended, { body: { unknown: true } })

  await inTheArm(two)
  world.gate().signal('SIGKILL')
  await world.gate().exited
  turnstile.setContact('passA', false)
  await world.startGate()
  await refused(two, 2)
  t.match(rowsOf('RESTART'), [{ kind: 'annulled', body: { unknown: true } }])
  t.ok(await fireOpensFor(lane), 'fire opens within a second')
})
