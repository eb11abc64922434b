import { deflateSync } from 'node:zlib'
import t from 'tap'
import { statusSigner } from '../../fixtures/passes/trust-world.ts'
import { NOW } from '../../fixtures/passes/world.ts'
import { keyObjectOf, vectors } from '../../fixtures/vectors/read.ts'
import { concatBytes, fromHex, toHex } from '../bytes.ts'
import { type CborValue, decodeCbor, encodeCbor } from '../cbor.ts'
import { verifySign1 } from '../cose-node.ts'
import { STATUS_BYTES_MAX, STATUS_TOKEN_BYTES_MAX } from '../limits.ts'
import { documentHeader, writeSign1 } from '../sign1.ts'
import { hashOf } from './by-hash-node.ts'
import {
  createStatusList,
  type StatusBits,
  setStatus,
  statusAt,
  statusEntries,
} from './status-list.ts'
import {
  decodeStatusListToken,
  deflateStatusList,
  encodeStatusListToken,
  inflateStatusList,
  openStatusList,
} from './status-list-node.ts'

/** The `lst` and `bits` of a vector's CBOR, whose keys the draft doesn't sort. */
function streamOf(cbor: string): { bits: StatusBits; lst: Uint8Array } {
  const map = decodeCbor(fromHex(cbor), { anyKeyOrder: true }) as Map<string, never>
  return { bits: map.get('bits') as never, lst: map.get('lst') as never }
}

t.test('the draft’s short lists inflate to the bytes it gives', async t => {
  for (const { bits, bytes, cbor } of vectors('status-list').small) {
    const stream = streamOf(cbor)
    t.equal(stream.bits, bits)
    t.equal(toHex(inflateStatusList(stream.lst, bits).bytes), bytes)
  }
})

t.test('the draft’s test vectors: 2^20 entries of 1, 2, 4 and 8 bits', async t => {
  for (const { bits, entries, statuses, cbor } of vectors('status-list').lists) {
    const list = inflateStatusList(streamOf(cbor).lst, bits)
    t.equal(statusEntries(list), entries)
    const want = createStatusList(entries, bits)
    for (const [index, status] of statuses) setStatus(want, index, status)
    t.ok(Buffer.from(list.bytes).equals(want.bytes), `${bits} bits`)
    t.same(inflateStatusList(deflateStatusList(want), bits), want)
  }
})

t.test('the draft’s CWT example is read and its signature verified', async t => {
  const { cbor, key } = vectors('status-list').token
  const token = decodeStatusListToken(fromHex(cbor))
  t.equal(token.uri, 'https://example.com/statuslists/1')
  t.same([token.iat, token.exp, token.ttl], [1686920170, 2291720170, 43200])
  t.same(token.list, { bits: 1, bytes: Uint8Array.of(0xb9, 0xa3) })
  t.ok(verifySign1(fromHex(cbor), keyObjectOf(key)).ok)
})

t.test('our tokens come back and verify', async t => {
  const list = createStatusList(1 << 20, 1)
  setStatus(list, 12345, 1)
  const token = { uri: 'tsl:7', iat: NOW, exp: NOW + 3600, ttl: 60, list }
  const bytes = await encodeStatusListToken({ ...token, signer: statusSigner })
  t.same(decodeStatusListToken(bytes), token)
  t.ok(verifySign1(bytes, statusSigner.publicKey).ok)
  t.ok(bytes.length < 400, `${bytes.length} bytes on the wire`)
  const plain = await encodeStatusListToken({ uri: 'tsl:7', iat: NOW, list, signer: statusSigner })
  t.same(decodeStatusListToken(plain), { uri: 'tsl:7', iat: NOW, list })
})

t.test('inflating is capped: a bomb is cut off, the largest list is not', async t => {
  const largest = deflateSync(new Uint8Array(STATUS_BYTES_MAX))
  t.equal(inflateStatusList(largest, 8).bytes.length, STATUS_BYTES_MAX)
  const over = deflateSync(new Uint8Array(STATUS_BYTES_MAX + 1))
  t.throws(() => inflateStatusList(over, 8), { code: 'TOO_LARGE' })
  const bomb = deflateSync(new Uint8Array(200 * STATUS_BYTES_MAX))
  t.throws(() => inflateStatusList(bomb, 1), { code: 'TOO_LARGE' })
  const long = new Uint8Array(STATUS_TOKEN_BYTES_MAX + 1)
  t.throws(() => inflateStatusList(long, 1), { code: 'TOO_LARGE' })
})

t.test('what is no zlib stream of a list is refused', async t => {
  const stream = deflateSync(Uint8Array.of(1, 2, 3))
  const broken = [
    new Uint8Array(0),
    Uint8Array.of(1, 2, 3),
    stream.subarray(0, -1),
    concatBytes(stream, Uint8Array.of(0)),
  ]
  for (const bytes of broken) t.throws(() => inflateStatusList(bytes, 1), { code: 'MALFORMED' })
  t.throws(() => inflateStatusList(stream, 3 as never), { code: 'INVALID_ARGUMENT' })
})

t.test('tag 61, other types and missing claims are refused', async t => {
  const list = createStatusList(8, 1)
  const good = await encodeStatusListToken({ uri: 'tsl:0', iat: NOW, list, signer: statusSigner })
  const hex = toHex(good)
  const variants = [
    concatBytes(fromHex('d83d'), good),
    good.subarray(1),
    fromHex(
      hex.replace(toHex(new TextEncoder().encode('+cwt')), toHex(new TextEncoder().encode('+jwt'))),
    ),
    fromHex(hex.replace('6462697473', '6462697474')),
    fromHex(hex.replace('646269747301', '646269747303')),
  ]
  for (const bytes of variants) t.throws(() => decodeStatusListToken(bytes), { code: 'MALFORMED' })
})

t.test('each claim of a token has its type', async t => {
  const list = new Map<string, CborValue>([
    ['bits', 1],
    ['lst', deflateStatusList(createStatusList(8, 1))],
  ])
  const claims: [number, CborValue][] = [
    [2, 'tsl:0'],
    [4, NOW],
    [6, NOW],
    [65533, list],
    [65534, 60],
  ]
  const token = (label: number, value: CborValue | undefined): Uint8Array => {
    const map = new Map(claims)
    if (value === undefined) map.delete(label)
    else map.set(label, value)
    const header = documentHeader(-7, statusSigner.kid, 'application/statuslist+cwt')
    return writeSign1(header, encodeCbor(map), new Uint8Array(64))
  }
  t.ok(decodeStatusListToken(token(4, undefined)))
  const wrong: [number, CborValue | undefined, RegExp][] = [
    [2, 7, /no sub or iat/],
    [6, undefined, /no sub or iat/],
    [4, 'never', /exp/],
    [65534, 'long', /ttl/],
    [65533, 1, /status_list is not a map/],
    [65533, new Map([['bits', 1]]), /no bits or lst/],
  ]
  for (const [label, value, message] of wrong) {
    t.throws(() => decodeStatusListToken(token(label, value)), { code: 'MALFORMED', message })
  }
  const der = { ...statusSigner, sign: () => new Uint8Array(70) }
  const plain = { uri: 'tsl:0', iat: NOW, list: createStatusList(8, 1), signer: der }
  await t.rejects(encodeStatusListToken(plain), { code: 'INVALID_ARGUMENT' })
})

t.test('attacks on a fetched list: truncated, changed, or another’s', async t => {
  const list = createStatusList(64, 1)
  setStatus(list, 5, 1)
  const bytes = await encodeStatusListToken({ uri: 'tsl:0', iat: NOW, list, signer: statusSigner })
  const entry = { uri: 'tsl:0', version: 1, length: bytes.length, sha256: hashOf(bytes) }
  const opened = openStatusList(entry, bytes)
  t.ok(opened.ok && statusAt(opened.list, 5) === 1)
  const code = (of: typeof entry, got: Uint8Array): unknown => {
    const result = openStatusList(of, got)
    return result.ok || result.code
  }
  t.equal(code(entry, bytes.subarray(0, -1)), 'LENGTH')
  const changed = bytes.slice()
  changed[60] = (changed[60] as number) ^ 1
  t.equal(code(entry, changed), 'HASH')
  const cleared = createStatusList(64, 1)
  const token = { uri: 'tsl:0', iat: NOW, list: cleared, signer: statusSigner }
  const other = await encodeStatusListToken(token)
  t.equal(
    code({ ...entry, length: other.length }, other),
    'HASH',
    'mix-and-match, or another environment’s list',
  )
  t.equal(code({ ...entry, uri: 'tsl:1' }, bytes), 'WRONG_TYPE', 'a list under another’s name')
  const junk = new Uint8Array(9)
  t.equal(code({ ...entry, length: 9, sha256: hashOf(junk) }, junk), 'MALFORMED')
})
