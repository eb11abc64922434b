/** Whether simulations find a planted bug, each in a process of its own. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { PlantedBug } from './planted-bugs.ts'

const FOLDER = import.meta.dirname

/** The first seed from 1 to `seedsMax` that finds it; undefined where none does. */
export async function findPlanted(
  { name, breaks }: PlantedBug,
  seedsMax: number,
  options: readonly string[] = [],
): Promise<number | undefined> {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const child = spawn(
      process.execPath,
      [
        `--import=${join(FOLDER, 'plant.ts')}`,
        join(FOLDER, '../simulate.ts'),
        ...['--no-shrink', '--seed', String(seed), ...options],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, PLANTED_BUG: name } },
    )
    const [said, wrong] = await Promise.all([text(child.stdout), text(child.stderr)])
    if (!/^seed /m.test(said)) throw new Error(`${name}: it did not run: ${wrong}`)
    if (new RegExp(`^  ${breaks} at `, 'm').test(said)) return seed
  }
  return undefined
}
