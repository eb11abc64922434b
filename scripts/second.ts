/** `npm run second`: mutated documents through `pass/` and through the verifier in Python. */

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { readOptions, wholeNumber } from '../gate/contract/options.ts'
import { findPython, startSecond } from './second/python.ts'
import { type Comparison, compare, type Difference } from './second/run.ts'

const HELP = `npm run second -- [OPTIONS]

  --documents N  how many documents (10000)
  --seed N       where they come from (random, and printed)
  --help         this text

Makes passes, trust documents, manifests, station manifests, status lists, time answers, configs,
boarding lists, CBOR and base45 that are spoilt in some place and signed all the same, has each judged
by pass/ and by the verifier of fixtures/second/, which was written from pass/specification.md alone,
and prints each difference with what makes it again. Needs python3 and its package cryptography.
A signal ends it after the round that runs. Exit codes: 0 without a difference, 1 with one, 2 for
wrong arguments or no Python, 130 and 143 after a signal.
`
const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const
const DOCUMENTS_MAX = 10_000_000
/** As many are printed in full. */
const PRINTED_MAX = 20

const OPTIONS = {
  documents: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean' },
} as const

interface Options {
  readonly seed: number
  readonly documents: number
}

function optionsOf(args: readonly string[]): Options | 'help' {
  const { values } = readOptions(OPTIONS, () => parseArgs({ args: [...args], options: OPTIONS }))
  if (values.help === true) return 'help'
  return {
    documents: wholeNumber('documents', values.documents, {
      from: 1,
      to: DOCUMENTS_MAX,
      otherwise: 10_000,
    }),
    seed: wholeNumber('seed', values.seed, {
      from: 1,
      to: 2 ** 31,
      otherwise: randomInt(1, 2 ** 31),
    }),
  }
}

function describeDifference({ number, request, ours, theirs }: Difference, seed: number): string {
  return [
    `DIFFERENCE in ${request.kind}, document ${number} of seed ${seed}`,
    `  pass/:           ${JSON.stringify(ours)}`,
    `  fixtures/second: ${JSON.stringify(theirs)}`,
    `  request ${JSON.stringify(request)}`,
  ].join('\n')
}

function describe({ documents, counts, differences }: Comparison, seed: number): string {
  const rows = [...counts].map(([kind, byVerdict]) => {
    const verdicts = [...byVerdict].sort(([, a], [, b]) => b - a)
    return `${kind.padEnd(9)} ${verdicts.map(([name, count]) => `${name} ${count}`).join('  ')}`
  })
  const shown = differences.slice(0, PRINTED_MAX).map(one => describeDifference(one, seed))
  const more = differences.length - shown.length
  if (more > 0) shown.push(`and ${more} more`)
  const last = `seed ${seed}: ${documents} documents, ${differences.length} differences`
  return `${[...shown, ...rows, last].join('\n')}\n`
}

async function main(args: readonly string[]): Promise<number> {
  endWithReader(process)
  const options = optionsOf(args)
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const found = findPython()
  if ('missing' in found) throw new Error(found.missing)
  process.stdout.write(`seed ${options.seed}\n`)
  let signalled: number | undefined
  for (const [signal, code] of SIGNALS) process.once(signal, () => (signalled = code))
  const second = startSecond(found.python)
  const onProgress = (documents: number): void => {
    if (documents % 1000 === 0) process.stderr.write(`${documents} of ${options.documents}\n`)
  }
  const stopped = (): boolean => signalled !== undefined
  const comparison = await compare(second, { ...options, onProgress, stopped })
  await second.close()
  process.stdout.write(describe(comparison, options.seed))
  return comparison.differences.length > 0 ? 1 : (signalled ?? 0)
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`second: ${(error as Error).message}\n`)
  return 2
})
