/**
 * Faults of one line in gate and service, which simulations must find: `planted/NAME.patch`, each as
 * `git apply` takes it, below what it is, `Breaks: INVARIANT` and `Seed: N`. plant.ts loads one; nothing
 * on disk changes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface PlantedBug {
  readonly name: string
  readonly what: string
  /** The invariant that must be broken. */
  readonly breaks: string
  /** An hour of this seed finds it; the scenario beside it is shorter. */
  readonly seed: number
  /** From the project's root. */
  readonly file: string
  /** The lines of its one hunk as they are, and as they are with it. */
  readonly from: string
  readonly to: string
}

export const PLANTED_FOLDER = join(import.meta.dirname, 'planted')

/** In the order of their names. */
export const plantedNames = (): string[] =>
  readdirSync(PLANTED_FOLDER)
    .filter(file => file.endsWith('.patch'))
    .map(file => file.slice(0, -'.patch'.length))
    .sort()

/** Throws where there is none of this name. */
export function readPlanted(name: string): PlantedBug {
  if (!plantedNames().includes(name)) throw new Error(`no bug is planted as ${name}`)
  return parsePatch(name, readFileSync(join(PLANTED_FOLDER, `${name}.patch`), 'utf8'))
}

/** Throws where the text is no such patch of one hunk in one file. */
export function parsePatch(name: string, text: string): PlantedBug {
  const head =
    /^(.+)\n\nBreaks: (\w+)\nSeed: (\d+)\n\n--- a\/(.+)\n\+\+\+ b\/\4\n@@ .* @@\n([\s\S]+)$/.exec(
      text,
    )
  const [, what, breaks, seed, file, hunk] = head ?? []
  const lines = hunk?.trimEnd().split('\n') ?? []
  if (!what || !breaks || !file || !lines.every(line => /^[ +-]/.test(line))) {
    throw new Error(`${name}.patch: not what it is, "Breaks: INVARIANT", "Seed: N" and one hunk`)
  }
  const without = (sign: string): string =>
    lines
      .filter(line => !line.startsWith(sign))
      .map(line => `${line.slice(1)}\n`)
      .join('')
  return { name, what, breaks, seed: Number(seed), file, from: without('+'), to: without('-') }
}

/** Throws where its lines are not in its file exactly once. */
export function plantIn(source: string, { name, file, from, to }: PlantedBug): string {
  const parts = source.split(from)
  if (parts.length !== 2) {
    throw new Error(`${name}.patch fits ${parts.length - 1} places of ${file}: make it anew`)
  }
  return parts.join(to)
}
