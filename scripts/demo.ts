/** `npm run demo`: the main job once, or one of its failures; exits 0 only if it really happened. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endWithReader } from '../gate/contract/closed-pipe.ts'
import { readOptions } from '../gate/contract/options.ts'
import { CASES, type CaseName, isCaseName } from './demo/cases.ts'
import { runCases } from './demo/run.ts'
import { createTrace, DemoError } from './demo/trace.ts'

const HELP = `npm run demo [-- --case NAME] [--json]

Issues a certificate, shows its code as a picture to a simulated scanner while the service is
stopped, and checks every step up to the upload: pins, rows on disk, rows at the service.

  --case NAME   ${Object.keys(CASES).join(', ')}
                (admit when left out; all runs each in turn)
  --json        one JSON object a line, each with "step"
  --help        this text

Exit codes: 0 it happened as it must, 1 it did not, 2 wrong arguments.
`

async function demonstrate(name: CaseName, json: boolean): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-demo-'))
  const write = (text: string) => process.stdout.write(text)
  const trace = createTrace(json, write)
  if (!json) write(`\n${name}: ${CASES[name].what}\n`)
  try {
    await runCases([{ name, trace }], dir)
    rmSync(dir, { recursive: true, force: true })
    return true
  } catch (error) {
    const step = error instanceof DemoError ? error.step : 'demo'
    const what = (error as Error).message
    write(json ? `${JSON.stringify({ step, ok: false, what })}\n` : `FAILED at ${step}: ${what}\n`)
    process.stderr.write(`what was left behind: ${dir}\n`)
    return false
  }
}

const OPTIONS = {
  case: { type: 'string', default: 'admit' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = readOptions(OPTIONS, () => parseArgs({ options: OPTIONS }))
  if (values.help) {
    endWithReader(process)
    process.stdout.write(HELP)
    return 0
  }
  const all = Object.keys(CASES).filter(isCaseName)
  const names = values.case === 'all' ? all : [values.case]
  for (const name of names) {
    if (!isCaseName(name)) {
      process.stderr.write(`no case "${name}"; there are ${all.join(', ')}, and all\n`)
      return 2
    }
    if (!(await demonstrate(name, values.json))) return 1
  }
  return 0
}

process.exitCode = await main().catch(error => {
  process.stderr.write(`demo: ${(error as Error).message}\n`)
  return 2
})
