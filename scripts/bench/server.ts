/**
 * `npm run bench -- server`: the service beside what the same work costs bare, by the goals of its
 * design. Pairs take turns in one run; SQLite always, PostgreSQL where it starts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Postgres, startPostgres } from '../../server/testing/postgres.ts'
import type { Figure } from './figure.ts'
import { eventsFigures } from './server-events.ts'
import type { Ground } from './server-ground.ts'
import { growthFigures } from './server-growth.ts'
import { issueFigures } from './server-issue.ts'
import { manifestFigures } from './server-manifest.ts'
import { pollingFigures } from './server-polling.ts'
import { publishFigures } from './server-publish.ts'
import { uniformFigures } from './server-uniform.ts'

/** `full`: issue up to 10⁶ certificates; else to 10⁵. */
export async function benchServer({ full = false } = {}): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-bench-'))
  let folders = 0
  const folder = () => join(dir, `${++folders}`)
  const postgres = await startPostgres()
  const grounds: Ground[] = [{ engine: 'SQLite', folder, place: async () => undefined }]
  if (typeof postgres === 'string') tell(`PostgreSQL is left out: ${postgres}`)
  else grounds.push({ engine: 'PostgreSQL', folder, place: postgres.createDatabase })
  try {
    return await allFigures(grounds, full)
  } finally {
    await ended(postgres)
    rmSync(dir, { recursive: true, force: true })
  }
}

async function allFigures(grounds: readonly Ground[], full: boolean): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const ground of grounds) {
    const on = `on ${ground.engine}`
    figures.push(...(await step(`issue ${on}`, () => issueFigures(ground))))
    figures.push(...(await step(`journal rows ${on}`, () => eventsFigures(ground))))
    figures.push(...(await step(`revocations ${on}`, () => publishFigures(ground))))
    figures.push(...(await step(`growth ${on}`, () => growthFigures(ground, full))))
  }
  const [ground] = grounds as [Ground]
  figures.push(...(await step('polls', () => manifestFigures(ground))))
  figures.push(...(await step('10,000 gates', () => pollingFigures(ground))))
  figures.push(...(await step('who is on file', () => uniformFigures(ground))))
  return figures
}

async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now()
  const done = await work()
  tell(`${name}: ${((performance.now() - from) / 1000).toFixed(0)} s`)
  return done
}

/** Progress goes to standard error, so that `--json` stays JSON. */
function tell(line: string): void {
  process.stderr.write(`  ${line}\n`)
}

async function ended(postgres: Postgres | string): Promise<void> {
  if (typeof postgres !== 'string') await postgres.stop()
}
