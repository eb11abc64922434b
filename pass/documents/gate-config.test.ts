import t from 'tap'
import {
  configSigner,
  KEYS,
  statusSigner,
  trustKey,
  trustOf,
} from '../../fixtures/passes/trust-world.ts'
import { NOW } from '../../fixtures/passes/world.ts'
import { type CborValue, encodeCbor } from '../cbor.ts'
import { nodeVerifier } from '../cose-node.ts'
import {
  CONFIG_BYTES_MAX,
  CONFIG_CONFIRM_S_MAX,
  CONFIG_CONFIRM_S_MIN,
  CONFIG_REASON_BYTES_MAX,
  CONFIG_TEXT_BYTES_MAX,
  DOCUMENT_AHEAD_MAX_S,
  NAME_BYTES_MAX,
} from '../limits.ts'
import { type ConfigDocument, signConfig, verifyConfig } from './gate-config.ts'
import { DOCUMENT_TYPE, type DocumentSigner, signDocument } from './trust-envelope.ts'

const OTHERS = KEYS.filter(({ role }) => role !== 'config')
const trust = trustOf({ keys: [...OTHERS, trustKey('config', configSigner)] })

const documentOf = (over: Partial<ConfigDocument> = {}): ConfigDocument => ({
  revision: NOW,
  iat: NOW,
  gate: 'north-1',
  text: '{"lanes":[]}',
  confirmS: 300,
  reason: 'longer waits',
  ...over,
})
const signed = (over: Partial<ConfigDocument> = {}, signer: DocumentSigner = configSigner) =>
  signConfig(documentOf(over), signer)

function judge(bytes: Uint8Array, seen = 0, by = trust): string {
  const against = { gate: 'north-1', seen, nowMs: NOW * 1000 }
  const result = verifyConfig(by, bytes, nodeVerifier, against)
  return result.ok ? 'GOOD' : result.code
}

t.test('what was signed is read again', async t => {
  const against = { gate: 'north-1', seen: NOW - 1, nowMs: NOW * 1000 }
  const result = verifyConfig(trust, await signed(), nodeVerifier, against)
  t.same(result, { ok: true, document: documentOf() })
})

t.test('attacks: another key, another gate, an older revision, another kind', async t => {
  t.equal(judge(await signed(), NOW), 'ROLLBACK', 'the same once more')
  t.equal(judge(await signed({ revision: NOW - 1 }), NOW), 'ROLLBACK')
  t.equal(judge(await signed({ gate: 'north-2' })), 'OTHER_GATE')
  t.equal(judge(await signed({}, statusSigner)), 'UNSIGNED', 'a status key signs no config')
  t.equal(judge(await signed(), 0, trustOf({ keys: OTHERS })), 'UNSIGNED', 'its key left trust')
  const ended = trustKey('config', configSigner, { to: NOW })
  t.equal(judge(await signed(), 0, trustOf({ keys: [...OTHERS, ended] })), 'UNSIGNED', 'its window')
  const bytes = await signed()
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1
  t.equal(judge(bytes), 'UNSIGNED')
  const other = await signDocument(DOCUMENT_TYPE.station, new Uint8Array([0xa0]), configSigner)
  t.equal(judge(other), 'WRONG_TYPE')
  const ahead = NOW + DOCUMENT_AHEAD_MAX_S
  t.equal(judge(await signed({ iat: ahead })), 'GOOD')
  t.equal(judge(await signed({ iat: ahead + 1 })), 'FROM_FUTURE')
})

t.test('every limit, at it and one over', async t => {
  const good: [string, Partial<ConfigDocument>][] = [
    ['text', { text: 'x'.repeat(CONFIG_TEXT_BYTES_MAX) }],
    ['text of other letters', { text: 'é'.repeat(CONFIG_TEXT_BYTES_MAX / 2) }],
    ['reason', { reason: 'x'.repeat(CONFIG_REASON_BYTES_MAX) }],
    ['no reason', { reason: '' }],
    ['least time', { confirmS: CONFIG_CONFIRM_S_MIN }],
    ['most time', { confirmS: CONFIG_CONFIRM_S_MAX }],
  ]
  for (const [what, over] of good) t.equal(judge(await signed(over)), 'GOOD', what)
  const gate = 'g'.repeat(NAME_BYTES_MAX)
  const wrong: [string, Partial<ConfigDocument>][] = [
    ['text', { text: 'x'.repeat(CONFIG_TEXT_BYTES_MAX + 1) }],
    ['text of other letters', { text: `${'é'.repeat(CONFIG_TEXT_BYTES_MAX / 2)}x` }],
    ['reason', { reason: 'x'.repeat(CONFIG_REASON_BYTES_MAX + 1) }],
    ['too little time', { confirmS: CONFIG_CONFIRM_S_MIN - 1 }],
    ['too much time', { confirmS: CONFIG_CONFIRM_S_MAX + 1 }],
    ['no gate', { gate: '' }],
    ['a long gate', { gate: `${gate}g` }],
    ['revision 0', { revision: 0 }],
  ]
  for (const [what, over] of wrong) {
    await t.rejects(signed(over), { code: 'INVALID_ARGUMENT' }, what)
  }
  const most = { text: 'x'.repeat(CONFIG_TEXT_BYTES_MAX), gate }
  const largest = await signed({ ...most, reason: 'x'.repeat(CONFIG_REASON_BYTES_MAX) })
  t.ok(largest.length <= CONFIG_BYTES_MAX, `${largest.length} bytes at most`)
  t.equal(judge(new Uint8Array(CONFIG_BYTES_MAX)), 'MALFORMED')
  t.equal(judge(new Uint8Array(CONFIG_BYTES_MAX + 1)), 'LENGTH')
})

t.test('no shape but the one', async t => {
  const fields: [number, CborValue][] = [
    [1, 1],
    [2, NOW],
    [3, 'north-1'],
    [4, '{}'],
    [5, 300],
    [6, ''],
  ]
  const payloads: [string, CborValue][] = [
    ['a field missing', new Map(fields.slice(0, 5))],
    ['a field more', new Map([...fields, [7, 1]] as [number, CborValue][])],
    [
      'bytes for text',
      new Map([...fields.slice(0, 3), [4, new Uint8Array(2)], ...fields.slice(4)]),
    ],
    ['a list', []],
  ]
  for (const [what, payload] of payloads) {
    const bytes = await signDocument(DOCUMENT_TYPE.config, encodeCbor(payload), configSigner)
    t.equal(judge(bytes), 'MALFORMED', what)
  }
  t.equal(judge(new Uint8Array()), 'MALFORMED')
})
