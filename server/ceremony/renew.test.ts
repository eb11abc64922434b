import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { decodeTrust, verifyManifest, verifyTrustUpdate } from '../../pass/documents/trust.ts'
import { writeTrust } from '../../pass/documents/trust-documents.ts'
import { signByMany } from '../../pass/documents/trust-envelope.ts'
import { PURPOSES } from '../../pass/purpose.ts'
import { fileSigner } from '../publish/signer.ts'
import { NOON, openWorld, worldAtNoon } from '../testing/world.ts'
import { openRoot } from './folder.ts'
import { initTrust } from './init.ts'
import { newestTrust, releaseIssuers, rotateTrust, signDraft } from './renew.ts'
import { NO_STRETCH } from './sealed-file.ts'
import { describeTrust } from './show.ts'

const passphrase = 'a passphrase for tests'
const NOW = Date.UTC(2026, 4, 20, 4)
const DAY_MS = 86_400_000
const bytesOf = (file: string) => new Uint8Array(readFileSync(file))

async function site() {
  const dir = tempDir()
  await initTrust({
    ...{ dir, environment: 'test', passphrase },
    stretch: NO_STRETCH,
    days: 4,
    now: NOW,
  })
  return { dir, passphrase }
}

t.test('released day by day, old ones taken away', async t => {
  const at = await site()
  const issuers = () =>
    readdirSync(join(at.dir, 'online')).filter(name => name.startsWith('issuer-phone'))
  t.same(
    issuers().map(name => name.slice(13, 23)),
    ['2026-05-20', '2026-05-21'],
  )
  t.equal((await releaseIssuers({ ...at, now: NOW })).length, 0)
  t.equal((await releaseIssuers({ ...at, now: NOW + 2 * DAY_MS })).length, 4)
  t.same(
    issuers().map(name => name.slice(13, 23)),
    ['2026-05-22', '2026-05-23'],
  )
  await t.rejects(
    releaseIssuers({ ...at, passphrase: 'another passphrase', now: NOW + 3 * DAY_MS }),
    { code: 'PASSPHRASE' },
  )
  t.equal((await releaseIssuers({ ...at, now: NOW + 3 * DAY_MS })).length, 0)
})

t.test('the next document: more days, two roots, one after the other', async t => {
  const at = await site()
  const now = NOW + DAY_MS
  const first = newestTrust(at.dir)
  const draft = await rotateTrust({ ...at, now, days: 10, replace: [], roots: [3] })
  t.equal(draft.complete, false)
  t.equal(newestTrust(at.dir).version, 1, 'a draft is no trust document')
  t.equal(describeTrust(bytesOf(draft.file), now).verdict, 'UNSIGNED')
  await t.rejects(rotateTrust({ ...at, now, days: 10, replace: [], roots: [1] }), {
    code: 'EXISTS',
  })
  const again = await signDraft({ ...at, now, root: 3 })
  t.equal(again.complete, false, 'the same root twice is one root')
  const signed = await signDraft({ ...at, now, root: 1 })
  t.match(signed, { complete: true, version: 2 })
  t.match(verifyTrustUpdate(first, bytesOf(signed.file), nodeVerifier, now), { ok: true })
  const phone = newestTrust(at.dir).keys.filter(key => key.passClass === 'phone')
  t.equal(phone.at(-1)?.to, NOW / 1000 - 4 * 3600 + 11 * 86_400)
  t.equal(new Set(phone.map(key => key.from)).size, phone.length, 'one a day')
  t.equal(
    (await releaseIssuers({ ...at, now: now + 6 * DAY_MS })).length,
    4,
    'new days can be released',
  )
  await t.rejects(signDraft({ ...at, now, root: 1 }), { code: 'MISSING' })
})

t.test('a root is replaced by the other two', async t => {
  const at = await site()
  const first = newestTrust(at.dir)
  const wrong = { ...at, now: NOW, days: 4 }
  await t.rejects(rotateTrust({ ...wrong, replace: ['root-1'], roots: [1, 2] }), { code: 'ROOTS' })
  await t.rejects(rotateTrust({ ...wrong, replace: ['root-1', 'root-2'], roots: [3] }), {
    code: 'ROOTS',
  })
  for (const roots of [[], [4], [1, 1], [Number.NaN]]) {
    await t.rejects(rotateTrust({ ...wrong, replace: [], roots }), { code: 'ROOTS' })
  }
  const { file } = await rotateTrust({ ...wrong, replace: ['root-1'], roots: [2, 3] })
  t.match(verifyTrustUpdate(first, bytesOf(file), nodeVerifier, NOW), { ok: true })
  const before = new Set(
    first.keys.filter(key => key.role === 'root').map(key => String(key.key.x)),
  )
  const after = newestTrust(at.dir).keys.filter(key => key.role === 'root')
  t.equal(after.length, 3)
  t.equal(after.filter(key => before.has(String(key.key.x))).length, 2)
  const third = await rotateTrust({ ...wrong, replace: [], roots: [1, 2] })
  t.equal(third.complete, true, 'the new root signs')
})

t.test('another scope begins with keys that have signed nothing yet', async t => {
  const at = await site()
  const scopes = () =>
    newestTrust(at.dir)
      .keys.filter(key => key.role === 'issuer')
      .map(key => `${key.passClass} ${key.purposes?.join(' ')}`)
  const all = PURPOSES.join(' ')
  t.same(new Set(scopes()), new Set([`phone ${all}`, `paper ${all}`]))
  const next = { ...at, now: NOW + DAY_MS, days: 4, replace: [], roots: [1, 2] }
  await rotateTrust({ ...next, scopes: { paper: ['entry', 'exit'] } })
  t.same(
    scopes().filter(one => one.startsWith('paper')),
    [`paper ${all}`, `paper ${all}`, 'paper entry exit', 'paper entry exit', 'paper entry exit'],
    'yesterday’s and today’s as they were',
  )
  t.same(new Set(scopes().filter(one => one.startsWith('phone'))), new Set([`phone ${all}`]))
  await rotateTrust({ ...next, days: 6 })
  t.equal(scopes().at(-1), 'paper entry exit', 'new days go on so')
  const shown = describeTrust(bytesOf(join(at.dir, 'trust-3.cbor')), next.now)
  t.match(shown.keys.at(-1), { class: 'paper', purposes: ['entry', 'exit'] })
  t.notOk('purposes' in (shown.keys[0] ?? {}), 'of issuers alone')
})

t.test('trust from before scopes: told by the service, written down by the next', async t => {
  const dir = tempDir()
  const trustDir = join(dir, 'trust')
  await initTrust({
    ...{ dir: trustDir, environment: 'test', passphrase },
    ...{ stretch: NO_STRETCH, days: 4, now: NOON },
  })
  const file = join(trustDir, 'trust-1.cbor')
  const before = decodeTrust(bytesOf(file))
  const keys = before.keys.map(({ purposes: _, ...key }) => key)
  const roots = await Promise.all([1, 2].map(root => openRoot(trustDir, root, passphrase)))
  writeFileSync(file, await signByMany(writeTrust({ ...before, keys }), roots))
  t.match(describeTrust(bytesOf(file), NOON), { verdict: 'OK', scopes: /^no issuer key says/ })

  const world = await worldAtNoon(t, dir, join(dir, 'service.db'))
  t.match(world.logged(), /TRUST_SCOPE.*trust 1 does not say what its issuer keys are good for/)
  const old = newestTrust(trustDir)
  const now = NOON + DAY_MS
  const rotate = { dir: trustDir, passphrase, now, days: 6, replace: [], roots: [1, 2] }
  const { file: next } = await rotateTrust(rotate)
  t.match(verifyTrustUpdate(old, bytesOf(next), nodeVerifier, now), { ok: true, changed: true })
  const shown = describeTrust(bytesOf(next), now)
  t.match(shown.scopes, /^each issuer key says/)
  const issuers = shown.keys.filter(key => key.role === 'issuer')
  t.equal(issuers.length, 14)
  for (const { purposes } of issuers) t.same(purposes, PURPOSES, 'as it was read')
})

t.test('a running service takes over a new status key by itself', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const dir = join(world.dir, 'trust')
  const first = decodeTrust(bytesOf(join(dir, 'trust-1.cbor')))
  const stolen = fileSigner(join(dir, 'online'))
    .keys()
    .find(key => key.role === 'status')
  const rotated = await rotateTrust({
    dir,
    passphrase,
    now: world.clock.time,
    days: 2,
    replace: ['status'],
    roots: [1, 2],
  })
  t.equal(rotated.complete, true)
  world.clock.time += 6000
  const fetched = async (path: string) =>
    new Uint8Array(await (await world.call(`/v1/trust/${path}`)).arrayBuffer())
  for (let i = 0; i < 100 && (await world.call('/v1/trust/document/2')).status !== 200; i++)
    await sleep(30)
  const update = verifyTrustUpdate(
    first,
    await fetched('document/2'),
    nodeVerifier,
    world.clock.time,
  )
  if (!update.ok) return t.fail(update.code)
  let result = verifyManifest(update.trust, await fetched('manifest'), nodeVerifier, {
    nowMs: world.clock.time,
  })
  for (let i = 0; i < 100 && !result.ok; i++) {
    await sleep(30)
    result = verifyManifest(update.trust, await fetched('manifest'), nodeVerifier, {
      nowMs: world.clock.time,
    })
  }
  t.match(result, { ok: true, manifest: { trustVersion: 2 } })
  if (result.ok) t.notSame(result.signer.kid, stolen?.kid)
  t.notOk(world.service.publisher.key({ role: 'status' }) === stolen)
  t.equal(readdirSync(join(dir, 'online')).filter(name => name.startsWith('status')).length, 1)
})
