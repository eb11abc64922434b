/** `npm run bench`: every performance figure, with its limit and its peers, in one run. */
import { parseArgs } from 'node:util'
import { OptionError, readOptions } from '../gate/contract/options.ts'
import { benchBarrier } from './bench/barrier.ts'
import { benchCamera, CAMERA_STEPS } from './bench/camera.ts'
import { benchConsole } from './bench/console.ts'
import { benchFace } from './bench/face.ts'
import { type BenchHow, type Figure, printFigures } from './bench/figure.ts'
import { benchGate, GATE_STEPS } from './bench/gate.ts'
import { benchHardware } from './bench/hardware.ts'
import { benchPass } from './bench/pass.ts'
import { benchRevocation } from './bench/revocation.ts'
import { benchServer, SERVER_STEPS } from './bench/server.ts'

const PARTS: Readonly<Record<string, (how: BenchHow) => Promise<Figure[]>>> = {
  pass: benchPass,
  hardware: benchHardware,
  camera: benchCamera,
  barrier: benchBarrier,
  gate: benchGate,
  console: benchConsole,
  face: benchFace,
  revocation: benchRevocation,
  server: benchServer,
}

/** Parts that may be measured in steps. */
const STEPS: Readonly<Record<string, readonly string[]>> = {
  server: SERVER_STEPS,
  camera: CAMERA_STEPS,
  gate: GATE_STEPS,
}

const HELP = `npm run bench [-- PART] [--json] [--full] [--only STEP]

Measures by CPU time, contenders in turn in one run, and prints each figure with what it is held
against. Parts: ${Object.keys(PARTS).join(', ')}; all when left out.

  --full   curves to 10⁷ rows at the gate and 10⁶ certificates, 10⁵ frames: minutes more, and some
           gigabytes
  --only   with server alone, one step of it: ${SERVER_STEPS.join(', ')};
           with camera alone: ${CAMERA_STEPS.join(', ')};
           with gate alone: ${GATE_STEPS.join(', ')}
  --hops   with gate alone: where the time of a scan goes, and the slowest ones (--only hops)
  --json   an array of { part, name, value, unit, limit, peer, ratio, goal, met }

Exit codes: 0 measured, 2 wrong arguments. A missed goal is printed, and is no failure.
`

const OPTIONS = {
  json: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  hops: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const

async function main(): Promise<number> {
  const { values, positionals } = readOptions(OPTIONS, () =>
    parseArgs({ allowPositionals: true, options: OPTIONS }),
  )
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const names = positionals.length > 0 ? positionals : Object.keys(PARTS)
  const only = values.hops ? 'hops' : values.only
  if (only !== '' && !STEPS[positionals.join()]?.includes(only)) {
    const known = Object.entries(STEPS).map(([part, steps]) => `"${part}": ${steps.join(', ')}`)
    process.stderr.write(`--only is for one step of ${known.join('; ')}\n`)
    return 2
  }
  const print = (text: string) => void (values.json || process.stdout.write(text))
  const all: Figure[] = []
  for (const name of names) {
    const part = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined
    if (part === undefined) {
      process.stderr.write(`no part "${name}"; there are ${Object.keys(PARTS).join(', ')}\n`)
      return 2
    }
    if (!values.json) process.stdout.write(`\n${name}: measuring …\n`)
    const figures = await part({ full: values.full, only, print })
    all.push(...figures)
    if (!values.json) process.stdout.write(`${printFigures(figures)}\n`)
  }
  if (values.json) process.stdout.write(`${JSON.stringify(all, null, 1)}\n`)
  return 0
}

process.exitCode = await main().catch((error: Error) => {
  const wrong = error instanceof OptionError
  process.stderr.write(`bench: ${wrong ? error.message : error.stack}\n`)
  return wrong ? 2 : 1
})
