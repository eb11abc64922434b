import { readFileSync, writeFileSync } from 'node:fs'
import encodeQR from 'qr'
import t from 'tap'
import { type GoldenFile, viewOf } from '../fixtures/passes/golden.ts'
import { EXAMPLE } from '../fixtures/passes/good-cases.ts'
import { LIMITS_SHOWN, renderLimits, statedLimits } from '../fixtures/passes/limits-table.ts'
import { statedRules } from '../fixtures/passes/rules.ts'
import { configSigner, KEYS, trustKey, trustOf } from '../fixtures/passes/trust-world.ts'
import {
  holder,
  NOW,
  PAPER_CLAIMS,
  type PassParts,
  PHONE_CLAIMS,
  paperIssuer,
  passOf,
  phoneIssuer,
  textOf,
} from '../fixtures/passes/world.ts'
import { fromHex, toHex } from './bytes.ts'
import { countersignStructure, sigStructure } from './cose.ts'
import { coseKeyOf, keyThumbprint, nodeVerifier, verifySign1 } from './cose-node.ts'
import {
  boardsElsewhere,
  encodeBoardingList,
  openBoardingList,
  trainsOf,
} from './documents/boarding.ts'
import { signConfig, verifyConfig } from './documents/gate-config.ts'
import { decodeEnvelope } from './envelope.ts'
import * as limits from './limits.ts'
import { decodePassText } from './text.ts'
import { createPassVerifier } from './verify.ts'

const SPECIFICATION = new URL('specification.md', import.meta.url)
const spec = readFileSync(SPECIFICATION, 'utf8')
const cddl = [...spec.matchAll(/```cddl\n([^`]*)```/g)].map(([, block]) => block).join('\n')
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

t.test('the dump, item by item, is the presented pass', async t => {
  const lines = /```dump\n([^`]*)```/.exec(spec)?.[1]?.trimEnd().split('\n') ?? []
  const hex = lines.map(line => (line.split(';')[0] as string).trim())
  t.same(fromHex(hex.join('')), EXAMPLE.presented)
  const stated = new Set(statedRules(spec).map(rule => rule.id))
  const named = lines.flatMap(line => line.match(/\b[A-Z]\d+[a-z]?\b(?=[,)])/g) ?? [])
  t.ok(named.length > 15)
  for (const id of named) t.ok(stated.has(id), id)
})

t.test('each standard it names is among its references', async t => {
  const [body = '', references = ''] = spec.split('## 19. References')
  const standards = new Set(body.match(/RFC \d{4}|draft-[a-z-]+-\d+|ISO\/IEC \d+|AIM ITS\/[\d-]+/g))
  t.ok(standards.size > 15)
  for (const standard of standards) t.match(references, standard)
  const { length } = [...references.matchAll(/^\| (RFC \d{4}) /gm)].filter(
    ([, rfc]) => !standards.has(rfc as string),
  )
  t.equal(length, 0, 'and none is there that it does not name')
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
  const policy = { purpose: 'entry', expiredByMaxMs: 0, staleByMaxMs: 0 } as const
  t.match(verifier.verify(text, viewOf(file), policy, NOW * 1000), { ok: true })
  t.match(spec, `| \`golden.json\` | ${file.cases.length} passes |`)
})

const LIMITS_BEGIN = '<!-- limits: rendered, UPDATE=1 npx tap pass/specification.test.ts -->\n'
const LIMITS_END = '<!-- end of limits -->\n'

t.test('it shows every limit of the code (UPDATE=1 writes the table anew)', async t => {
  const from = spec.indexOf(LIMITS_BEGIN) + LIMITS_BEGIN.length
  const to = spec.indexOf(LIMITS_END)
  t.ok(from >= LIMITS_BEGIN.length && to >= from, 'the two marks are there')
  if (process.env.UPDATE === '1') {
    writeFileSync(SPECIFICATION, spec.slice(0, from) + renderLimits() + spec.slice(to))
  } else t.equal(spec.slice(from, to), renderLimits())
  t.same([...LIMITS_SHOWN].sort(), Object.keys(limits).sort(), 'none is left out')
})

t.test('a limit that a rule states has the value of the code there, or in the CDDL', async t => {
  const rows = new Map(
    [...spec.matchAll(/^\| ([A-Z]\d+[a-z]?) \| (.*)$/gm)].map(row => [row[1], row[2]]),
  )
  const numbers = new Set(spec.slice(0, spec.indexOf(LIMITS_BEGIN)).match(/\d[\d,]*/g))
  for (const { name, stated, written } of statedLimits()) {
    const row = rows.get(stated)
    const found = written.some(value => row?.includes(value) ?? numbers.has(value))
    // Shapes stand in the CDDL, whose numbers have no commas.
    t.ok(
      found || written.some(value => cddl.includes(value)),
      `${name}: ${stated} has ${written[0]}`,
    )
  }
})

t.test('every size it gives is the size of such a pass, and the READMEs give the same', async t => {
  const largest = { ...PHONE_CLAIMS, statusIndex: limits.STATUS_INDEX_MAX }
  const rows: [string, PassParts][] = [
    [
      'largest index, list number of three digits',
      { claims: { ...largest, statusList: 'tsl:zzz' } },
    ],
    [
      'largest index, list number of six digits',
      { claims: { ...largest, statusList: 'tsl:zzzzzz' } },
    ],
    ['the example of section 10', {}],
    ['paper, as the example', { issuer: paperIssuer, claims: PAPER_CLAIMS, presentedAt: null }],
  ]
  const sizes = new Set<string>()
  for (const [what, parts] of rows) {
    const signed = passOf({ ...parts, presentedAt: null }).length
    const presented = parts.presentedAt === null ? '' : `${passOf(parts).length} bytes`
    const chars = textOf(parts).length
    const modules = encodeQR(textOf(parts), 'raw', { ecc: 'medium', border: 1 }).length - 2
    const version = (modules - 17) / 4
    t.match(
      spec,
      `| ${what} | ${signed} bytes | ${presented} | ${chars} characters | ${version} |`.replace(
        '|  |',
        '| |',
      ),
    )
    for (const size of [`${signed} bytes`, presented, `${chars} characters`]) sizes.add(size)
  }
  t.match(spec, /version 12: 65 modules, 73 with the quiet zone/)
  t.match(spec, /29\.2 mm/, '73 modules of 0.4 mm')
  for (const [file, from, to] of [
    ['README.md', '', '```\nissuer'],
    ['README.md', '```\nissuer', '```\n'],
    ['../README.md', '## What a pass is', '## The house'],
  ] as const) {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8')
    const begin = text.indexOf(from)
    const part = text.slice(begin, text.indexOf(to, begin + from.length))
    const found = [...part.matchAll(/\d+ (?:bytes|characters)/g)].map(([size]) => size)
    t.ok(found.length > 0, `${file} gives sizes`)
    for (const size of found) t.ok(sizes.has(size), `${file}: ${size}`)
  }
})
