/**
 * The real service, restored from a backup that is older than what the gate has dropped: what is
 * still here goes up again, a new epoch says what is gone, and so does the fleet's view.
 */

import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createPathProxy } from '../../fixtures/path-proxy.ts'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { markFileOf, NOON, openWorld, reopenWorld, type World } from '../../server/testing/world.ts'
import type { GateConfig } from '../contract/config.ts'
import type { JournalRow } from '../contract/events.ts'
import { BELIEVE_EVERY_MS } from '../limits.ts'
import { enrol } from '../net/enrol.ts'
import { loadIdentity } from '../net/identity.ts'
import { lineTo } from '../testing/uplink/line.ts'

/** A gate with `rows` rows at a service that can be saved and restored. */
async function station(t: Test, rows: number) {
  const home = t.testdir({ service: {}, gate: {} })
  const dir = join(home, 'service')
  let world: World = await openWorld(dir)
  let target = await world.listen()
  const proxy = await createPathProxy(() => target, '/gates')
  t.teardown(async () => {
    await proxy.close()
    await world.close()
  })
  const operator = await world.signIn('operator')
  const made = await world.post('/v1/fleet/enrolments', { gate: 'g1', station: 'north' }, operator)
  const { code } = (await made.json()) as { code: string }
  const service = { url: proxy.url, timeoutMs: 5000 }
  await enrol(
    { gate: 'g1', station: 'north', data: join(home, 'gate'), service } as GateConfig,
    code,
    SYSTEM,
  )
  const line = lineTo(t, rows, proxy.url, 'g1', loadIdentity(join(home, 'gate'), 0))

  async function reopened(swap: () => void): Promise<void> {
    await world.close()
    swap()
    world = await reopenWorld(dir, { time: NOON, now: () => NOON })
    target = await world.listen()
  }
  const file = join(dir, 'service.db')
  return {
    ...line,
    save: () => reopened(() => cpSync(file, join(home, 'backup.db'))),
    restore: () =>
      reopened(() => {
        cpSync(join(home, 'backup.db'), file)
        // A service without its mark takes the copy for what it is.
        rmSync(markFileOf(dir, file), { force: true })
      }),
    /** What the service has of each epoch. */
    async kept(epoch: string): Promise<number[]> {
      const path = `/v1/fleet/gates/g1/events?limit=500&epoch=${epoch}`
      const answer = await world.call(path, { headers: operator })
      const { rows } = (await answer.json()) as { rows: JournalRow[] }
      return rows.map(row => row.seq)
    },
    async missing(): Promise<unknown[]> {
      const answer = await world.call('/v1/fleet/gates', { headers: operator })
      const { rows } = (await answer.json()) as { rows: { missing: unknown[] }[] }
      return rows[0]?.missing ?? []
    },
    /** As after years: all that may be dropped is dropped. */
    prune: () => line.core.prune(1e12, 60_000),
  }
}

const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

t.test('rows that the gate has dropped are named, the others go up again', async t => {
  const gate = await station(t, 100)
  await gate.uploader.flush()
  await gate.save()
  for (let i = 0; i < 150; i++) gate.append()
  await gate.sentAll()
  gate.prune()
  t.equal(gate.count(), 1, 'the anchor alone is left')
  const old = gate.core.epoch()
  await gate.restore()
  for (let i = 0; i < 3; i++) gate.append()
  await gate.until('a new epoch', () => gate.core.epoch() !== old)
  await gate.sentAll()

  t.same(await gate.kept(old), [...span(1, 100), ...span(250, 253)])
  t.same(await gate.kept(gate.core.epoch()), [1], 'a new epoch begins with the reason')
  t.match(await gate.missing(), [{ epoch: old, from: 101, to: 249, why: 'dropped', toldAt: NOON }])
  const row = gate.db.prepare('SELECT body FROM rows WHERE ordinal = 2 AND seq = 1').get()
  t.match(JSON.parse(String(row?.body)), {
    code: 'SERVICE_BEHIND',
    on: true,
    detail: new RegExp(`^epoch ${old}, rows 101 to 249 are on neither side; epoch ${old} left at`),
  })
  t.same(gate.alarms, [])

  gate.append()
  await gate.sentAll()
  t.same(await gate.kept(gate.core.epoch()), [1, 2], 'and the journal goes on')
  t.equal((await gate.missing()).length, 1)
  t.equal(gate.epochsOpened(), 2)
})

t.test('what is all still here goes up again, in the same epoch', async t => {
  const gate = await station(t, 100)
  await gate.uploader.flush()
  await gate.save()
  for (let i = 0; i < 150; i++) gate.append()
  await gate.sentAll()
  await gate.restore()
  gate.append()
  await gate.sentAll()
  t.same(await gate.kept(gate.core.epoch()), span(1, 251))
  t.same(await gate.missing(), [])
  t.equal(gate.epochsOpened(), 1)
})

t.test('restored once more: also an epoch that nothing is added to any more goes up', async t => {
  const gate = await station(t, 100)
  await gate.uploader.flush()
  await gate.save()
  for (let i = 0; i < 20; i++) gate.append()
  await gate.sentAll()
  gate.prune()
  const first = gate.core.epoch()
  for (let time = 0; time < 2; time++) {
    await gate.restore()
    gate.append()
    await gate.until('two epochs', () => gate.core.epoch() !== first)
    await gate.sentAll()
    t.same(await gate.kept(first), [...span(1, 100), 120, 121])
    t.match(await gate.missing(), [{ epoch: first, from: 101, to: 119 }])
  }
  t.same(await gate.kept(gate.core.epoch()), [1, 2, 3], 'the reason, a row, the reason again')
  t.ok(gate.monotonicMs() >= BELIEVE_EVERY_MS, 'believed again after an hour')
})

t.test('a backup of before the gate’s first row', async t => {
  const gate = await station(t, 0)
  await gate.save()
  for (let i = 0; i < 30; i++) gate.append()
  await gate.sentAll()
  gate.prune()
  const old = gate.core.epoch()
  await gate.restore()
  gate.append()
  await gate.until('a new epoch', () => gate.core.epoch() !== old)
  await gate.sentAll()
  t.same(await gate.kept(old), [30, 31])
  t.match(await gate.missing(), [{ epoch: old, from: 1, to: 29, why: 'dropped' }])
})

t.test('rows that the service refuses are named as set aside', async t => {
  const gate = await station(t, 3)
  gate.db.exec("UPDATE rows SET lane = 'a name much longer than any lane may have' WHERE seq = 2")
  await gate.uploader.flush()
  await gate.until('row 2 is set aside', () => gate.alarms.length > 0)
  t.match(gate.alarms, [['ROW_REFUSED', /row 2: status 422, INVALID/]])
  await gate.sentAll()
  t.match(await gate.missing(), [{ from: 2, to: 2, why: 'refused' }])
  t.same(await gate.kept(gate.core.epoch()), [1, 3])
})
