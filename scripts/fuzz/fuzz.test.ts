import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { PURPOSES } from '../../pass/purpose.ts'
import type { TrustView } from '../../pass/verify.ts'
import { makeCorpus } from './corpus.ts'
import { memoryIsFlat, runFuzz } from './run.ts'
import { type Target, targetsOf } from './targets.ts'

const corpus = await makeCorpus()
const limits = { seed: 7, forMs: Number.POSITIVE_INFINITY, casesMax: 2400, now: () => 0 }

async function fuzz(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/../fuzz.ts`, ...args])
  let out = ''
  let err = ''
  child.stdout.on('data', data => {
    out += String(data)
  })
  child.stderr.on('data', data => {
    err += String(data)
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}

t.test('nothing crashes and nothing false is accepted', async t => {
  const report = await runFuzz(targetsOf(corpus, nodeVerifier), limits)
  t.same(report.faults, [])
  t.equal(report.cases, 2400)
  t.ok((report.counts.get('genuine pass')?.get('OK') ?? 0) > 100, 'genuine passes pass')
  t.ok((report.counts.get('mutated pass')?.size ?? 0) > 3, 'many kinds of refusal')
})

t.test('the same seed gives the same cases', async t => {
  const counts = async (seed: number): Promise<unknown> =>
    (await runFuzz(targetsOf(corpus, nodeVerifier), { ...limits, seed, casesMax: 500 })).counts
  t.strictSame(await counts(1), await counts(1))
  t.notSame(await counts(1), await counts(2))
})

t.test('a verifier that believes every signature is found out', async t => {
  const credulous = { ...nodeVerifier, verify: () => true }
  const { faults } = await runFuzz(targetsOf(corpus, credulous), limits)
  t.ok(faults.some(fault => fault.what.startsWith('false accept')))
})

t.test('a verifier that passes over the scope is found out', async t => {
  const view: TrustView = {
    ...corpus.view,
    issuerKeys: kid => corpus.view.issuerKeys(kid).map(key => ({ ...key, purposes: PURPOSES })),
  }
  const { faults } = await runFuzz(targetsOf({ ...corpus, view }, nodeVerifier), {
    ...limits,
    casesMax: 400,
  })
  t.ok(faults.some(fault => fault.what === 'a scope passed over'))
})

t.test('a crash, and a genuine pass refused, are found out', async t => {
  const broken = {
    ...nodeVerifier,
    verify: () => {
      throw new TypeError('broken')
    },
  }
  const crashes = (await runFuzz(targetsOf(corpus, broken), limits)).faults
  t.ok(crashes.some(fault => fault.what.startsWith('crash: TypeError: broken')))
  const suspicious = { ...nodeVerifier, verify: () => false }
  const refused = (await runFuzz(targetsOf(corpus, suspicious), limits)).faults
  t.ok(refused.some(fault => fault.what === 'a genuine pass refused'))
})

t.test('growing memory is found out', async t => {
  const mib = 2 ** 20
  const flat = Array.from({ length: 30 }, (_, i) => 20 * mib + (i % 3) * mib)
  t.equal(memoryIsFlat(flat), true)
  t.equal(memoryIsFlat(flat.map((bytes, i) => bytes + i * mib)), false)
  t.equal(memoryIsFlat(flat.slice(0, 5)), undefined)
  const hoard: Uint8Array[] = []
  const leaking: Target = {
    name: 'leak',
    run: () => {
      hoard.push(new Uint8Array(mib / 8).fill(1))
      return { result: 'leaked', input: '' }
    },
  }
  let time = 0
  const now = (): number => time++
  const { memory } = await runFuzz([leaking], { seed: 1, forMs: 8, casesMax: 1e9, now })
  t.ok((memory.at(-1) as number) - (memory[0] as number) > 50 * mib)
})

t.test('the command prints counts, its seed, and exits by what it found', async t => {
  const run = await fuzz('--cases', '300', '--seed', '3')
  t.equal(run.code, 0, run.err)
  t.match(run.out, /seed 3: 300 cases, 0 crashes, 0 false verdicts/)
  t.equal((await fuzz('--help')).code, 0)
  for (const args of [['--seconds', 'long'], ['--unknown'], ['--seed', '-1']]) {
    const wrong = await fuzz(...args)
    t.equal(wrong.code, 2)
    t.match(wrong.err, /^fuzz: /)
  }
})
