/** The gates as the stream tells them: order, filters, sums, and that one change draws one row. */
import { effect } from '@preact/signals'
import t from 'tap'
import { NOON } from '../../testing/world.ts'
import { endSessions } from '../testing/desk-in-node.ts'
import { type NodeFleet, openFleetTests } from '../testing/fleet-in-node.ts'
import type { Alarm, GateRow } from './gate-row.ts'

const { nodeWorld, open } = await openFleetTests(t)

const MINUTES = Array<number>(15).fill(0)
const row = (gate: string, more: Partial<GateRow> = {}): GateRow => ({
  ...{ gate, station: 'north', enrolledAt: 1, seenAt: NOON, reportedAt: NOON, offline: false },
  ...{ software: '0.3.1', clock: 'TRUSTED', clockOffsetMs: 0, queue: 0, waiting: 0, disk: null },
  trust: { stage: 'FRESH', version: 1, manifestVersion: 7, manifestAgeMs: 500 },
  config: { given: 0, runs: null, drift: false },
  lanes: [{ name: 'A', state: 'Locked', serves: true, modes: [] }],
  ...{ alarms: [], recent: null, ...more },
})
const alarm = (code: string, severity: Alarm['severity'], since: number | null = NOON): Alarm => ({
  ...{ code, severity, lane: 'A', since },
})
const snapshot = ({ stream }: NodeFleet, rows: readonly GateRow[]) =>
  stream.tell('snapshot', { at: NOON, rows })
const changes = ({ stream }: NodeFleet, rows: readonly object[], gone: readonly string[] = []) =>
  stream.tell('changes', { at: NOON, rows, gone })

t.test('trouble first, the oldest of it first, then by name as people count', async t => {
  const one = await open('technician')
  const { gates } = one.fleet
  t.equal(gates.isHere.value, false)
  snapshot(one, [
    ...[row('north-10'), row('north-9')],
    row('soon', { alarms: [alarm('CLOCK_UNCERTAIN', 'soon')] }),
    row('late', { alarms: [alarm('BOARD_LOST', 'now', NOON)] }),
    row('early', { alarms: [alarm('BOARD_LOST', 'now', NOON - 1)] }),
    row('unknown', { alarms: [alarm('BOARD_LOST', 'now', null)] }),
  ])
  t.equal(gates.state.value, 'live')
  t.same(gates.shown.value, ['early', 'late', 'unknown', 'soon', 'north-9', 'north-10'])
})

t.test('one gate changes: its row alone, and the order where that is another', async t => {
  const one = await open('operator')
  const { gates } = one.fleet
  snapshot(one, [row('a'), row('b'), row('c')])
  const drawn: string[] = []
  const ends = ['a', 'b', 'c'].map(gate =>
    effect(() => void drawn.push(`${gate} ${gates.row(gate)?.value.software}`)),
  )
  let lists = 0
  const end = effect(() => {
    gates.shown.value
    lists += 1
  })
  drawn.length = 0
  changes(one, [{ gate: 'b', software: '0.4.0' }])
  t.same(new Set(drawn.filter(text => text.includes('0.4.0'))), new Set(['b 0.4.0']))
  t.equal(gates.row('b')?.value.station, 'north', 'what was not told stays')
  t.equal(lists, 1, 'the same order is the same list')
  changes(one, [{ gate: 'c', alarms: [alarm('FIRE', 'now')] }, row('d')])
  t.same(gates.shown.value, ['c', 'a', 'b', 'd'])
  changes(one, [], ['c'])
  t.same(gates.shown.value, ['a', 'b', 'd'])
  t.equal(gates.row('c'), undefined)
  snapshot(one, [row('z')])
  t.same(gates.shown.value, ['z'], 'a snapshot replaces all')
  for (const stop of [...ends, end]) stop()
})

t.test('filters by words, trouble, offline and config; sums are over all', async t => {
  const one = await open('auditor')
  const { gates } = one.fleet
  snapshot(one, [
    row('west-1', { station: 'Hall-2', alarms: [alarm('BEAM_STUCK', 'soon')] }),
    row('west-2', { offline: true, alarms: [alarm('OFFLINE', 'now')] }),
    row('west-3', { config: { given: 3, runs: null, drift: true }, alarms: [alarm('X', 'note')] }),
    row('east-1', {
      recent: {
        verdicts: { ADMIT: [...MINUTES.slice(1), 6], EXPIRED: [...MINUTES.slice(1), 2] },
        passages: [...MINUTES.slice(1), 5],
        scanToRelay: { count: 8, p50Ms: 2, p99Ms: 5.5 },
      },
    }),
  ])
  const shown = (filter: Parameters<typeof gates.choose>[0]) => {
    gates.choose({ text: '', only: 'all', ...filter })
    return gates.shown.value
  }
  t.same(shown({ text: ' WEST beam ' }), ['west-1'])
  t.same(shown({ text: 'hall' }), ['west-1'])
  t.same(shown({ text: 'nowhere' }), [])
  t.same(shown({ only: 'trouble' }), ['west-2', 'west-1'])
  t.same(shown({ only: 'offline' }), ['west-2'])
  t.same(shown({ only: 'drift', text: 'west' }), ['west-3'])
  t.same(gates.sums.value, {
    ...{ gates: 4, inService: 3, now: 1, offline: 1, drift: 1 },
    ...{ passages: 5, verdicts: 8, refused: 2, p99Ms: 5.5 },
  })
})

t.test('a stream that breaks off is opened again, and what was told stays meanwhile', async t => {
  const one = await open('operator')
  const { gates } = one.fleet
  snapshot(one, [row('a')])
  one.stream.lose()
  t.equal(gates.state.value, 'gone')
  t.same(gates.shown.value, ['a'])
  await one.advance(1_100)
  t.equal(one.stream.opened, 2)
  one.network = 'none'
  one.stream.lose()
  for (let i = 0; i < 60; i++) await one.advance(1_000)
  t.equal(one.stream.opened, 2, 'without an answer none is opened')
  t.equal(one.fleet.isReachable.value, false)
  one.network = 'well'
  for (let i = 0; i < 20; i++) await one.advance(1_000)
  t.equal(one.stream.opened, 3)
  snapshot(one, [row('a'), row('b')])
  t.same([gates.state.value, one.fleet.isReachable.value], ['live', true])
})

t.test('the session ends: the gates go from the screen, and nothing is opened', async t => {
  const one = await open('operator')
  snapshot(one, [row('a')])
  await endSessions(nodeWorld.world)
  one.stream.tell('end', { code: 'SIGN_IN' })
  await one.advance(1_100)
  t.match(one.fleet.screen.value, { at: 'sign-in', why: 'expired' })
  t.same([one.fleet.gates.isHere.value, one.fleet.gates.shown.value], [false, []])
  const { opened } = one.stream
  for (let i = 0; i < 30; i++) await one.advance(1_000)
  t.equal(one.stream.opened, opened)
})

t.test('the role is another one now: the page is that role’s', async t => {
  const one = await open('operator')
  snapshot(one, [row('a')])
  await nodeWorld.world.service.db.updateTable('staff').set({ role: 'technician' }).execute()
  one.stream.tell('end', { code: 'FORBIDDEN' })
  await one.advance(1_100)
  t.match(one.fleet.screen.value, { at: 'in', me: { role: 'technician' } })
  t.equal(one.fleet.may('enrol'), false)
  t.equal(one.stream.opened, 2)
  await nodeWorld.world.service.db.updateTable('staff').set({ role: 'agent' }).execute()
  one.stream.tell('end', { code: 'FORBIDDEN' })
  await one.advance(3_000)
  t.match(one.fleet.screen.value, { at: 'no-role', me: { role: 'agent' } })
  t.same([one.stream.open, one.fleet.gates.isHere.value], [0, false])
})

t.test('in the background there is no stream; back again there is', async t => {
  const one = await open('operator')
  snapshot(one, [row('a')])
  one.fleet.hide()
  t.equal(one.stream.open, 0)
  changes(one, [{ gate: 'a', software: 'x' }])
  t.equal(one.fleet.gates.row('a')?.value.software, '0.3.1')
  one.fleet.unhide()
  t.equal(one.stream.open, 1)
})
