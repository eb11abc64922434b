/**
 * `npm run bench -- server`: the service beside what the same work costs bare, by the goals of its
 * design. Pairs take turns in one run; SQLite always, PostgreSQL where it starts.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { type Postgres, startPostgres } from '../../server/testing/postgres.ts'
import type { Figure } from './figure.ts'
import { attackFigures } from './server-attack.ts'
import { eventsFigures } from './server-events.ts'
import { fleetFigures } from './server-fleet.ts'
import type { Ground } from './server-ground.ts'
import { growthFigures } from './server-growth.ts'
import { issueFigures } from './server-issue.ts'
import { manifestFigures } from './server-manifest.ts'
import { pollingFigures } from './server-polling.ts'
import { publishFigures } from './server-publish.ts'
import { uniformFigures } from './server-uniform.ts'

type Step = readonly [title: string, work: (ground: Ground, full: boolean) => Promise<Figure[]>]

/** On each engine there is. */
const ON_EACH: Readonly<Record<string, Step>> = {
  issue: ['issue', issueFigures],
  journal: ['journal rows', eventsFigures],
  revocations: ['revocations', publishFigures],
  growth: ['growth', growthFigures],
}
const ON_SQLITE: Readonly<Record<string, Step>> = {
  polls: ['polls', manifestFigures],
  gates: ['10,000 gates', pollingFigures],
  fleet: ['the fleet’s page', fleetFigures],
  uniform: ['who is on file', uniformFigures],
  attack: ['under attack', attackFigures],
}
/** What `only` may be. */
export const SERVER_STEPS: readonly string[] = [...Object.keys(ON_EACH), ...Object.keys(ON_SQLITE)]

/** `full`: growth to 10⁶ certificates and 10⁷ journal rows. `only`: one of `SERVER_STEPS`; all when left out. */
export async function benchServer({ full = false, only = '' } = {}): Promise<Figure[]> {
  const dir = tempDir()
  let folders = 0
  const folder = () => join(dir, `${++folders}`)
  const postgres = only in ON_SQLITE ? 'not asked for' : await startPostgres()
  const grounds: Ground[] = [{ engine: 'SQLite', folder, place: async () => undefined }]
  if (typeof postgres !== 'string')
    grounds.push({ engine: 'PostgreSQL', folder, place: postgres.createDatabase })
  else if (!(only in ON_SQLITE)) tell(`PostgreSQL is left out: ${postgres}`)
  try {
    return await allFigures(grounds, full, only)
  } finally {
    await ended(postgres)
    rmSync(dir, { recursive: true, force: true })
  }
}

async function allFigures(
  grounds: readonly Ground[],
  full: boolean,
  only: string,
): Promise<Figure[]> {
  const wanted = (steps: typeof ON_EACH) =>
    Object.entries(steps).flatMap(([name, one]) => (only === '' || only === name ? [one] : []))
  const figures: Figure[] = []
  for (const ground of grounds) {
    for (const [title, work] of wanted(ON_EACH)) {
      figures.push(...(await step(`${title} on ${ground.engine}`, () => work(ground, full))))
    }
  }
  const [ground] = grounds as [Ground]
  for (const [title, work] of wanted(ON_SQLITE)) {
    figures.push(...(await step(title, () => work(ground, full))))
  }
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
