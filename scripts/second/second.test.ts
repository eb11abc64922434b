import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import type { Request, Verdict } from './kind.ts'
import { findPython, type Second, startSecond } from './python.ts'
import { compare } from './run.ts'

const ROOT = join(import.meta.dirname, '../..')
const found = findPython()
/** Why there is nothing to compare with, or false. */
const skip = 'missing' in found ? found.missing : false
const python = 'python' in found ? found.python : ''

async function run(program: string, ...args: readonly string[]) {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ])
  return { code, out, err }
}

/** Codes that must come up among so many documents, or the comparison says little. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  pass: ['OK', 'MALFORMED', 'BAD_SIGNATURE', 'EXPIRED', 'BAD_PROOF', 'STALE_CODE'],
  trust: ['OK', 'MALFORMED', 'UNSIGNED', 'ROLLBACK', 'TRUST_GAP'],
  manifest: ['OK', 'MALFORMED', 'UNSIGNED', 'EQUIVOCATION', 'TRUST_GAP'],
  station: ['OK', 'MALFORMED', 'UNSIGNED'],
  time: ['OK', 'MALFORMED', 'UNSIGNED', 'WRONG_NONCE'],
  config: ['OK', 'MALFORMED', 'UNSIGNED', 'ROLLBACK'],
  list: ['OK', 'MALFORMED', 'STATUS_UNKNOWN'],
  boarding: ['OK', 'MALFORMED'],
  ticket: ['OK', 'FLAG NO_TICKET'],
  cbor: ['OK', 'MALFORMED'],
}

t.test('1,000 mutated documents get the same verdict from both verifiers', { skip }, async t => {
  const second = startSecond(python)
  t.teardown(() => second.close())
  const { documents, counts, differences } = await compare(second, { seed: 16, documents: 1000 })
  t.equal(documents, 1000)
  t.same(differences, [])
  for (const [kind, codes] of Object.entries(EXPECTED)) {
    for (const code of codes) t.ok(counts.get(kind)?.has(code), `${kind}: ${code}`)
  }
})

t.test('the second verifier gives every published vector its verdict', { skip }, async t => {
  const { code, out } = await run(python, '-B', 'fixtures/second/vectors.py')
  t.equal(code, 0, out)
  t.match(out, /^\d{3,} vectors, 0 differ$/m)
})

/** A verifier that takes everything. */
const credulous: Second = {
  ask: async requests => requests.map(() => ({ verdict: 'OK' })),
  close: async () => {},
}

t.test('a verifier that is wrong is found out; the same seed makes the same documents', async t => {
  const { differences } = await compare(credulous, { seed: 1, documents: 200 })
  t.ok(differences.length > 100, `${differences.length} differences`)
  const seen: (readonly Request[])[] = []
  const listening = (requests: readonly Request[]): Promise<readonly Verdict[]> => {
    seen.push(requests)
    return credulous.ask(requests)
  }
  const limits = { documents: 200 }
  for (const seed of [1, 1, 2]) await compare({ ...credulous, ask: listening }, { ...limits, seed })
  t.strictSame(seen[0], seen[1])
  t.notSame(seen[0], seen[2])
})

t.test('the command prints a table, and refuses wrong arguments', async t => {
  const args = ['scripts/second.ts', '--documents', '64', '--seed', '3']
  const { code, out, err } = await run(process.execPath, ...args)
  if (skip === false) {
    t.equal(code, 0, out)
    t.match(out, /^seed 3: 64 documents, 0 differences$/m)
    t.match(out, /^pass +\S/m)
  } else {
    t.equal(code, 2)
    t.match(err, /second: needs python3/)
  }
  const wrong = await run(process.execPath, 'scripts/second.ts', '--documents', '0')
  t.equal(wrong.code, 2)
  t.match(wrong.err, /^second: --documents is a whole number from 1 to /)
})
