import { readFileSync } from 'node:fs'
import t from 'tap'
import { type GoldenFile, viewOf } from '../fixtures/passes/golden.ts'
import { EXAMPLE } from '../fixtures/passes/good-cases.ts'
import { configSigner, KEYS, trustKey, trustOf } from '../fixtures/passes/trust-world.ts'
import { holder, NOW, PHONE_CLAIMS, phoneIssuer } from '../fixtures/passes/world.ts'
import { boardsElsewhere, encodeBoardingList, openBoardingList, trainsOf } from './boarding.ts'
import { fromHex, toHex } from './bytes.ts'
import { countersignStructure, sigStructure } from './cose.ts'
import { coseKeyOf, keyThumbprint, nodeVerifier, verifySign1 } from './cose-node.ts'
import { decodeEnvelope } from './envelope.ts'
import { signConfig, verifyConfig } from './gate-config.ts'
import * as limits from './limits.ts'
import { decodePassText } from './text.ts'
import { createPassVerifier } from './verify.ts'

const spec = readFileSync(new URL('specification.md', import.meta.url), 'utf8')
const blocks = new Map(
  [...spec.matchAll(/```hex (\S+)\n([^`]*)```/g)].map(([, name, hex]) => [
    name,
    fromHex((hex as string).replace(/\s/g, '')),
  ]),
)
const text = /```text\n(RP1:.*)\n```/.exec(spec)?.[1] as string
const block = (name: string): Uint8Array => blocks.get(name) as Uint8Array

t.test('the specification’s example is what the code makes', async t => {
  t.same(block('signed'), EXAMPLE.signed)
  t.same(block('presented'), EXAMPLE.presented)
  const { bytes, claims, payload, protectedBytes, signature, presentation } = decodePassText(text)
  t.same(bytes, block('presented'))
  t.same(claims, PHONE_CLAIMS)
  t.same(payload, block('payload'))
  t.same(sigStructure(protectedBytes, payload), block('to-be-signed'))
  const header = block('proof-header')
  t.same(presentation?.protectedBytes, header)
  t.same(
    countersignStructure(protectedBytes, header, payload, signature),
    block('proof-to-be-signed'),
  )
})

t.test('its keys, and signatures that verify with them', async t => {
  const issuer = { kty: 'EC2', crv: 'P-256', x: block('issuer-x'), y: false } as const
  t.same(issuer, phoneIssuer.publicKey)
  t.same(keyThumbprint(issuer), block('thumb'))
  t.match(spec, `\`${toHex(phoneIssuer.kid)}\``)
  const { y } = nodeVerifier.importKey(issuer).export({ format: 'jwk' })
  t.same(new Uint8Array(Buffer.from(y as string, 'base64url')), block('issuer-y'))
  t.same(
    coseKeyOf(nodeVerifier.importKey({ ...issuer, x: block('holder-x'), y: true })),
    holder.publicKey,
  )
  t.ok(verifySign1(block('signed'), issuer).ok)
  const { presentation } = decodeEnvelope(block('presented'))
  const proof = presentation?.signature as Uint8Array
  const holderKey = nodeVerifier.importKey(holder.publicKey)
  t.ok(nodeVerifier.verify(holderKey, 'ES256', block('proof-to-be-signed'), proof))
})

t.test('the config of the specification’s example', async t => {
  const shown = { gate: 'north-1', text: '{"lanes":[]}', confirmS: 300, reason: 'wait longer' }
  const document = { revision: NOW, iat: NOW, ...shown }
  t.same(await signConfig(document, configSigner), block('config'))
  const trust = trustOf({ keys: [...KEYS, trustKey('config', configSigner)] })
  const against = { gate: 'north-1', seen: NOW - 1, nowMs: NOW * 1000 }
  t.same(verifyConfig(trust, block('config'), nodeVerifier, against), { ok: true, document })
})

t.test('its boarding list is what the code makes, and tells what it says', async t => {
  const { cti } = PHONE_CLAIMS
  const train = { number: 'G101', from: 1_769_896_800, until: 1_769_907_420 }
  const other = new Uint8Array(16).fill(0xe1)
  const contents = { station: 'north', tickets: [{ cti, train }], elsewhere: [other] }
  t.equal(toHex(block('boarding')), toHex(encodeBoardingList(contents)))
  const opened = openBoardingList(block('boarding'), 'north')
  if (!opened.ok) throw new Error(opened.code)
  t.same(trainsOf(opened.list, cti), [train])
  t.ok(boardsElsewhere(opened.list, other))
})

t.test('a gate with the golden file’s trust lets it in', async t => {
  const golden = new URL('../fixtures/passes/golden.json', import.meta.url)
  const file = JSON.parse(readFileSync(golden, 'utf8')) as GoldenFile
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: 0 })
  const policy = { expiredForMs: 0, staleForMs: 0 }
  t.match(verifier.verify(text, viewOf(file), policy, NOW * 1000), { ok: true })
  t.match(spec, `| \`golden.json\` | ${file.cases.length} passes |`)
})

t.test('the limits it names are those of the code', async t => {
  t.equal(limits.PASS_TEXT_CHARS_MAX, 1024)
  t.equal(limits.CBOR_DEPTH_MAX, 8)
  t.equal(limits.CBOR_ITEMS_MAX, 65_536)
  t.equal(limits.KEYS_PER_KID_MAX, 8)
  t.same(limits.PASS_LIFETIME_MAX_S, { phone: 1800, paper: 86_400 })
  t.equal(limits.ISSUED_AHEAD_MAX_S, 120)
  t.same([limits.PRESENTED_AGE_MAX_MS, limits.STALE_ALLOWANCE_MAX_MS], [30_000, 30_000])
  t.equal(limits.STATUS_BYTES_MAX, 2 ** 20)
  t.same([limits.TRUST_BYTES_MAX, limits.MANIFEST_BYTES_MAX], [256 * 1024, 128 * 1024])
  t.same(
    [limits.TRUST_KEYS_MAX, limits.REVOKED_KIDS_MAX, limits.MANIFEST_LISTS_MAX],
    [512, 1024, 512],
  )
  t.same([limits.TRUST_LIFETIME_MAX_S, limits.MANIFEST_LIFETIME_MAX_S], [90 * 86_400, 86_400])
  t.same([limits.CONFIG_BYTES_MAX, limits.CONFIG_TEXT_BYTES_MAX], [34_816, 32_768])
  t.same([limits.CONFIG_CONFIRM_S_MIN, limits.CONFIG_CONFIRM_S_MAX], [60, 3600])
  t.equal(limits.CONFIG_REASON_BYTES_MAX, 800)
  t.equal(limits.VERSION_MAX, 281_474_976_710_655)
  t.equal(limits.TRUST_SIGNATURES_MAX, 16)
  t.same([limits.BOARDING_TRAINS_MAX, limits.BOARDING_BYTES_MAX], [4096, 2 * 2 ** 20])
  t.same([limits.BOARDING_TICKETS_MAX, limits.BOARDING_ELSEWHERE_MAX], [65_536, 65_536])
  t.same([limits.TICKETS_PER_CERTIFICATE_MAX, limits.TRAIN_NUMBER_BYTES_MAX], [16, 16])
})
