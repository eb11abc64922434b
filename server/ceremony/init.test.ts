import { createPrivateKey, type JsonWebKey } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { nodeVerifier, signerOf } from '../../pass/cose-node.ts'
import { verifyFirstTrust } from '../../pass/documents/trust.ts'
import { fileSigner } from '../publish/signer.ts'
import { initTrust } from './init.ts'
import { openText, sealText } from './sealed-file.ts'

const PASSPHRASE = 'a passphrase for tests'
const NOW = Date.UTC(2026, 4, 20, 4)
const DAY = 86_400

t.test('everything a site needs, and nothing readable that should not be', async t => {
  const dir = tempDir()
  const result = await initTrust({
    dir,
    environment: 'test',
    passphrase: PASSPHRASE,
    days: 5,
    now: NOW,
  })
  const trust = verifyFirstTrust(new Uint8Array(readFileSync(result.trustFile)), nodeVerifier, NOW)
  if (!trust.ok) return t.fail(trust.code)
  const { keys, threshold } = trust.trust
  t.equal(threshold, 2)
  t.equal(keys.filter(key => key.role === 'root').length, 3)
  const phone = keys.filter(key => key.passClass === 'phone')
  t.equal(phone.length, 5)
  for (const [i, key] of phone.entries()) {
    t.equal(key.to - key.from, DAY)
    if (i > 0) t.equal(key.from, phone[i - 1]?.to, 'no day without a key')
  }
  t.equal(keys.filter(key => key.passClass === 'paper').length, 5)

  const released = fileSigner(result.keysFolder).keys()
  t.equal(released.filter(key => key.role === 'issuer').length, 4, 'two days, two classes')
  for (const folder of ['online', 'offline']) {
    for (const name of readdirSync(join(dir, folder))) {
      t.equal(statSync(join(dir, folder, name)).mode & 0o077, 0, name)
    }
  }
  for (const [i, root] of keys.filter(key => key.role === 'root').entries()) {
    const sealed = readFileSync(join(dir, `offline/root-${i + 1}.json`), 'utf8')
    t.notMatch(sealed, '"d"')
    const jwk = JSON.parse(await openText(sealed, PASSPHRASE)) as JsonWebKey
    const { publicKey } = signerOf(createPrivateKey({ key: jwk, format: 'jwk' }))
    t.same(publicKey.x, root.key.x)
  }
  await t.rejects(initTrust({ dir, environment: 'test', passphrase: PASSPHRASE, now: NOW }), {
    code: 'EXISTS',
  })
})

t.test('bad input', async t => {
  const good = { dir: tempDir(), environment: 'test', passphrase: PASSPHRASE, now: NOW } as const
  await t.rejects(initTrust({ ...good, days: 0 }), { code: 'RANGE' })
  await t.rejects(initTrust({ ...good, days: 91 }), { code: 'RANGE' })
  await t.rejects(initTrust({ ...good, days: 1, passphrase: 'short' }), { code: 'PASSPHRASE' })
})

t.test('a sealed file opens by its passphrase alone, and whole', async t => {
  const sealed = await sealText('secret', 'about', { passphrase: PASSPHRASE })
  t.equal(await openText(sealed, PASSPHRASE), 'secret')
  await t.rejects(openText(sealed, `${PASSPHRASE}x`), { code: 'PASSPHRASE' })
  const file = JSON.parse(sealed) as Record<string, unknown>
  await t.rejects(openText(JSON.stringify({ ...file, about: 'x' }), PASSPHRASE), {
    code: 'PASSPHRASE',
  })
  await t.rejects(openText(JSON.stringify({ ...file, N: 2 ** 40 }), PASSPHRASE), { code: 'FORMAT' })
  await t.rejects(openText('x', PASSPHRASE), { code: 'FORMAT' })
})

t.test('online keys: others may not read them, and a file that is none is named', async t => {
  const dir = tempDir()
  await initTrust({ dir, environment: 'test', passphrase: PASSPHRASE, days: 1, now: NOW })
  const folder = join(dir, 'online')
  const file = join(folder, readdirSync(folder)[0] as string)
  if (process.platform !== 'win32') {
    chmodSync(file, 0o644)
    t.throws(() => fileSigner(folder), { code: 'KEYS', message: /0600/ })
    chmodSync(file, 0o600)
  }
  const text = readFileSync(file, 'utf8')
  const secret = (JSON.parse(text) as { key: { d: string } }).key.d
  writeFileSync(file, text.slice(0, -20))
  try {
    fileSigner(folder)
    t.fail('half a key was taken')
  } catch (error) {
    t.match(error, { code: 'KEYS', message: /not a key file/ })
    t.notMatch((error as Error).message, secret)
  }
  writeFileSync(file, text.replace(/"kid": "\w+"/, '"kid": "00000000"'))
  t.throws(() => fileSigner(folder), { message: /kid/ })
  t.throws(() => fileSigner(join(dir, 'nowhere')), { code: 'KEYS' })
})
