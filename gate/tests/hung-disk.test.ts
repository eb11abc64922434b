/**
 * The gate's program on a disk that stands still, and on one whose writes fail: its journal's thread
 * is in trouble, its lanes are not.
 */

import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { createBadDisk } from '../../fixtures/bad-disk.ts'
import type { LogLine } from '../../fixtures/child.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { sameRows, storedRows } from '../../fixtures/stored-journal.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, startStation, TRAVELLERS, type World } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'

const isSign = (lane: string, code: string) => (line: LogLine) =>
  line.event === 'sign' && line.lane === lane && line.code === code

/** Resolves once the relay is energised. */
const opens = ({ turnstile, name }: SimLane, relay: 'entry' | 'exit'): Promise<void> =>
  until(`${name}: ${relay} opens`, () => turnstile.relay(relay))

/** Resolves once the journal has all these grants and annulments: a row is on its way when its lane acts. */
async function written(world: World, ...expected: string[]): Promise<void> {
  const told = () =>
    readJournal(world.journalFile)
      .filter(({ kind }) => kind === 'grant' || kind === 'annulled')
      .map(({ kind, lane, body }) => `${lane} ${kind} ${body.reason ?? body.code}`)
  for (const row of expected) await until(row, () => told().includes(row))
}

async function hangs(t: Test, world: World, disk: ReturnType<typeof createBadDisk>) {
  const [entry, exit] = world.lanes as [SimLane, SimLane]
  const [one, two] = await Promise.all(TRAVELLERS.map(number => world.traveller(number)))
  if (one === undefined || two === undefined) throw new Error('two travellers')
  disk.trouble('hang')
  entry.scanner.sendText(await one.present(Date.now()))
  await world.gate().line('withdrawn', isSign('A', 'JOURNAL_SLOW'))
  t.notOk(entry.turnstile.relay('entry'))

  exit.scanner.sendText(await two.present(Date.now()))
  await opens(exit, 'exit')
  entry.turnstile.setContact('release', true)
  await opens(entry, 'entry')
  t.pass('an exit and staff’s release are served all the same')

  exit.turnstile.setContact('fire', true)
  await Promise.all([opens(exit, 'entry'), opens(exit, 'exit')])
  t.pass('fire opens both ways')

  disk.trouble(undefined)
  const rows = ['A grant ADMIT', 'A annulled JOURNAL_SLOW', 'A grant STAFF_RELEASE']
  await written(world, ...rows, 'B grant ADMIT_FLAGGED', 'B annulled FIRE')
  t.pass('all is written afterwards')
}

/** An entry and an exit lane of the real program, whose journal’s disk does what a test says. */
async function started(t: Test) {
  const dir = tempDir()
  const disk = createBadDisk(dir)
  const world = await createWorld({
    dir,
    lanes: [
      { name: 'A', direction: 'entry' },
      { name: 'B', direction: 'exit' },
    ],
    scannerBaud: 115_200,
    lane: { timing: { waitMs: 1000 } },
    gateEnv: disk.env,
  })
  t.teardown(() => world.close())
  await startStation(world)
  return { world, disk }
}

t.test('while the journal’s disk stands still people leave, and nobody enters', async t => {
  const { world, disk } = await started(t)
  await hangs(t, world, disk)
})

const isDisk = (on: boolean) => (line: LogLine) => line.code === 'DISK_FAILED' && line.on === on

t.test('while its writes fail: told, shown at rest, people leave', async t => {
  const { world, disk } = await started(t)
  const [entry, exit] = world.lanes as [SimLane, SimLane]
  const [one, two] = await Promise.all(TRAVELLERS.map(number => world.traveller(number)))
  if (one === undefined || two === undefined) throw new Error('two travellers')
  disk.trouble('fail')
  entry.scanner.sendText(await one.present(Date.now()))
  const told = await world.gate().line('told', isDisk(true))
  t.match(told.detail, /journal\.db: disk I\/O error \(SQLite 778\)/)
  await world.gate().line('refused', isSign('A', 'JOURNAL_FAILED'))
  t.notOk(entry.turnstile.relay('entry'))
  t.ok(await world.gate().line('at rest', line => isClosed(line)))

  exit.scanner.sendText(await two.present(Date.now()))
  await opens(exit, 'exit')
  entry.turnstile.setContact('release', true)
  await opens(entry, 'entry')
  t.pass('an exit and staff’s release are served all the same')

  disk.trouble(undefined)
  await world.gate().line('over', isDisk(false))
  await written(world, 'A grant STAFF_RELEASE', 'B grant ADMIT_FLAGGED')
  const alarms = () =>
    readJournal(world.journalFile).filter(({ body }) => body.code === 'DISK_FAILED')
  await until('the alarm’s end', () => alarms().some(({ body }) => body.on === false))
  t.same(
    alarms().map(({ body }) => body.on),
    [true, false],
  )
  exit.turnstile.setContact('fire', true)
  await Promise.all([opens(exit, 'entry'), opens(exit, 'exit')])
  t.pass('fire opens both ways')
})

t.test('started while its writes fail: in service, its rows are written afterwards', async t => {
  const { world, disk } = await started(t)
  await world.cutPower()
  disk.trouble('fail')
  const before = readJournal(world.journalFile).length
  await world.startGate()
  await world.gate().line('told', isDisk(true))
  t.equal(readJournal(world.journalFile).length, before)
  disk.trouble(undefined)
  await world.gate().line('over', isDisk(false))
  await until('the boot’s row', () => readJournal(world.journalFile)[before]?.kind === 'boot')
})

const isClosed = ({ event, lane, sign, code }: LogLine) =>
  event === 'sign' && lane === 'A' && sign === 'closed' && code === 'JOURNAL_FAILED'

t.test(
  'the journal is locked by another program while rows are sent: told, sent later',
  async t => {
    const { world } = await started(t)
    const [entry] = world.lanes as [SimLane]
    const rows = () => readJournal(world.journalFile)
    const operator = await world.signIn('operator')
    const sent = async () => sameRows(rows(), await storedRows(operator, 'north-1'))
    await until('the rows of the start are sent', sent)
    await world.server().stop()
    entry.turnstile.setContact('tamper', true)
    // Rows of the start may come after it: the base config's stands behind the alarm on a slow machine.
    await until('a row to send', () => rows().some(({ body }) => body.code === 'TAMPER'))
    const other = new DatabaseSync(world.journalFile)
    t.teardown(() => other.isOpen && other.close())
    other.exec('BEGIN IMMEDIATE')
    // What the service took can't be noted in the journal.
    await world.startServer()
    await world
      .gate()
      .line('told', ({ event, outcome }) => event === 'upload' && outcome === 'failed')
    t.ok(await fireOpens(entry), 'fire opens')
    other.exec('ROLLBACK')
    await until('all rows are sent', sent)
  },
)
