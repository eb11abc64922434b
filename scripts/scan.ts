/** `npm run scan -- FILE|FOLDER|URL`: the codes in pictures, read as a camera at a gate reads them. */
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { type Chain, type EngineChoice, lookLong } from '../hardware/drivers/camera/chain.ts'
import { openChain } from '../hardware/drivers/camera/open-chain.ts'
import { createProgressLine } from './report/progress-line.ts'
import type { DryGate } from './scan/dry-gate.ts'
import { type Named, namedBy, ScanError, toPicture } from './scan/pictures.ts'
import { jsonLine, linesOf, scannedOf } from './scan/print.ts'

const HELP = `npm run scan -- FILE|FOLDER|URL [--json] [--engine NAME]
                    [--gate CONFIG [--lane NAME]]

Reads QR codes from a picture, from all pictures of a folder and the folders in it, or from a picture
at an http address, with every look of the camera's decoder: prints text, corners, engine and time.

  --json         one object a picture, on a line of its own: { file, text, engine, ms }; text is null
                 where no code was read
  --engine NAME  auto, zxing or jsqr (auto)
  --gate CONFIG  asks a gate with this config about each code and prints what each of its lanes says in
                 each direction (with --json as gate, a list for each code): pretended scans on a copy
                 of the gate's data. No pass is used, nothing moves, no service is asked
  --lane NAME    asks this lane alone
  --help         this text

file is the path as given, and within a folder the path from there. Exit codes: 0 each picture was
looked at, 1 one could not be (its code and reason are on standard error), 2 wrong arguments, 130 after
SIGINT.
`

const ENGINES: readonly EngineChoice[] = ['auto', 'zxing', 'jsqr']
const OPTIONS = {
  json: { type: 'boolean', default: false },
  engine: { type: 'string', default: 'auto' },
  gate: { type: 'string' },
  lane: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

interface Run {
  readonly chain: Chain
  readonly gate: DryGate | undefined
  readonly json: boolean
}

function fail(error: unknown): void {
  if (!(error instanceof ScanError)) throw error
  process.stderr.write(`scan: ${error.code}: ${error.message}\n`)
}

async function scanOne({ chain, gate, json }: Run, named: Named): Promise<void> {
  const picture = await toPicture(named.file, await named.read())
  const fromMs = performance.now()
  const codes = lookLong(chain, picture)
  const scanned = scannedOf(named.file, codes, chain.engine, performance.now() - fromMs)
  const decisions = gate === undefined ? undefined : codes.map(({ text }) => gate.ask(text))
  process.stdout.write(json ? jsonLine(scanned, decisions) : linesOf(scanned, codes, decisions))
}

async function scanAll(run: Run, all: readonly Named[]): Promise<number> {
  const progress = createProgressLine()
  let isStopped = false
  let failed = 0
  process.once('SIGINT', () => {
    isStopped = true
  })
  for (const [i, named] of all.entries()) {
    if (all.length > 1) progress.show(`${i} of ${all.length}`)
    // Signals are heard between pictures.
    await new Promise(resolve => setImmediate(resolve))
    if (isStopped) break
    progress.clear()
    await scanOne(run, named).catch(error => {
      failed += 1
      fail(error)
    })
  }
  progress.clear()
  return isStopped ? 130 : Number(failed > 0)
}

function argumentsOf() {
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ allowPositionals: true, options: OPTIONS }),
  )
  const engine = ENGINES.find(one => one === values.engine)
  if (engine === undefined) throw new OptionError(`--engine is one of ${ENGINES.join(', ')}`)
  if (values.lane !== undefined && values.gate === undefined) {
    throw new OptionError('--lane says which lane of --gate is asked: give both')
  }
  return { ...values, engine, positionals }
}

async function main(): Promise<number> {
  endWithReader(process)
  const { help, json, engine, gate: config, lane, positionals } = argumentsOf()
  if (help) {
    process.stdout.write(HELP)
    return 0
  }
  const [argument] = positionals
  if (argument === undefined || positionals.length > 1) {
    throw new OptionError('say one file, folder or address; see --help')
  }
  const all = await namedBy(argument)
  if (all.length === 0) throw new ScanError('NOT_FOUND', `${argument}: no picture in this folder`)
  const tell = (why: string) =>
    process.stderr.write(`scan: zxing does not work here (${why}); jsQR decodes\n`)
  const chain = await openChain(engine, tell)
  const gate =
    config === undefined
      ? undefined
      : await (await import('./scan/dry-gate.ts')).openDryGate(config, lane)
  try {
    return await scanAll({ chain, gate, json }, all)
  } finally {
    await gate?.close()
  }
}

process.exitCode = await main().catch((error: unknown) => {
  if (error instanceof OptionError) {
    process.stderr.write(`scan: ${error.message}\n`)
    return 2
  }
  fail(error)
  return 1
})
