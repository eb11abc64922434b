/** Runs of the bench as files: one each, and a drawing of them all. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { explainIssues } from '../../gate/contract/explain.ts'
import { readJsonText } from '../../gate/contract/json-text.ts'
import { OptionError } from '../../gate/contract/options.ts'
import type { Figure } from './figure.ts'
import { historySvg } from './history.ts'

const figureSchema = z.object({
  part: z.string(),
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  limit: z.string().exactOptional(),
  peer: z.string().exactOptional(),
  ratio: z.number().exactOptional(),
  goal: z.string().exactOptional(),
  met: z.boolean().exactOptional(),
  note: z.string().exactOptional(),
  range: z.tuple([z.number(), z.number()]).readonly().exactOptional(),
})
const runSchema = z.object({
  commit: z.string(),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  node: z.string(),
  machine: z.string(),
  figures: z.array(figureSchema),
})
type BenchRun = z.infer<typeof runSchema>

const HISTORY = 'history.svg'

/** Figures of what `--json` or `--store` wrote. Throws OptionError. */
export function readFigures(file: string): readonly Figure[] {
  const value = readJson(file)
  const isList = Array.isArray(value)
  const parsed = (isList ? z.array(figureSchema) : runSchema).safeParse(value)
  if (!parsed.success) {
    throw new OptionError(`${file}: ${explainIssues(parsed.error, value).join('; ')}`)
  }
  return Array.isArray(parsed.data) ? parsed.data : parsed.data.figures
}

/** Keeps a run in `folder` and draws all that are there anew; gives the names of both files. */
export function storeRun(folder: string, figures: readonly Figure[], at: Date) {
  const run: BenchRun = {
    commit: commitHere(),
    at: at.toISOString(),
    node: process.version,
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    figures: [...figures],
  }
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${run.at.replaceAll(':', '')}-${run.commit}.json`)
  writeFileSync(file, `${JSON.stringify(run, null, 1)}\n`)
  const drawing = join(folder, HISTORY)
  writeFileSync(drawing, historySvg(storedRuns(folder)))
  return { file, drawing }
}

/** In the order in which they were made; other files are left out. */
function storedRuns(folder: string): BenchRun[] {
  const names = readdirSync(folder).filter(name => name.endsWith('.json'))
  const runs = names.flatMap(name => {
    const parsed = runSchema.safeParse(readJson(join(folder, name)))
    return parsed.success ? [parsed.data] : []
  })
  return runs.toSorted((a, b) => a.at.localeCompare(b.at))
}

function readJson(file: string): unknown {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new OptionError(`${file}: ${(error as Error).message}`)
  }
  const read = readJsonText(bytes)
  if (!read.ok) throw new OptionError(`${file}: ${read.problem}`)
  return read.value
}

/** Seven digits, and `+` where the work tree differs from it; `unknown` outside of a clone. */
function commitHere(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    const differs = git('status', '--porcelain', '-uno') !== ''
    return `${git('rev-parse', '--short=7', 'HEAD')}${differs ? '+' : ''}`
  } catch {
    return 'unknown'
  }
}
