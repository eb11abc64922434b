/** What a service does that nobody asks anything, and how soon it sees what it was not told of. */
import { join } from 'node:path'
import type { Test } from 'tap'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { revisionsOf } from '../domain/publication.ts'
import { DAY_MS, dayOf, OPEN_AHEAD_MS } from '../domain/status-days.ts'
import { AUDIT_SEAL_MS, PUBLISH_ALONE_TICK_MS, PUBLISH_TICK_MS, UPKEEP_MS } from '../limits.ts'
import { issueAtWindow } from '../services/issue.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { countUnchained } from '../store/audit/audit-chain.ts'
import { endCertificate } from '../store/certificates/certificates.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import { virtualFaces } from '../testing/faces.ts'
import { createServiceTime } from '../testing/virtual-time.ts'
import { NOON, openWorld, reopenWorld, type World } from '../testing/world.ts'

const GAUGES = { manifestVersion: 0, manifestAgeSeconds: 0, trustVersion: 0, gates: undefined }

/** Statements so far, as the metrics have them. */
function statementsOf({ service }: World): number {
  const lines = service.metrics.render(GAUGES).split('\n')
  const counts = lines.filter(line => line.startsWith('wicketgate_statement_seconds_count'))
  return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

/** `place`: of the database; one in memory leaves no mark, so that nothing waits for a disk. */
async function openIdle(t: Test, place = ':memory:', start = NOON) {
  const dir = tempDir()
  await (await openWorld(dir)).close()
  const { time, clock, timers } = createServiceTime(start)
  const at = { time: start, now: clock.now }
  const faces = virtualFaces()
  const world = await reopenWorld(dir, at, place, faces, {}, { timers })
  t.teardown(async () => {
    const closed = world.close()
    await time.advanceAsync(1000)
    await closed
  })
  /** Until an upkeep has just been: the next one is `UPKEEP_MS` later. */
  async function afterUpkeep(): Promise<void> {
    await time.advanceAsync(2 * UPKEEP_MS)
    for (let before = statementsOf(world); statementsOf(world) === before; ) {
      await time.advanceAsync(100)
    }
    await time.advanceAsync(PUBLISH_TICK_MS)
  }
  return { world, time, clock, afterUpkeep }
}

/** A certificate ended in the database, with nobody told. */
async function endUnpublished({ service }: World, now: number) {
  const person = { name: 'AB CD', documentType: 'passport', documentNumber: 'F10001' } as const
  const rest = { reason: 'x', replaceActive: false, by: 'x' }
  const issued = await issueAtWindow(service, { ...person, ...rest })
  if (issued.state !== 'issued') throw new Error('it waits')
  const change = await transact(service.db, tx => endCertificate(tx, issued.id, 'revoked', now))
  if (change === undefined) throw new Error('it had ended')
  return change
}

t.test('between two upkeeps nothing is asked, and a minute is little', async t => {
  const { world, time, afterUpkeep } = await openIdle(t)
  await afterUpkeep()
  const before = statementsOf(world)
  await time.advanceAsync(UPKEEP_MS - 1000)
  t.equal(statementsOf(world), before)
  await time.advanceAsync(60_000)
  const perSecond = (statementsOf(world) - before) / 60
  t.ok(perSecond < 1, `${perSecond.toFixed(1)} statements a second`)
})

t.test('tomorrow’s list is opened in time, though nothing was written all day', async t => {
  const midnight = (dayOf(NOON) + 1) * DAY_MS
  const start = midnight - OPEN_AHEAD_MS - 4 * UPKEEP_MS
  const { world, time, clock, afterUpkeep } = await openIdle(t, ':memory:', start)
  const days = async () => {
    const rows = await world.service.db.selectFrom('status_lists').select('day').execute()
    return rows.map(({ day }) => day - dayOf(NOON))
  }
  await afterUpkeep()
  t.same(await days(), [0])
  await time.advanceAsync(midnight - OPEN_AHEAD_MS + UPKEEP_MS + PUBLISH_TICK_MS - clock.now())
  t.same(await days(), [0, 1])
})

t.test('what this process wrote is published soon, whoever wrote it', async t => {
  const { world, time, clock, afterUpkeep } = await openIdle(t)
  await afterUpkeep()
  const { list, revision } = await endUnpublished(world, clock.now())
  const reached = () => revisionsOf(world.service.publisher.latest()?.basis ?? '').get(list) ?? 0
  t.ok(reached() < revision)
  await time.advanceAsync(PUBLISH_TICK_MS)
  t.ok(reached() >= revision)
})

t.test('rows that this process wrote are sealed within a second', async t => {
  const { world, time, afterUpkeep } = await openIdle(t)
  await afterUpkeep()
  const entry = { actor: 'system', action: 'x', subject: 'y' } as const
  await writeAudit(world.service.db, entry, 1)
  t.equal((await countUnchained(world.service.db)).waiting, 1)
  await time.advanceAsync(AUDIT_SEAL_MS)
  t.equal((await countUnchained(world.service.db)).waiting, 0)
})

t.test('rows that another process wrote are sealed a second after they were seen', async t => {
  const file = join(tempDir(), 'idle.db')
  const { world, time, afterUpkeep } = await openIdle(t, file)
  await afterUpkeep()
  const other = await openDatabase(file)
  t.teardown(() => other.destroy())
  const row = { at: 1, actor: 'system', action: 'x', subject: 'y', detail: '{}' }
  await other
    .insertInto('audit')
    .values({ id: 'a'.repeat(28), salt: 's', ...row })
    .execute()
  t.equal((await countUnchained(world.service.db)).waiting, 1)
  await time.advanceAsync(PUBLISH_ALONE_TICK_MS + AUDIT_SEAL_MS)
  t.equal((await countUnchained(world.service.db)).waiting, 0)
})
