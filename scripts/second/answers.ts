/** What is asked for by name: the signed time, a gate's config, a status list. */

import { deflateSync } from 'node:zlib'
import { configSigner, DAY, statusSigner, timeSigner } from '../../fixtures/passes/trust-world.ts'
import { NOW, strangerIssuer } from '../../fixtures/passes/world.ts'
import { fromHex, toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { hashOf } from '../../pass/documents/by-hash-node.ts'
import { verifyConfig } from '../../pass/documents/gate-config.ts'
import { verifyTimeAnswer } from '../../pass/documents/signed-time.ts'
import { placeStatus } from '../../pass/documents/status-list.ts'
import { openStatusList } from '../../pass/documents/status-list-node.ts'
import type { Random } from '../fuzz/random.ts'
import { BELIEVED, believedTrust } from './key-sets.ts'
import { bytesOf, type Kind, padding, rarely, refused, usually } from './kind.ts'
import { type Signing, sign1Of } from './signed.ts'
import { fields, type Value } from './tree.ts'

const TRUST = BELIEVED[0] as string
const NONCE = new Uint8Array(16).fill(9)

/** Mostly the right key, now and then one of another role or of none. */
function signerOf(random: Random, right: Signing): Signing {
  if (!rarely(random, 8)) return right
  return random.pick([
    { signer: statusSigner },
    { signer: timeSigner },
    { signer: configSigner },
    { signer: strangerIssuer, kid: right.signer.kid },
  ])
}

export const TIME: Kind = {
  name: 'time',
  make(random) {
    const nonces = [NONCE, NONCE, NONCE, NONCE.slice(0, 8), NONCE.slice(0, 7), new Uint8Array(32)]
    const edges = [(NOW + 365 * DAY) * 1000 - 1, (NOW + 365 * DAY) * 1000, (NOW - 365 * DAY) * 1000]
    const time = usually(random, 4, NOW * 1000 + random.below(1000), [
      ...edges,
      0,
      4_294_967_295_000,
      4_294_967_295_001,
    ])
    const payload = fields({ 1: usually(random, 3, NONCE, nonces), 2: time, 3: NOW })
    const type = 'application/vnd.wicketgate.time+cbor'
    const bytes = sign1Of(type, payload, signerOf(random, { signer: timeSigner }), random)
    return {
      kind: 'time',
      bytes: toHex(bytes),
      ...padding(random, 512),
      trust: TRUST,
      nonce: toHex(NONCE),
    }
  },
  judge(request) {
    const sent = fromHex(request.nonce as string)
    const trust = believedTrust(request.trust)
    const result = verifyTimeAnswer(trust, bytesOf(request), nodeVerifier, sent)
    return result.ok ? { verdict: 'OK', timeMs: result.answer.time } : refused(result.code)
  },
}

export const CONFIG: Kind = {
  name: 'config',
  make(random) {
    const iat = NOW + random.pick([0, 0, 0, -60, 120, 121, -366 * DAY])
    const long = rarely(random, 40) ? ' '.repeat(random.pick([32_768, 32_769, 34_000, 35_000])) : ''
    const payload = fields({
      1: random.pick([1, 1, 2, 3, 4, 0]),
      2: iat,
      3: usually(random, 10, 'north-1', ['north-2']),
      4: long || random.pick(['{"lanes":[]}', '{}', '', '[', '{"a":"é"}']),
      5: usually(random, 4, 300, [60, 3600, 59, 3601]),
      6: usually(random, 6, 'wait longer', ['', 'é'.repeat(400), `${'é'.repeat(400)}.`]),
    })
    const type = 'application/vnd.wicketgate.config+cbor'
    const bytes = sign1Of(type, payload, signerOf(random, { signer: configSigner }), random)
    const edge = iat * 1000 - 120_000 + random.pick([-1, 0, 1])
    const nowMs = rarely(random, 4) ? edge : NOW * 1000
    const seen = random.pick([0, 0, 1, 2])
    const padded = { bytes: toHex(bytes), ...padding(random, 34_816) }
    return { kind: 'config', ...padded, trust: TRUST, gate: 'north-1', seen, nowMs }
  },
  judge(request) {
    const against = request as unknown as { gate: string; seen: number; nowMs: number }
    const trust = believedTrust(request.trust)
    const result = verifyConfig(trust, bytesOf(request), nodeVerifier, against)
    if (!result.ok) return refused(result.code)
    return { verdict: 'OK', revision: result.document.revision, json: result.document.text }
  },
}

const packed = (bytes: number) => new Uint8Array(deflateSync(new Uint8Array(bytes).fill(0x80)))
const STREAMS = [128, 128, 128, 1, 0, 2 ** 20, 2 ** 20 + 1].map(packed)

/** A zlib stream, seldom cut, followed by bytes, or none. */
function streamOf(random: Random): Uint8Array {
  const stream = random.pick(STREAMS)
  switch (random.below(14)) {
    case 0:
      return stream.subarray(0, stream.length - 1 - random.below(4))
    case 1:
      return Uint8Array.from([...stream, ...random.bytes(1 + random.below(3))])
    case 2:
      return random.bytes(random.below(20))
    case 3:
      return Uint8Array.from([...stream, ...stream])
    default:
      return stream
  }
}

export const LIST: Kind = {
  name: 'list',
  make(random) {
    const claims = fields({
      ...(rarely(random, 9) ? { 1: 'https://example.org' } : {}),
      2: usually(random, 12, 'tsl:0', ['tsl:1']),
      ...(rarely(random, 2) ? { 4: NOW + random.pick([-DAY, 0, DAY, DAY]) } : {}),
      6: NOW,
      ...(rarely(random, 2) ? { 65534: random.pick([0, 300]) } : {}),
      65533: fields({
        lst: streamOf(random),
        bits: usually(random, 6, 1, [2, 4, 8, 0, 3, 16]),
        ...(rarely(random, 9) ? { aggregation_uri: 'https://example.org/lists' } : {}),
      }),
    })
    const more: Record<string, Value> = rarely(random, 9)
      ? random.pick<Record<string, Value>>([
          { 3: 'text/plain' },
          { 2: [16], 3: 'text/plain' },
          { 2: [16, 1] },
          { 2: [3] },
          { 2: [] },
          { 2: [true] },
          { 2: [16, 99], 99: 1 },
        ])
      : {}
    const signing = { signer: statusSigner }
    const bytes = sign1Of('application/statuslist+cwt', claims, signing, random, more)
    const sha256 = rarely(random, 20) ? new Uint8Array(32) : hashOf(bytes)
    const length = rarely(random, 20) ? bytes.length + random.pick([-1, 1]) : bytes.length
    const listed = { uri: 'tsl:0', length, sha256: toHex(sha256) }
    const index = random.pick([0, 1, 6, 7, 1023, 1024, (1 << 23) - 1, 1 << 23, 0xffff_ffff])
    return { kind: 'list', bytes: toHex(bytes), listed, index, nowMs: NOW * 1000 }
  },
  judge({ bytes = '', listed, index, nowMs }) {
    const { uri, length, sha256 } = listed as { uri: string; length: number; sha256: string }
    const row = { uri, version: 1, length, sha256: fromHex(sha256) }
    const result = openStatusList(row, fromHex(bytes))
    if (!result.ok) return refused(result.code)
    const { list, exp } = result
    const status = placeStatus({ bytes: list.bytes, exp }, index as number, nowMs as number)
    if (status === 'valid') return { verdict: 'OK', bytes: list.bytes.length }
    return refused(status === 'invalid' ? 'REVOKED' : 'STATUS_UNKNOWN')
  },
}
