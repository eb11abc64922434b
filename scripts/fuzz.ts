/** `npm run fuzz`: random and spoilt input against everything in `pass/` that reads. */

import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { readOptions, wholeNumber } from '../gate/contract/options.ts'
import { nodeVerifier } from '../pass/cose-node.ts'
import { makeCorpus } from './fuzz/corpus.ts'
import { type FuzzReport, memoryIsFlat, runFuzz } from './fuzz/run.ts'
import { targetsOf } from './fuzz/targets.ts'

const HELP = `npm run fuzz -- [OPTIONS]

  --seconds N   how long to run (10)
  --cases N     stop after N cases, for a run that can be repeated exactly
  --seed N      where the cases come from (random, and printed)
  --help        this text

Throws texts, bytes, spoilt passes and spoilt documents at the readers and verifiers of pass/.
Prints how often each ended how. Exit codes: 0 when nothing crashed, nothing false was accepted,
nothing genuine refused and memory stayed flat; 1 otherwise; 2 for wrong arguments.
`

interface Options {
  readonly seed: number
  readonly seconds: number
  readonly cases: number
}

const OPTIONS = {
  seconds: { type: 'string' },
  cases: { type: 'string' },
  seed: { type: 'string' },
  help: { type: 'boolean' },
} as const

const ANY = { from: 0, to: 2 ** 31 }

function optionsOf(args: readonly string[]): Options | 'help' {
  const { values } = readOptions(OPTIONS, () => parseArgs({ args: [...args], options: OPTIONS }))
  if (values.help === true) return 'help'
  const cases = wholeNumber('cases', values.cases, {
    ...ANY,
    otherwise: Number.POSITIVE_INFINITY,
  })
  const forever = values.seconds === undefined && Number.isFinite(cases)
  return {
    cases,
    seconds: forever
      ? Number.POSITIVE_INFINITY
      : wholeNumber('seconds', values.seconds, { ...ANY, otherwise: 10 }),
    seed: wholeNumber('seed', values.seed, { ...ANY, otherwise: randomInt(2 ** 31) }),
  }
}

function describe(report: FuzzReport, seed: number, flat: boolean | undefined): string {
  const lines = [...report.counts].map(([target, byResult]) => {
    const results = [...byResult].sort(([, a], [, b]) => b - a)
    return `${target.padEnd(18)} ${results.map(([name, count]) => `${name} ${count}`).join('  ')}`
  })
  for (const { target, number, what, input } of report.faults) {
    lines.push(`FAULT in ${target}, case ${number} of seed ${seed}: ${what}`)
    if (input !== '') lines.push(`  input ${JSON.stringify(input)}`)
  }
  const crashes = report.faults.filter(fault => fault.what.startsWith('crash')).length
  const mib = report.memory.map(bytes => (bytes / 2 ** 20).toFixed(1))
  const verdict = flat === undefined ? 'too short to judge' : flat ? 'flat' : 'GROWING'
  const wrong = report.faults.length - crashes
  lines.push(
    `seed ${seed}: ${report.cases} cases, ${crashes} crashes, ${wrong} false verdicts`,
    `memory ${mib[0]} → ${mib.at(-1)} MiB, ${verdict}`,
  )
  return `${lines.join('\n')}\n`
}

async function main(args: readonly string[]): Promise<number> {
  endWithReader(process)
  const options = optionsOf(args)
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  const { seed, seconds, cases } = options
  const targets = targetsOf(await makeCorpus(), nodeVerifier)
  const now = (): number => performance.now()
  const report = await runFuzz(targets, { seed, forMs: seconds * 1000, casesMax: cases, now })
  const flat = memoryIsFlat(report.memory)
  process.stdout.write(describe(report, seed, flat))
  return report.faults.length > 0 || flat === false ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`fuzz: ${(error as Error).message}\n`)
  return 2
})
