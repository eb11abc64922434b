/**
 * An older `trust.db`, signed as well as the newer one, put in its place while the gate was stopped:
 * whoever was revoked since must not be admitted by it.
 */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createTravellers, type HandGate, startHandGate } from '../../fixtures/hand-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { openAnew, openJournalDatabase } from '../store/database.ts'
import { createJournalCore } from '../store/journal-core.ts'
import { LIST, T0, TrustWorld } from '../testing/trust/world.ts'
import { CACHE_FILE } from '../trust/cache-file.ts'

const REVOKED = 7
const nowS = (gate: HandGate) => T0 + Math.floor(gate.time.clock.monotonicMs() / 1000)
const told = (gate: HandGate) =>
  gate.log.filter(line => line.code === 'TRUST_ROLLED_BACK' && line.event === 'alarm')

async function setUp() {
  const world = await TrustWorld.create()
  const code = createTravellers(world)
  const data = join(tempDir(), 'data')
  const [now, old] = [join(data, CACHE_FILE), join(tempDir(), 'old.db')]

  /** A life with the service, on the newest manifest. */
  async function online(accept?: string): Promise<HandGate> {
    const trust = accept === undefined ? {} : { acceptOlder: accept }
    const gate = await startHandGate({ data, world, trust })
    await gate.until('fresh', () => gate.log.some(line => line.event === 'manifest'))
    return gate
  }

  await (await online()).stop()
  copyFileSync(now, old)
  await world.publish({ lists: { [LIST]: [REVOKED] } })
  const gate = await online()
  t.equal(await gate.scan(await code(REVOKED, nowS(gate))), 'REVOKED')
  await gate.stop()
  return {
    ...{ world, code, data, online },
    offline: (accept?: string) =>
      startHandGate({
        ...{ data, world, online: false },
        trust: accept === undefined ? {} : { acceptOlder: accept },
      }),
    putOldInPlace() {
      for (const tail of ['-wal', '-shm']) rmSync(now + tail, { force: true })
      copyFileSync(old, now)
    },
  }
}

function opensOnFire(t: Test, gate: HandGate): void {
  gate.board.setContact('fire', true)
  t.same([...gate.energised].sort(), ['entry', 'exit'], 'fire opens at once')
}

t.test(
  'it is told, entry is closed, also at the next start, until the service is reached',
  async t => {
    const { code, online, offline, putOldInPlace } = await setUp()
    const sound = await offline()
    t.same(told(sound), [], 'the newest is not told')
    await sound.stop()
    putOldInPlace()
    for (const start of ['first', 'second']) {
      const gate = await offline()
      const detail = /manifest \d+ is older than .*, which this gate acted on: entry is closed/
      t.match(told(gate), [{ on: true, detail }], `${start} start`)
      await gate.until('shown', () => gate.board.shown().includes('cross'))
      t.equal(await gate.scan(await code(REVOKED, nowS(gate))), 'TRUST_ROLLED_BACK', start)
      t.same([...gate.energised], [])
      if (start === 'second') opensOnFire(t, gate)
      await gate.stop()
      t.ok(gate.told().includes('alarm TRUST_ROLLED_BACK'), 'in the journal')
    }
    const exit = await offline()
    await exit.stop()
    const gate = await online()
    await gate.until('over', () => told(gate).length === 2)
    t.match(told(gate)[1], { on: false })
    t.equal(await gate.scan(await code(REVOKED, nowS(gate))), 'REVOKED')
    await gate.time.advanceAsync(6000)
    t.equal(await gate.scan(await code(8, nowS(gate))), 'ADMIT')
    opensOnFire(t, gate)
    await gate.stop()
  },
)

t.test('an exit lets out and flags', async t => {
  const { code, data, world, putOldInPlace } = await setUp()
  putOldInPlace()
  const lane = { direction: 'exit', policy: { passback: 'off' } }
  const gate = await startHandGate({ data, world, online: false, lane })
  t.same(gate.board.shown(), ['amber'], 'no cross where people leave')
  t.equal(await gate.scan(await code(8, nowS(gate))), 'ADMIT_FLAGGED')
  await gate.until('open', () => gate.energised.has('exit'))
  opensOnFire(t, gate)
  await gate.stop()
})

t.test(
  'the operator’s word is for this older trust after that newer one, and for no other',
  async t => {
    const { code, online, offline, putOldInPlace, world } = await setUp()
    putOldInPlace()
    const closed = await offline()
    const [, word = ''] = /"acceptOlder": "([^"]+)"/.exec(String(told(closed)[0]?.detail)) ?? []
    t.match(word, /^1\/\d+ after 1\/\d+$/)
    await closed.stop()

    const gate = await offline(word)
    t.match(told(gate), [{ on: true, detail: /accepted by "acceptOlder"/ }])
    t.equal(await gate.scan(await code(8, nowS(gate))), 'ADMIT_FLAGGED')
    await gate.until('row', () => gate.told().includes('grant ADMIT_FLAGGED'))
    t.same(gate.rows().find(row => row.kind === 'grant')?.body.flags, [
      'TRUST_ROLLED_BACK',
      'CLOCK_UNPROVEN',
    ])
    opensOnFire(t, gate)
    await gate.stop()

    await world.publish({ lists: { [LIST]: [REVOKED] } })
    const after = await online(word)
    t.equal(await after.scan(await code(REVOKED, nowS(after))), 'REVOKED')
    await after.stop()
    putOldInPlace()
    const again = await offline(word)
    t.match(
      told(again),
      [{ detail: /entry is closed/ }],
      'left in the config it opens nothing later',
    )
    t.equal(await again.scan(await code(REVOKED, nowS(again))), 'TRUST_ROLLED_BACK')
    await again.stop()
  },
)

t.test('what is known outlives rows that are dropped, and damage', t => {
  const file = join(tempDir(), 'journal.db')
  const { db } = openJournalDatabase(file, 0)
  const core = createJournalCore(db, () => 'a'.repeat(16))
  core.append({ at: 1, clock: 'TRUSTED', lane: '', kind: 'boot', body: {} })
  core.know({ trust: 3, 'manifest a': 9 })
  core.know({ trust: 2, 'manifest a': 11 })
  core.acknowledge(core.epoch(), 2)
  core.prune(1e12, 60_000)
  t.same(core.known(), { trust: 3, 'manifest a': 11 }, 'the highest of each')
  core.close()
  const anew = openAnew(file, 1)
  t.same(createJournalCore(anew.db, () => 'b'.repeat(16)).known(), { trust: 3, 'manifest a': 11 })
  anew.db.close()
  t.end()
})
