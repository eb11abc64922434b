/** Signals that end a gate, sent to the real program while somebody is let through. */
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import type { Child } from '../../fixtures/child.ts'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createBody } from '../../hardware/sim/lane.ts'
import { until } from '../../hardware/sim/until.ts'
import { boundQuickStop, createStopCounter } from '../assembly/quick-stop.ts'
import { AT_ONCE_MS } from '../limits.ts'

const factory = await makeTrust(join(tempDir(), 'trust'))

/** Staff let somebody through, and the first signal has come. */
async function endingInAPassage(t: Test) {
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const lone = createLoneGate(tempDir(), factory, lane)
  const gate = await lone.inService()
  lane.turnstile.setContact('release', true)
  await until('the relay', () => lane.turnstile.relay('entry'))
  lane.turnstile.setContact('release', false)
  gate.signal('SIGTERM')
  await gate.line('stopping', line => line.event === 'stopping')
  return { lane, lone, gate }
}

/** One more signal, and that it was heard: two that wait are one to the system. */
async function another(gate: Child, signal: 'SIGTERM' | 'SIGINT'): Promise<void> {
  const heard = () => gate.errors().split('still ending').length
  const before = heard()
  gate.signal(signal)
  await until('it was heard', () => heard() > before)
}

type World = Awaited<ReturnType<typeof endingInAPassage>>

/** Kinds and reasons of the rows since the grant. */
function rowsOf({ lone }: World): string[] {
  const rows = readJournal(join(lone.data, 'journal.db'))
  const from = rows.findIndex(({ kind }) => kind === 'grant')
  return rows
    .slice(from)
    .filter(({ kind }) => kind !== 'config')
    .map(({ kind, body }) => [kind, body.code ?? body.reason ?? body.why].filter(Boolean).join(' '))
}

/** The next start finds nothing to mend, and fire opens its lane. */
async function startsAnew(t: Test, { lone, lane }: World): Promise<void> {
  const next = await lone.inService()
  const boot = next.lines.find(line => line.event === 'boot')
  t.match(boot, { after: 'stop', interrupted: 0 })
  t.ok(await fireOpens(lane), 'fire opens it')
  t.equal(await next.stop(), 0)
}

t.test('a second signal in a passage is only counted: who is under way passes', async t => {
  const world = await endingInAPassage(t)
  const { gate, lane } = world
  await another(gate, 'SIGTERM')
  t.match(gate.errors(), /still ending: .*two more signals within a second end it at once/)
  t.ok(lane.turnstile.relay('entry'), 'still open')
  await lane.turnstile.enter([createBody({ direction: 'entry', speed: 2.8 })])
  t.equal(await gate.exited, 0)
  t.same(rowsOf(world), ['grant STAFF_RELEASE', 'passage', 'stop'])
  t.notOk(lane.turnstile.relay('entry'))
  await startsAnew(t, world)
})

t.test('fire opens a lane whose gate is ending', async t => {
  const world = await endingInAPassage(t)
  await another(world.gate, 'SIGINT')
  t.ok(await fireOpens(world.lane))
  t.equal(await world.gate.exited, 0)
  t.same(rowsOf(world), ['grant STAFF_RELEASE', 'annulled FIRE', 'alarm FIRE', 'stop'])
})

t.test('a third within a second ends it at once: relay dropped, the end written', async t => {
  const world = await endingInAPassage(t)
  const { gate, lane } = world
  await another(gate, 'SIGTERM')
  const from = performance.now()
  gate.signal('SIGTERM')
  t.equal(await gate.exited, 0)
  const took = performance.now() - from
  t.ok(took < AT_ONCE_MS, `${Math.round(took)} ms`)
  t.notOk(lane.turnstile.relay('entry'), 'at rest')
  t.same(rowsOf(world), ['grant STAFF_RELEASE', 'annulled STOPPED', 'stop at once'])
  await startsAnew(t, world)
})

t.test('which signals count: two within a second, after the one that began the end', async t => {
  const time = createVirtualTime()
  const told: string[] = []
  const more = createStopCounter({
    nowMs: time.clock.monotonicMs,
    onCounted: () => told.push('counted'),
    onAtOnce: () => told.push('at once'),
  })
  for (const ms of [0, 1000, 1001, 999]) {
    await time.advanceAsync(ms)
    more()
  }
  t.same(told, ['counted', 'counted', 'counted', 'at once'])
})

t.test('an end at once that a disk holds up is bounded', async t => {
  const { timers, advanceAsync } = createVirtualTime()
  const told: unknown[] = []
  const bounded = (signal: AbortSignal) =>
    boundQuickStop({
      ...{ atOnce: signal, timers, log: pino({ level: 'silent' }) },
      releaseAll: () => told.push('released'),
      exit: code => told.push(code),
    })
  const [hung, quick] = [new AbortController(), new AbortController()]
  bounded(hung.signal)
  const ended = bounded(quick.signal)
  for (const one of [hung, quick]) one.abort()
  ended()
  await advanceAsync(AT_ONCE_MS - 1)
  t.same(told, [])
  await advanceAsync(1)
  t.same(told, ['released', 1])
  bounded(hung.signal)
  await advanceAsync(AT_ONCE_MS)
  t.same(told, ['released', 1, 'released', 1], 'also when it was asked for before')
})
