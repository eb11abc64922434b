import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { signTrust } from '../../pass/documents/trust.ts'
import { bootGate, goodGate } from '../testing/trust/gate.ts'
import { realClock } from '../testing/trust/time.ts'
import { DAY_S, LIST, T0, TrustWorld } from '../testing/trust/world.ts'
import { openFactoryTrust } from './cache.ts'
import { CACHE_FILE } from './cache-file.ts'

type Good = Awaited<ReturnType<typeof goodGate>>

const aside = (dir: string) => readdirSync(dir).filter(file => file.includes('.damaged-'))

/** Closes the gate, lets `damage` work on its cache, and boots it offline. */
async function damaged(gate: Good, damage: (path: string) => void) {
  await gate.keeper.close()
  damage(join(gate.dataDir, CACHE_FILE))
  return bootGate(gate.dataDir, gate.world, { serviceUrl: gate.serviceUrl })
}

function sql(path: string, statement: string): void {
  const database = new DatabaseSync(path, { timeout: 5000 })
  database.exec(statement)
  database.close()
}

t.test('a lost cache leaves the factory trust, without a report', async t => {
  const gate = await goodGate(t)
  const again = await damaged(gate, path => rmSync(path))
  t.match(again.keeper.status(), { trustVersion: 1, manifestVersion: undefined })
  t.equal(again.keeper.view().issuerKeys(gate.world.issuer.kid).length, 1)
  t.equal(again.keeper.freshness().stage, 'CLOSED')
  again.keeper.start()
  await again.keeper.pollNow()
  t.equal(again.keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  await again.keeper.close()
  t.notOk(again.codes().includes('TRUST_CACHE_DAMAGED'))
})

t.test('a cache that is no database is set aside, reported, and replaced', async t => {
  const wrecks: Record<string, (path: string) => void> = {
    garbage: path => writeFileSync(path, 'x'.repeat(40_000)),
    'cut in half': path => {
      const whole = readFileSync(path)
      writeFileSync(path, whole.subarray(0, whole.length / 2))
    },
    'a page of noise': path => {
      const whole = readFileSync(path)
      for (let page = 4096; page < whole.length; page += 4096) whole.fill(0xa5, page, page + 64)
      writeFileSync(path, whole)
    },
  }
  for (const [name, wreck] of Object.entries(wrecks)) {
    const gate = await goodGate(t)
    const again = await damaged(gate, wreck)
    t.equal(again.keeper.status().trustVersion, 1, name)
    t.same(again.events, [], 'told when started')
    t.equal(aside(gate.dataDir).length, 1)
    again.keeper.start()
    const [first] = again.events
    t.match(first, { kind: 'cache', code: 'TRUST_CACHE_DAMAGED', setAside: aside(gate.dataDir)[0] })
    await again.keeper.pollNow()
    await again.keeper.close()
    const third = bootGate(gate.dataDir, gate.world)
    t.equal(third.keeper.view().status(LIST, 7, T0 * 1000), 'invalid', 'a new one is on disk')
    await third.keeper.close()
  }
})

t.test('an empty file is a new cache', async t => {
  const gate = await goodGate(t)
  const again = await damaged(gate, path => writeFileSync(path, ''))
  t.equal(again.keeper.status().manifestVersion, undefined)
  again.keeper.start()
  await again.keeper.pollNow()
  await again.keeper.close()
  t.notOk(again.codes().includes('TRUST_CACHE_DAMAGED'))
})

t.test('rows are believed only as far as they verify; what is sound is used', async t => {
  const cases: [string, string, (gate: Good, path: string) => void][] = [
    ['a list', 'list tsl:1: HASH', (_, path) => sql(path, LIST_DAMAGE)],
    [
      'a lost list',
      'list tsl:1: missing',
      (_, path) => sql(path, "DELETE FROM list WHERE uri = 'tsl:1'"),
    ],
    [
      'a manifest',
      'manifest: UNSIGNED',
      (gate, path) => {
        const bytes = (gate.world.files.manifest as Uint8Array).slice()
        bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
        const database = new DatabaseSync(path, { timeout: 5000 })
        database.prepare('UPDATE manifest SET bytes = ?').run(bytes)
        database.close()
      },
    ],
    [
      'kept bits',
      'kept bits of tsl:0',
      (_, path) => sql(path, "INSERT INTO kept_bits VALUES ('tsl:0', 's', 1, x'00')"),
    ],
  ]
  for (const [name, detail, damage] of cases) {
    const gate = await goodGate(t)
    const again = await damaged(gate, path => damage(gate, path))
    t.equal(again.keeper.view().issuerKeys(gate.world.issuer.kid).length, 1)
    t.equal(
      again.keeper.view().status('tsl:2', 8, T0 * 1000),
      name === 'a manifest' ? 'unknown' : 'valid',
    )
    t.equal(
      again.keeper.view().status(LIST, 7, T0 * 1000),
      name === 'kept bits' ? 'invalid' : 'unknown',
    )
    again.keeper.start()
    t.match(again.events[0], { code: 'TRUST_CACHE_DAMAGED', detail })
    await again.keeper.pollNow()
    t.equal(again.keeper.view().status(LIST, 7, T0 * 1000), 'invalid', `${name}: fetched again`)
    await again.keeper.close()
  }
})

const LIST_DAMAGE = "UPDATE list SET bytes = zeroblob(length(bytes)) WHERE uri = 'tsl:1'"

t.test('trust planted in the cache is not believed: the chain starts at the factory', async t => {
  const gate = await goodGate(t)
  const thieves = [1, 2, 3].map(() => generateSigningKey('EdDSA'))
  const { world } = gate
  const keys = thieves.map(thief => world.key('root', thief))
  const others = world.keys().filter(key => key.role !== 'root')
  const planted = await signTrust(world.document({ keys: [...others, ...keys] }), thieves)
  const again = await damaged(gate, path => {
    const database = new DatabaseSync(path, { timeout: 5000 })
    database.prepare('INSERT INTO trust VALUES (2, ?)').run(planted)
    database.close()
  })
  t.match(again.keeper.status(), { trustVersion: 1, lists: 2 })
  again.keeper.start()
  t.match(again.events[0], { code: 'TRUST_CACHE_DAMAGED', detail: 'trust 2: UNSIGNED' })
  await again.keeper.close()
})

t.test('a floor planted in the far future does not lock the gate out of the present', async t => {
  const gate = await goodGate(t)
  const again = await damaged(gate, path => sql(path, 'UPDATE clock SET floor_ms = 9000000000000'))
  t.equal(again.keeper.now().state, 'TRUSTED')
  t.ok(again.keeper.now().nowMs < (T0 + 60) * 1000)
  await again.keeper.close()
})

t.test('a cache that cannot be written is reported; trust goes on in memory', async t => {
  const gate = await goodGate(t)
  await gate.keeper.close()
  const dir = t.testdir({ blocked: 'a file' })
  const { world, serviceUrl } = gate
  const { keeper, codes } = bootGate(join(dir, 'blocked'), world, { serviceUrl })
  t.same(await keeper.pollNow(), { code: 'UPDATED' })
  t.equal(keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  await keeper.close()
  t.ok(codes().includes('TRUST_CACHE_UNWRITTEN'))
})

/** A second connection to the cache, once its first change is on disk. */
async function whenWritten(path: string): Promise<DatabaseSync> {
  for (let i = 0; i < 500; i++) {
    await new Promise(resolve => setTimeout(resolve, 10))
    if (!existsSync(path)) continue
    const database = new DatabaseSync(path, { timeout: 5000 })
    try {
      if (database.prepare('SELECT count(*) AS n FROM manifest').get()?.n === 1) return database
    } catch {
      // Not yet made, or just being made.
    }
    database.close()
  }
  throw new Error('nothing was written')
}

t.test('a stalled write delays neither a revocation nor the main thread', async t => {
  const gate = await goodGate(t)
  const { world, keeper, dataDir } = gate
  await keeper.pollNow()
  const blocker = await whenWritten(join(dataDir, CACHE_FILE))
  blocker.exec('BEGIN IMMEDIATE')
  let lastMs = performance.now()
  let longestMs = 0
  const pulse = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - lastMs)
    lastMs = performance.now()
  }, 2)
  await world.publish({ lists: { [LIST]: [7, 8] } })
  t.same(await keeper.pollNow(), { code: 'UPDATED' })
  t.equal(keeper.view().status(LIST, 8, T0 * 1000), 'invalid', 'at once')
  await new Promise(resolve => setTimeout(resolve, 700))
  clearInterval(pulse)
  t.comment(`longest pause of the main thread ${longestMs.toFixed(1)} ms`)
  t.ok(longestMs < 500, 'far below the stall')
  blocker.exec('ROLLBACK')
  blocker.close()
  await keeper.close()
  const again = bootGate(dataDir, world)
  t.equal(again.keeper.view().status(LIST, 8, T0 * 1000), 'invalid', 'written in the end')
  await again.keeper.close()
})

t.test('factory trust that its own roots have not signed stops the start', async t => {
  const world = await TrustWorld.create()
  const document = world.document({ version: 1 })
  const unsigned = await signTrust(document, world.roots.slice(0, 1))
  t.throws(() => openFactoryTrust(unsigned), { code: 'FACTORY_TRUST' })
  t.throws(() => openFactoryTrust(new Uint8Array(3)), { code: 'FACTORY_TRUST' })
  t.equal(openFactoryTrust(world.factory).version, 1)
})

t.test('booted years after it was made, expired and all, a gate steps to today', async t => {
  const gate = await goodGate(t)
  await gate.keeper.close()
  const { world, dataDir, serviceUrl } = gate
  const later = T0 + 800 * DAY_S
  Object.assign(world, { nowS: () => later })
  for (let version = 2; version <= 18; version++) {
    await world.rotate({ iat: T0 + 45 * (version - 1) * DAY_S })
  }
  await world.publish({ lists: { [LIST]: [7] } })
  const clock = realClock(later * 1000)
  const again = bootGate(dataDir, world, { serviceUrl, clock })
  t.equal(again.keeper.freshness().stage, 'CLOSED')
  t.same(await again.keeper.pollNow(), { code: 'UPDATED' })
  t.equal(again.keeper.status().trustVersion, 18)
  t.equal(again.keeper.freshness().stage, 'FRESH')
  await again.keeper.close()
  const started = performance.now()
  const third = bootGate(dataDir, world, { clock })
  t.comment(`booted over 17 versions in ${(performance.now() - started).toFixed(1)} ms`)
  t.equal(third.keeper.status().trustVersion, 18)
  await third.keeper.close()
})
