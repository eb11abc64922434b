/** The thin line through the whole service: issue, claim, verify offline, revoke, refused. */
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { decodeManifest } from '../../pass/documents/trust.ts'
import { presentPass } from '../../pass/present.ts'
import { encodePassText } from '../../pass/text.ts'
import { makeOfflineGate } from '../testing/offline-gate.ts'
import { makeClient, openWorld } from '../testing/world.ts'

t.test('issue, claim, verify offline, revoke, refused', async t => {
  const world = await openWorld(tempDir())
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
  const signed = (await claimed.json()) as { pass: string; passExpiresAt: string }
  t.equal(Date.parse(signed.passExpiresAt) - world.clock.time, 30 * 60_000)

  const pass = new Uint8Array(Buffer.from(signed.pass, 'base64url'))
  const presentedAt = Math.floor(world.clock.time / 1000)
  const text = encodePassText(await presentPass({ pass, presentedAt, sign: holder.sign }))
  const gate = makeOfflineGate(world)
  await gate.poll()
  t.match(gate.verify(text), { ok: true, pass: { ctiHex: certificate.id, passClass: 'phone' } })

  const supervisor = await world.signIn('supervisor')
  const path = `/v1/desk/certificates/${certificate.id}/revoke`
  const revoked = await world.post(path, { reason: 'reported stolen' }, supervisor)
  t.equal(revoked.status, 200)
  const { manifestVersion } = (await revoked.json()) as { manifestVersion: number }
  const answer = await world.call('/v1/trust/manifest')
  const manifest = decodeManifest(new Uint8Array(await answer.arrayBuffer()))
  t.equal(manifest.version, manifestVersion, 'the answer came with the manifest')
  await gate.poll()
  t.match(gate.verify(text), { ok: false, code: 'REVOKED' })
})
