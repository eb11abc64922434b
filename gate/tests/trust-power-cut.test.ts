/**
 * A power cut during an update of the cache: the process killed at each step, and the database
 * reopened with its log cut at every 512 bytes. Booted offline the gate has the old state or the
 * new one, whole, and it verifies again from the factory trust on.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serialize } from 'node:v8'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { systemTimers } from '../../hardware/system-time.ts'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { createOrigin, fetchFrom } from '../testing/trust/origin.ts'
import { LIST, T0, TrustWorld } from '../testing/trust/world.ts'
import { changeBetween, clockRow, loadCache, openFactoryTrust } from '../trust/cache.ts'
import { CACHE_FILE, cacheIn, openCacheFile, writeCacheChange } from '../trust/cache-file.ts'
import { pollTrust } from '../trust/fetch.ts'
import { factoryState, type TrustState } from '../trust/state.ts'

const CHILD = fileURLToPath(new URL('../testing/trust/killed-writer.ts', import.meta.url))

/** Two states a poll apart: another trust, another status key, other lists, kept revocations. */
async function twoStates() {
  const world = await TrustWorld.create()
  const stopped = new AbortController().signal
  const ports = { fetch: fetchFrom(createOrigin(world)), timers: systemTimers, stopped }
  const source = { ...ports, serviceUrl: 'http://service', timeoutMs: 5000 }
  const poll = async (state: TrustState): Promise<TrustState> => {
    const polled = await pollTrust(source, state, T0 * 1000)
    if (polled.code !== 'UPDATED') throw new Error(polled.code)
    return polled.state
  }
  const kid = world.issuer.kid
  await world.publish({ lists: { [LIST]: [7], 'tsl:2': [1, 2] }, revokedKids: [kid] })
  const before = await poll(factoryState(openFactoryTrust(world.factory)))
  await world.publish({ lists: { [LIST]: [8], 'tsl:2': [1, 2] }, revokedKids: [kid] })
  const old = await poll(before)
  await world.rotate({ keys: [...world.keys(), world.key('status', generateSigningKey('ES256'))] })
  await world.publish({ lists: { [LIST]: [9], 'tsl:3': [3] } })
  return { world, old, next: await poll(old) }
}

const ready = twoStates()

/** Everything the cache is to give back, in a comparable form. */
function essence(state: TrustState, floorMs: number) {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
  const ranks = (rows: readonly string[]) => [...rows].sort()
  return {
    trust: state.trust.version,
    chain: state.chain.map(row => hex(row.bytes)),
    manifest: state.manifest && hex(state.manifest.bytes),
    lists: ranks([...state.lists.values()].map(list => `${list.uri} ${hex(list.token)}`)),
    bits: ranks(state.keptBits.map(kept => `${kept.uri} ${kept.signer} ${hex(kept.bytes)}`)),
    kids: ranks(state.keptKids.map(kept => `${kept.kid} ${kept.signer}`)),
    floorMs,
  }
}

const OLD_FLOOR = T0 * 1000 - 60_000
const NEW_FLOOR = T0 * 1000

/** A folder whose cache holds the old state; returns the file's path. */
async function oldCache(dir: string): Promise<string> {
  const { old } = await ready
  mkdirSync(dir, { recursive: true })
  const path = join(dir, CACHE_FILE)
  const database = openCacheFile(path)
  writeCacheChange(database, changeBetween(undefined, old, clockRow(OLD_FLOOR, undefined)))
  database.close()
  return path
}

/** `old` or `new`; anything else fails the test by its name. */
async function whatIsThere(dir: string): Promise<string> {
  const { world, old, next } = await ready
  const loaded = loadCache(cacheIn(dir), openFactoryTrust(world.factory), T0 * 1000)
  if (loaded.damage !== undefined) return `damage: ${loaded.damage.detail}`
  const found = JSON.stringify(essence(loaded.state, loaded.floorMs))
  if (found === JSON.stringify(essence(old, OLD_FLOOR))) return 'old'
  return found === JSON.stringify(essence(next, NEW_FLOOR)) ? 'new' : `a mix: ${found}`
}

t.test('the two states differ in everything', async t => {
  const { old, next } = await ready
  const a = essence(old, OLD_FLOOR)
  const b = essence(next, NEW_FLOOR)
  for (const name of Object.keys(a) as (keyof typeof a)[]) t.notSame(a[name], b[name], name)
})

t.test('killed at each step of an update', async t => {
  const { old, next } = await ready
  const dir = tempDir()
  const template = await oldCache(join(dir, 'template'))
  const changeFile = join(dir, 'change')
  const change = changeBetween(old, next, clockRow(NEW_FLOOR, undefined))
  writeFileSync(changeFile, serialize(change))
  const seen: string[] = []
  for (let step = 0; ; step++) {
    const run = join(dir, 'run')
    rmSync(run, { recursive: true, force: true })
    mkdirSync(run)
    copyFileSync(template, join(run, CACHE_FILE))
    const args = [CHILD, join(run, CACHE_FILE), changeFile, String(step)]
    const child = spawnSync(process.execPath, args, { encoding: 'utf8' })
    const there = await whatIsThere(run)
    if (child.signal !== 'SIGKILL') {
      t.equal(child.status, 0, child.stderr)
      t.equal(there, 'new', 'not killed at all')
      break
    }
    if (there !== 'old' && there !== 'new') t.fail(`step ${step}: ${there}`)
    seen.push(there)
  }
  t.comment(`${seen.length} steps, new from step ${seen.indexOf('new')}`)
  t.ok(seen.length > 20)
  t.equal(seen[0], 'old')
  t.equal(seen.at(-1), 'new')
  t.same(seen, [...seen].sort().reverse(), 'old until the commit, new ever after')
})

t.test('killed at each step of the very first write', async t => {
  const { world, next } = await ready
  const dir = tempDir()
  const changeFile = join(dir, 'change')
  const change = changeBetween(undefined, next, clockRow(NEW_FLOOR, undefined))
  writeFileSync(changeFile, serialize(change))
  const factory = openFactoryTrust(world.factory)
  const nothing = JSON.stringify(essence(factoryState(factory), factory.iat * 1000))
  const seen: string[] = []
  for (let step = 0; ; step++) {
    const run = join(dir, `run${step}`)
    mkdirSync(run)
    const args = [CHILD, join(run, CACHE_FILE), changeFile, String(step)]
    const child = spawnSync(process.execPath, args, { encoding: 'utf8' })
    const loaded = loadCache(cacheIn(run), factory, T0 * 1000)
    t.equal(loaded.damage, undefined, `step ${step}`)
    const found = JSON.stringify(essence(loaded.state, loaded.floorMs))
    seen.push(found === nothing ? 'factory' : await whatIsThere(run))
    if (child.signal !== 'SIGKILL') break
  }
  t.equal(seen[0], 'factory')
  t.equal(seen.at(-1), 'new')
  t.same(seen, [...seen].sort(), 'factory until the commit, new ever after')
})

t.test('the main file torn at every 512 bytes while the log is folded in', async t => {
  const { old, next } = await ready
  const dir = tempDir()
  const path = await oldCache(join(dir, 'template'))
  const database = openCacheFile(path)
  writeCacheChange(database, changeBetween(old, next, clockRow(NEW_FLOOR, undefined)))
  const before = readFileSync(path)
  const wal = readFileSync(`${path}-wal`)
  database.close()
  const after = readFileSync(path)
  const run = join(dir, 'run')
  let wrong = 0
  for (let cut = 0; cut <= after.length; cut += 512) {
    rmSync(run, { recursive: true, force: true })
    mkdirSync(run)
    const torn = Buffer.concat([after.subarray(0, cut), before.subarray(cut)])
    writeFileSync(join(run, CACHE_FILE), torn)
    writeFileSync(join(run, `${CACHE_FILE}-wal`), wal)
    if ((await whatIsThere(run)) !== 'new') wrong++
  }
  t.equal(wrong, 0)
})

t.test('the log cut at every 512 bytes', async t => {
  const { old, next } = await ready
  const dir = tempDir()
  const path = await oldCache(join(dir, 'template'))
  const database = openCacheFile(path)
  writeCacheChange(database, changeBetween(old, next, clockRow(NEW_FLOOR, undefined)))
  const main = readFileSync(path)
  const wal = readFileSync(`${path}-wal`)
  database.close()
  t.ok(wal.length > 20_000, `${wal.length} bytes of log`)

  const seen: string[] = []
  const run = join(dir, 'run')
  for (let cut = 0; cut <= wal.length; cut = Math.min(cut + 512, wal.length)) {
    for (const torn of ['short', 'zeros', 'noise'] as const) {
      rmSync(run, { recursive: true, force: true })
      mkdirSync(run)
      writeFileSync(join(run, CACHE_FILE), main)
      const rest = { short: 0, zeros: wal.length - cut, noise: wal.length - cut }[torn]
      const tail = Buffer.alloc(rest, torn === 'noise' ? 0xa5 : 0)
      writeFileSync(join(run, `${CACHE_FILE}-wal`), Buffer.concat([wal.subarray(0, cut), tail]))
      const there = await whatIsThere(run)
      if (there !== 'old' && there !== 'new') t.fail(`${torn} at ${cut}: ${there}`)
      seen.push(there)
    }
    if (cut === wal.length) break
  }
  t.comment(`${seen.length} cuts, new in ${seen.filter(there => there === 'new').length}`)
  t.equal(seen[0], 'old')
  t.equal(seen.at(-1), 'new')
  t.same(seen, [...seen].sort().reverse())
})
