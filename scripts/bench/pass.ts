/**
 * `npm run bench -- pass`: the credential against its limit (the bare signature checks) and its
 * peers, and how it grows.
 */
import { createPublicKey, verify as nodeVerify } from 'node:crypto'
import { Sign1 } from '@auth0/cose'
import { Decoder, Encoder } from 'cbor-x'
import cose from 'cose-js'
import { decodeBase45 } from '../../pass/base45.ts'
import { nodeVerifier, verifySign1 } from '../../pass/cose-node.ts'
import { createStatusList, statusAt } from '../../pass/documents/status-list.ts'
import { createPassVerifier, type TrustView } from '../../pass/verify.ts'
import { processCpuUs } from './cpu-time.ts'
import { type BenchHow, type Figure, figure } from './figure.ts'
import { type Contender, measure, ratioOf } from './measure.ts'
import { issuerKeyOf, makeSample, NOW_MS, type Sample, trustOf } from './pass-sample.ts'

const STRICT = { purpose: 'entry', expiredByMaxMs: 0, staleByMaxMs: 0 } as const
const PART = 'pass'

const STEPS = { verify: verification, issue: issuing, peers, growth } as const
export const PASS_STEPS: readonly string[] = Object.keys(STEPS)

/** `only`: one of `PASS_STEPS`; all when empty. */
export async function benchPass({ only }: BenchHow): Promise<Figure[]> {
  const sample = await makeSample()
  const figures: Figure[] = []
  for (const [name, step] of Object.entries(STEPS)) {
    if (only === '' || only === name) figures.push(...(await step(sample)))
  }
  return figures
}

const repeat = (work: (i: number) => unknown) => (times: number) => {
  for (let i = 0; i < times; i++) work(i)
}

/** A verifier that must admit every time, or the figure means nothing. */
function admitting(sample: Sample, cacheEntriesMax: number, trust: TrustView = sample.trust) {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax })
  return (i: number) => {
    const text = sample.texts[i % sample.texts.length] as string
    const result = verifier.verify(text, trust, STRICT, NOW_MS)
    if (!result.ok) throw new Error(`the sample was refused: ${result.code}`)
  }
}

async function verification(sample: Sample): Promise<Figure[]> {
  const measured = await measure([
    { name: 'raw issuer', run: repeat(sample.rawIssuer) },
    { name: 'raw holder', run: repeat(sample.rawHolder) },
    { name: 'raw import', run: repeat(sample.rawImport) },
    { name: 'fast holder', run: repeat(sample.fastHolder) },
    { name: 'fast import', run: repeat(sample.fastImport) },
    { name: 'first', run: repeat(admitting(sample, 0)) },
    { name: 'refreshed', run: repeat(admitting(sample, 100)) },
  ])
  const us = (name: string) => [measured.get(name)?.us ?? Number.NaN, 'µs'] as const
  return [
    figure(PART, 'one raw verification', us('raw holder')),
    figure(PART, 'one import of a compressed key', us('raw import')),
    figure(PART, 'verification, first time', us('first'), {
      limit: '2 raw verifications + 1 import',
      ratio: ratioOf(measured, 'first', ['raw issuer', 'raw holder', 'raw import']),
      goal: '≤ 1.10',
    }),
    figure(PART, 'verification, refreshed code', us('refreshed'), {
      limit: '1 raw verification',
      ratio: ratioOf(measured, 'refreshed', ['raw holder']),
      goal: '≤ 1.15',
    }),
    figure(PART, 'one raw verification, fastest form', us('fast holder')),
    figure(PART, 'one import, fastest form', us('fast import')),
    figure(PART, 'verification, first time', us('first'), {
      limit: '2 + 1 in their fastest form',
      ratio: ratioOf(measured, 'first', ['fast holder', 'fast holder', 'fast import']),
      goal: '≤ 1.15',
    }),
    figure(PART, 'verification, refreshed code', us('refreshed'), {
      limit: '1 in its fastest form',
      ratio: ratioOf(measured, 'refreshed', ['fast holder']),
      goal: '≤ 1.05',
    }),
  ]
}

async function issuing(sample: Sample): Promise<Figure[]> {
  const message = new Uint8Array(150)
  const measured = await measure([
    { name: 'raw sign', run: repeat(sample.rawSign) },
    { name: 'fast sign', run: repeat(() => sample.issuer.sign(message)) },
    { name: 'issue', run: repeat(sample.issue) },
  ])
  const us = (name: string) => [measured.get(name)?.us ?? Number.NaN, 'µs'] as const
  return [
    figure(PART, 'one raw signature', us('raw sign')),
    figure(PART, 'issuing', us('issue'), {
      limit: '1 raw signature',
      ratio: ratioOf(measured, 'issue', ['raw sign']),
      goal: '≤ 1.20',
    }),
    figure(PART, 'one raw signature, fastest form', us('fast sign')),
    figure(PART, 'issuing', us('issue'), {
      limit: '1 in its fastest form',
      ratio: ratioOf(measured, 'issue', ['fast sign']),
      goal: '≤ 1.08',
    }),
  ]
}

/** Peers check the issuer's COSE_Sign1 alone; the last does all of our work with other parts. */
async function peers(sample: Sample): Promise<Figure[]> {
  const { pass, issuerKey } = sample
  const jwk = issuerKey.export({ format: 'jwk' })
  const point = (half: string | undefined) => Buffer.from(half ?? '', 'base64url')
  const verifier = { key: { x: point(jwk.x), y: point(jwk.y) } }
  const bytes = Buffer.from(pass)
  const contenders: Contender[] = [
    {
      name: 'ours',
      run: repeat(() => {
        if (!verifySign1(pass, issuerKey).ok) throw new Error('refused')
      }),
    },
    {
      name: '@auth0/cose',
      run: async times => {
        for (let i = 0; i < times; i++) await Sign1.decode(bytes).verify(issuerKey)
      },
    },
    { name: 'cose-js', run: repeat(() => cose.sign.verifySync(bytes, verifier)) },
    { name: 'all of ours', run: repeat(admitting(sample, 0)) },
    { name: 'cbor-x + node:crypto', run: repeat(generic(sample)) },
  ]
  // WebCrypto works in other threads.
  const measured = await measure(contenders, { cpuUs: processCpuUs })
  const row = (name: string, ours: string) =>
    figure(
      PART,
      `${name}, ${ours === 'ours' ? 'Sign1 alone' : 'whole verification'}`,
      [measured.get(name)?.us ?? Number.NaN, 'µs'],
      {
        peer: ours === 'ours' ? 'verifySign1' : 'verify',
        ratio: ratioOf(measured, name, [ours]),
        goal: '≥ 1',
      },
    )
  return [
    figure(PART, 'verifySign1', [measured.get('ours')?.us ?? Number.NaN, 'µs']),
    row('@auth0/cose', 'ours'),
    row('cose-js', 'ours'),
    row('cbor-x + node:crypto', 'all of ours'),
  ]
}

/** What one would write with a general CBOR library: both signatures, no strictness. */
function generic(sample: Sample): (i: number) => void {
  const decoder = new Decoder({ mapsAsObjects: false })
  const encoder = new Encoder({ tagUint8Array: false })
  const p1363 = (key: Parameters<typeof nodeVerify>[2]) =>
    ({ key, dsaEncoding: 'ieee-p1363' }) as never
  const empty = Buffer.alloc(0)
  return i => {
    const text = sample.texts[i % sample.texts.length] as string
    // Without the tag's byte: a peer above registers the tag with this library for itself.
    const [protectedBytes, unprotected, payload, signature] = decoder.decode(
      decodeBase45(text.slice(4)).subarray(1),
    ) as [Buffer, Map<number, unknown[]>, Buffer, Buffer]
    const claims = decoder.decode(payload) as Map<number, Map<number, Map<number, Buffer>>>
    const point = claims.get(8)?.get(1)
    const [header, , proof] = unprotected.get(11) as [Buffer, unknown, Buffer]
    const signed = encoder.encode(['Signature1', protectedBytes, empty, payload])
    if (!nodeVerify('sha256', signed, p1363(sample.issuerKey as never), signature))
      throw new Error()
    const x = point?.get(-2) as Buffer
    const odd = (point?.get(-3) as unknown) === true
    const der = Buffer.concat([SPKI_HEAD, Buffer.from([odd ? 3 : 2]), x])
    const holder = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const message = encoder.encode([
      'CounterSignatureV2',
      protectedBytes,
      header,
      empty,
      payload,
      [signature],
    ])
    if (!nodeVerify('sha256', message, p1363(holder as never), proof)) throw new Error()
  }
}

const SPKI_HEAD = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex')

/** Nothing on the way of a scan may grow with lists, keys or cached passes. */
async function growth(sample: Sample): Promise<Figure[]> {
  const key = issuerKeyOf(sample.issuer)
  const figures: Figure[] = []
  const curve = async (
    what: string,
    sizes: readonly number[],
    make: (size: number) => (i: number) => void,
  ) => {
    const contenders = sizes.map(size => ({ name: `${size}`, run: repeat(make(size)) }))
    const measured = await measure(contenders, { rounds: 11 })
    const base = `${sizes[0]}`
    for (const size of sizes) {
      figures.push(
        figure(PART, `${what} ${size}`, [measured.get(`${size}`)?.us ?? Number.NaN, 'µs'], {
          limit: `${what} ${base}`,
          ratio: ratioOf(measured, `${size}`, [base]),
        }),
      )
    }
  }
  await curve('status list entries', [2 ** 10, 2 ** 16, 2 ** 20], size => {
    const list = createStatusList(size, 1)
    const status: TrustView['status'] = (_uri, index) =>
      statusAt(list, index % size) === 0 ? 'valid' : 'invalid'
    return admitting(sample, 100, trustOf(key, 1, status))
  })
  await curve('issuer keys', [1, 100, 10_000], size => admitting(sample, 0, trustOf(key, size)))
  await curve('cached issuer halves', [100, 1000, 10_000], size => filled(sample, size))
  return figures
}

/** A verifier whose cache already holds `size` other passes. */
function filled(sample: Sample, size: number): (i: number) => void {
  const verifier = createPassVerifier({ crypto: nodeVerifier, cacheEntriesMax: size })
  const others = Array.from({ length: size - 1 }, () => sample.reissue())
  for (const text of others) verifier.verify(text, sample.trust, STRICT, NOW_MS)
  return i => {
    const text = sample.texts[i % sample.texts.length] as string
    const result = verifier.verify(text, sample.trust, STRICT, NOW_MS)
    if (!result.ok) throw new Error(`the sample was refused: ${result.code}`)
  }
}
