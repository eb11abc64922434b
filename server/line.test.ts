/** The thin line through the whole service: issue, claim, verify offline, revoke, refused. */
import type { KeyObject } from 'node:crypto'
import t from 'tap'
import { generateSigningKey, nodeVerifier } from '../pass/cose-node.ts'
import { presentPass } from '../pass/present.ts'
import { statusAt } from '../pass/status-list.ts'
import { openStatusList } from '../pass/status-list-node.ts'
import { encodePassText } from '../pass/text.ts'
import { decodeManifest, issuerKeysOf, verifyFirstTrust, verifyManifest } from '../pass/trust.ts'
import { createPassVerifier, type TrustView } from '../pass/verify.ts'
import { makeClient, openWorld, type World } from './testing/world.ts'

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())

/** What a gate would do: fetch everything, check everything. */
async function fetchTrust(world: World): Promise<TrustView> {
  const now = world.clock.time
  const trustBytes = await bytesOf(await world.call('/v1/trust/document/1'))
  const trust = verifyFirstTrust(trustBytes, nodeVerifier, now)
  if (!trust.ok) throw new Error(trust.code)
  const bytes = await bytesOf(await world.call('/v1/trust/manifest'))
  const manifest = verifyManifest(trust.trust, bytes, nodeVerifier, { nowMs: now })
  if (!manifest.ok) throw new Error(manifest.code)
  const lists = new Map<string, ReturnType<typeof openStatusList>>()
  for (const entry of manifest.manifest.lists) {
    const sha256 = Buffer.from(entry.sha256).toString('hex')
    const answer = await world.call(`/v1/trust/list/${sha256}`)
    lists.set(entry.uri, openStatusList(entry, await bytesOf(answer)))
  }
  return {
    environment: 'test',
    staleAllowanceMs: 5000,
    issuerKeys: kid => issuerKeysOf(trust.trust, kid),
    kidRevoked: () => false,
    status(uri, index) {
      const list = lists.get(uri)
      if (list === undefined || !list.ok) return 'unknown'
      return statusAt(list.list, index) === 0 ? 'valid' : 'invalid'
    },
  }
}

t.test('issue, claim, verify offline, revoke, refused', async t => {
  const world = await openWorld(t.testdir())
  t.teardown(() => world.close())
  const agent = await world.signIn('agent')
  const person = { name: '张三', documentType: 'resident-id', documentNumber: '11010519491231002X' }
  const issued = await world.post('/v1/desk/certificates', { person, reason: 'lost phone' }, agent)
  t.equal(issued.status, 201)
  const { certificate, claim } = (await issued.json()) as {
    certificate: { id: string; validFrom: string; validUntil: string }
    claim: { code: string }
  }
  t.equal(Date.parse(certificate.validUntil) - Date.parse(certificate.validFrom), 24 * 3600_000)

  const phone = makeClient(world, 'ES256')
  const holder = generateSigningKey('ES256')
  const { x, y } = holder.privateKey.export({ format: 'jwk' })
  const holderKey = { kty: 'EC', crv: 'P-256', x, y }
  const claimed = await phone.send('/v1/certificates/claim', { code: claim.code, holderKey })
  t.equal(claimed.status, 201)
  const minted = (await claimed.json()) as { pass: string; passExpiresAt: string }
  t.equal(Date.parse(minted.passExpiresAt) - world.clock.time, 30 * 60_000)

  const pass = new Uint8Array(Buffer.from(minted.pass, 'base64url'))
  const presentedAt = Math.floor(world.clock.time / 1000)
  const text = encodePassText(await presentPass({ pass, presentedAt, sign: holder.sign }))
  const verifier = createPassVerifier<KeyObject>({ crypto: nodeVerifier, cacheEntriesMax: 10 })
  const policy = { expiredForMs: 0, staleForMs: 0 }
  const good = verifier.verify(text, await fetchTrust(world), policy, world.clock.time)
  t.match(good, { ok: true, pass: { ctiHex: certificate.id, passClass: 'phone' } })

  const supervisor = await world.signIn('supervisor')
  const path = `/v1/desk/certificates/${certificate.id}/revoke`
  const revoked = await world.post(path, { reason: 'reported stolen' }, supervisor)
  t.equal(revoked.status, 200)
  const { manifestVersion } = (await revoked.json()) as { manifestVersion: number }
  const manifest = decodeManifest(await bytesOf(await world.call('/v1/trust/manifest')))
  t.equal(manifest.version, manifestVersion, 'the answer came with the manifest')
  const refused = verifier.verify(text, await fetchTrust(world), policy, world.clock.time)
  t.match(refused, { ok: false, code: 'REVOKED' })
})
