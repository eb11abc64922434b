/** The scenarios that a page can choose from, and their films. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../../fixtures/child.ts'
import type { Film } from '../../../server/web/station/protocol.ts'
import { readScenario } from '../../replay/read-scenario.ts'
import { filmOf } from './film.ts'

const FOLDER = join(ROOT, 'fixtures/scenarios')
/** A schema, and hours of a whole station with people by a seed: nothing to look at. */
const OTHERS = /^(schema|simulations\/.*)$/

/** As `people/flap-normal`, in the order of their names. */
export const scenarioNames = (): readonly string[] =>
  readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.json'))
    .map(file => file.slice(0, -'.json'.length))
    .filter(name => !OTHERS.test(name))
    .sort()

/** Undefined for a name that is none of these. Rejects where it can't be played. */
export async function filmNamed(name: string): Promise<Film | undefined> {
  if (!scenarioNames().includes(name)) return undefined
  const read = readScenario(join(FOLDER, `${name}.json`))
  if (!read.ok) throw new Error(read.problems[0])
  return 'ready' in read ? filmOf(read.ready, name) : undefined
}
