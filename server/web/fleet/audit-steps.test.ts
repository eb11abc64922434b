/** The audit by the page, before the real service: pages, filters, days, and its file. */
import t from 'tap'
import { writeAudit } from '../../store/audit/audit.ts'
import { transact } from '../../store/engine/transact.ts'
import { NOON } from '../../testing/world.ts'
import { type NodeFleet, openFleetTests } from '../testing/fleet-in-node.ts'
import type { AuditFilter } from './audit-steps.ts'

const { nodeWorld, open } = await openFleetTests(t)
const { db } = nodeWorld.world.service
const ANY: AuditFilter = { actor: '', action: '', subject: '', fromDay: '', toDay: '' }
const DAY_MS = 24 * 3600_000

const rowsOf = ({ fleet }: NodeFleet) => {
  const { value } = fleet.audit.found
  if (value.is === 'none') return []
  if (value.is !== 'here') throw new Error(JSON.stringify(value))
  return value.value.rows
}
const subjects = (one: NodeFleet) => rowsOf(one).map(({ subject }) => subject)

async function write(subject: string, at: number): Promise<void> {
  const row = { actor: 'system', action: 'fleet.config', subject } as const
  await transact(db, tx => writeAudit(tx, row, at))
}

t.test('a hundred at once, older ones behind them', async t => {
  for (let i = 0; i < 130; i++) await write(`many-${i}`, NOON - i)
  const one = await open('auditor', { hash: '#/audit' })
  t.equal(rowsOf(one).length, 100)
  await one.fleet.audit.older()
  const all = rowsOf(one)
  t.ok(all.length >= 130)
  t.equal(new Set(all.map(({ id }) => id)).size, all.length, 'none twice')
  await one.fleet.audit.older()
  t.equal(rowsOf(one).length, all.length, 'that was all')
})

t.test('by what, of what, and by days in Shanghai, both within', async t => {
  // 23:59 and 0:01 of the 12th there.
  const midnight = Date.parse('2026-05-12T00:00:00+08:00')
  await write('before', midnight - 60_000)
  await write('first', midnight + 60_000)
  await write('last', midnight + DAY_MS - 60_000)
  await write('after', midnight + DAY_MS + 60_000)
  const one = await open('operator', { hash: '#/audit' })
  const { audit } = one.fleet
  await audit.search({ ...ANY, fromDay: '2026-05-12', toDay: '2026-05-12' })
  t.same(subjects(one), ['last', 'first'])
  await audit.search({ ...ANY, action: ' fleet.config ', subject: 'after' })
  t.same(subjects(one), ['after'])
  await audit.search({ ...ANY, action: 'fleet.nothing' })
  t.same(audit.found.value, { is: 'none' })
  await audit.search({ ...ANY, subject: 'x'.repeat(5000) })
  t.match(audit.found.value, { is: 'away', trouble: { problem: { code: 'INVALID' } } })
})

t.test('the file has what the filter finds', async t => {
  const one = await open('auditor', { hash: '#/audit' })
  const { audit } = one.fleet
  await audit.search({ ...ANY, subject: 'first', fromDay: '2026-05-12' })
  const url = audit.exportUrl('ndjson')
  t.match(url, /^\/v1\/audit\/export\?format=ndjson&subject=first&from=\d+$/)
  const auditor = await nodeWorld.world.signIn('auditor')
  const answer = await nodeWorld.world.call(url, { headers: auditor })
  t.equal(answer.status, 200)
  const lines = (await answer.text()).trim().split('\n')
  t.equal(lines.length, 1)
  t.match(JSON.parse(lines[0] ?? ''), { subject: 'first' })
})
