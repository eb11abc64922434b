import t from 'tap'
import type { Health } from '../../gate/contract/health.ts'
import { GATE_STALE_MS } from '../limits.ts'
import { WELL } from '../testing/health.ts'
import { fleetRow, fleetRowSchema, type GateFacts } from './fleet-row.ts'

const NOW = 1_000_000
const FACTS: GateFacts = {
  ...{ gate: 'n-1', station: 'north', enrolledAt: 5, seenAt: 9, given: undefined },
  told: { receivedAt: NOW, health: WELL },
}
const rowOf = (change: Partial<GateFacts>, now = NOW) => {
  const row = fleetRow({ ...FACTS, ...change }, now)
  fleetRowSchema.strict().parse(row)
  return row
}
const told = (change: Partial<Health>) => ({
  told: { receivedAt: NOW, health: { ...WELL, ...change } },
})

t.test('a gate that has told nothing, and one whose report can’t be read', async t => {
  const bare = { software: null, trust: null, lanes: [], alarms: [], recent: null, offline: false }
  t.match(rowOf({ told: undefined }), { ...bare, reportedAt: null, seenAt: 9 })
  const unread = { receivedAt: 3, health: undefined }
  const alarms = [{ code: 'OFFLINE', since: 3 }]
  t.match(rowOf({ told: unread }), { ...bare, offline: true, alarms, reportedAt: 3 })
})

t.test(
  'a gate of an earlier version: what it does not tell is null, its alarms are of no age',
  async t => {
    t.match(rowOf({}), {
      ...{ reportedAt: NOW, software: '0.1.0', clock: 'TRUSTED', clockOffsetMs: null, queue: null },
      ...{ waiting: 0, disk: { freeBytes: 1e9 }, recent: null, alarms: [] },
      trust: { stage: 'FRESH', manifestVersion: 7, manifestAgeMs: null },
      lanes: [{ name: 'A', state: 'Locked', serves: true, modes: [] }],
    })
    const lanes = [
      { name: 'A', state: 'OutOfService', alarms: ['BEAM_STUCK'], lostReaders: ['A.hid'] },
    ]
    const trust = { ...WELL.trust, stage: 'CLOSED' as const }
    const journal = { waiting: 0, disk: { freeBytes: 1, held: false } }
    t.same(rowOf(told({ lanes, trust, clock: 'UNCERTAIN', journal })).alarms, [
      { code: 'TRUST_STALE', severity: 'now', lane: '', since: null },
      { code: 'BEAM_STUCK', severity: 'now', lane: 'A', since: null },
      { code: 'CLOCK_UNCERTAIN', severity: 'soon', lane: '', since: null },
      { code: 'DISK_LOW', severity: 'soon', lane: '', since: null },
      { code: 'READER_LOST', severity: 'soon', lane: 'A', since: null },
    ])
  },
)

t.test(
  'without a report for three minutes it is offline, and that comes before what is older',
  async t => {
    const alarms = [{ lane: '', code: 'DISK_LOW', since: 3 }]
    const change = told({ alarms })
    t.equal(rowOf(change, NOW + GATE_STALE_MS - 1).offline, false)
    const late = rowOf(change, NOW + GATE_STALE_MS)
    t.equal(late.offline, true)
    t.same(late.alarms, [
      { code: 'OFFLINE', severity: 'now', lane: '', since: NOW },
      { code: 'DISK_LOW', severity: 'soon', lane: '', since: 3 },
    ])
  },
)

t.test('how much an alarm matters: what it does to its lane, then its sign', async t => {
  const severityOf = (code: string, state: string) => {
    const lanes = [{ name: 'A', state, alarms: [code] }]
    return rowOf(told({ lanes, alarms: [{ lane: 'A', code, since: 1 }] })).alarms[0]?.severity
  }
  t.equal(severityOf('BEAM_STUCK', 'Locked'), 'soon', 'the lane goes on')
  t.equal(severityOf('BEAM_STUCK', 'OutOfService'), 'now')
  t.equal(severityOf('BOARD_LOST', 'Maintenance'), 'note', 'a technician works there')
  t.equal(severityOf('FIRE', 'Emergency'), 'now')
  t.equal(severityOf('SHUTDOWN', 'OutOfService'), 'now')
  t.equal(severityOf('NO_TURN', 'Locked'), 'note')
  t.equal(severityOf('NEWER_THAN_THIS', 'Locked'), 'note')
})

t.test('config: given, running, and what differs', async t => {
  const sha256 = 'a'.repeat(64)
  const given = { revision: 7, sha256 }
  t.same(rowOf({}).config, { given: 0, runs: null, drift: false })
  t.same(rowOf({ given }).config, { given: 7, runs: null, drift: false }, 'it does not say')
  const runs = (configSha256: string) => rowOf({ given, ...told({ configSha256 }) }).config
  t.same(runs(sha256), { given: 7, runs: 7, drift: false })
  t.same(runs('b'.repeat(64)), { given: 7, runs: null, drift: true })
})

t.test('modes other than usual', async t => {
  const modes = {
    ...({ entry: 'controlled', exit: 'free', maintenance: false, emergency: false } as const),
    ...{ fareFree: true, timeFree: false, orderFree: false, trustDegraded: false },
  }
  const lanes = [{ name: 'A', state: 'Open', alarms: [], modes }]
  t.same(rowOf(told({ lanes })).lanes, [
    { name: 'A', state: 'Open', serves: true, modes: ['fareFree', 'exit:free'] },
  ])
})
