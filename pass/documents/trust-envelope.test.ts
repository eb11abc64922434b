import t from 'tap'
import {
  roots,
  signedManifest,
  signedTrust,
  statusSigner,
} from '../../fixtures/passes/trust-world.ts'
import { fromHex } from '../bytes.ts'
import { CborTag, type CborValue, decodeCbor, encodeCbor } from '../cbor.ts'
import { TRUST_SIGNATURES_MAX } from '../limits.ts'
import {
  DOCUMENT_TYPE,
  openDocument,
  openTrust,
  signByMany,
  signDocument,
} from './trust-envelope.ts'

const EMPTY_MAP = new Map<number, CborValue>()
const payload = fromHex('a10100')
const [a] = roots as [(typeof roots)[0]]

/** The message's array with one part replaced, tagged again. */
function withPart(bytes: Uint8Array, part: number, value: CborValue, tag?: number): Uint8Array {
  const message = decodeCbor(bytes) as CborTag
  const parts = [...(message.value as CborValue[])]
  parts[part] = value
  return encodeCbor(new CborTag(tag ?? message.tag, parts))
}

const codeOf = (opened: { ok: boolean; code?: string }): unknown => opened.ok || opened.code

const header = (...entries: [number, CborValue][]): Uint8Array => encodeCbor(new Map(entries))

t.test('a COSE_Sign opens into its payload and what each signature covers', async t => {
  const opened = openTrust(await signByMany(payload, roots))
  t.ok(opened.ok)
  if (!opened.ok) return
  t.same(opened.document.payload, payload)
  t.same(
    opened.document.signatures.map(one => one.kid),
    roots.map(root => root.kid),
  )
  const [first] = opened.document.signatures
  t.same(first?.signature, a.sign(first?.message as Uint8Array))
  const typ = header([16, DOCUMENT_TYPE.trust])
  const own = header([1, -7], [4, a.kid])
  const covered = encodeCbor(['Signature', typ, own, new Uint8Array(0), payload])
  t.same(first?.message, covered)
})

t.test('every part of a COSE_Sign has one shape', async t => {
  const good = await signedTrust()
  const own = header([1, -7], [4, a.kid])
  const signature = new Uint8Array(64)
  const one = (...parts: CborValue[]): Uint8Array => withPart(good, 3, [parts])
  t.equal(codeOf(openTrust(one(own, EMPTY_MAP, signature))), true)
  const wrong: [string, Uint8Array, string][] = [
    ['tag 18', withPart(good, 2, payload, 18), 'WRONG_TYPE'],
    ['another typ', withPart(good, 0, header([16, DOCUMENT_TYPE.manifest])), 'WRONG_TYPE'],
    ['no typ', withPart(good, 0, new Uint8Array(0)), 'WRONG_TYPE'],
    [
      'more in the header',
      withPart(good, 0, header([1, -7], [16, DOCUMENT_TYPE.trust])),
      'MALFORMED',
    ],
    ['header not bytes', withPart(good, 0, 1), 'MALFORMED'],
    ['something unprotected', withPart(good, 1, new Map([[1, 1]])), 'MALFORMED'],
    ['unprotected no map', withPart(good, 1, 0), 'MALFORMED'],
    ['payload detached', withPart(good, 2, null), 'MALFORMED'],
    ['signatures no array', withPart(good, 3, 1), 'MALFORMED'],
    ['a signature no array', withPart(good, 3, [1]), 'MALFORMED'],
    ['a signature of two parts', one(own, EMPTY_MAP), 'MALFORMED'],
    ['its header no bytes', one(1, EMPTY_MAP, signature), 'MALFORMED'],
    ['its header without kid', one(header([1, -7]), EMPTY_MAP, signature), 'MALFORMED'],
    ['its kid of 5 bytes', one(header([1, -7], [4, payload]), EMPTY_MAP, signature), 'MALFORMED'],
    ['crit', one(header([1, -7], [2, [1]], [4, a.kid]), EMPTY_MAP, signature), 'MALFORMED'],
    ['its inner map not empty', one(own, new Map([[1, 1]]), signature), 'MALFORMED'],
    ['its bytes 63', one(own, EMPTY_MAP, signature.subarray(1)), 'MALFORMED'],
    ['its bytes a number', one(own, EMPTY_MAP, 1), 'MALFORMED'],
    ['a fifth part', withPart(good, 4, 0), 'MALFORMED'],
    ['a signature of four parts', one(own, EMPTY_MAP, signature, 0), 'MALFORMED'],
    ['an array of five', encodeCbor(new CborTag(98, [1, 2, 3, 4, 5])), 'MALFORMED'],
    ['no array', encodeCbor(new CborTag(98, 1)), 'MALFORMED'],
  ]
  for (const [name, bytes, code] of wrong) t.equal(codeOf(openTrust(bytes)), code, name)
})

t.test('the number of signatures, at the limit and one over', async t => {
  const many = (count: number): typeof roots => Array.from({ length: count }, () => a)
  const most = await signByMany(payload, many(TRUST_SIGNATURES_MAX))
  t.equal(codeOf(openTrust(most)), true)
  const items = ((decodeCbor(most) as CborTag).value as CborValue[])[3] as CborValue[]
  const over = withPart(most, 3, [...items, items[0] as CborValue])
  t.equal(codeOf(openTrust(over)), 'MALFORMED')
})

t.test('every part of a COSE_Sign1 document has one shape', async t => {
  const good = await signedManifest()
  const open = (bytes: Uint8Array): unknown => codeOf(openDocument(DOCUMENT_TYPE.manifest, bytes))
  const { kid } = statusSigner
  const type: [number, CborValue] = [16, DOCUMENT_TYPE.manifest]
  t.equal(open(good), true)
  t.equal(open(withPart(good, 0, header([1, -7], [4, kid], type))), true)
  const wrong: [string, Uint8Array, string][] = [
    ['tag 98', withPart(good, 2, payload, 98), 'WRONG_TYPE'],
    ['another typ', withPart(good, 0, header([1, -7], [4, kid], [16, 'x'])), 'WRONG_TYPE'],
    ['no kid', withPart(good, 0, header([1, -7], type)), 'MALFORMED'],
    ['no alg', withPart(good, 0, header([4, kid], type)), 'MALFORMED'],
    ['crit', withPart(good, 0, header([1, -7], [2, [1]], [4, kid], type)), 'MALFORMED'],
    ['more', withPart(good, 0, header([1, -7], [3, 0], [4, kid], type)), 'MALFORMED'],
    ['something unprotected', withPart(good, 1, new Map([[5, 1]])), 'MALFORMED'],
  ]
  for (const [name, bytes, code] of wrong) t.equal(open(bytes), code, name)
})

t.test('a signature of another size is not written', async t => {
  const der = { ...a, sign: () => new Uint8Array(71) }
  await t.rejects(signDocument(DOCUMENT_TYPE.manifest, payload, der), { code: 'INVALID_ARGUMENT' })
  await t.rejects(signByMany(payload, [der]), { code: 'INVALID_ARGUMENT' })
})
