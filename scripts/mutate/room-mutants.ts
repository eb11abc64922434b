/** The mutants of a room, and its modules with all of them inside. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { mutantsOf } from './mutants.ts'
import type { MutatedRoom } from './rooms.ts'
import { type NumberedMutant, withSwitches } from './switches.ts'

export interface RoomMutants {
  /** In the order of their numbers, from 0. */
  readonly mutants: readonly NumberedMutant[]
  /** By the URL of the module. */
  readonly sources: Readonly<Record<string, string>>
}

/** Absolute paths, in order. */
const found = (root: string, globs: readonly string[]) =>
  globs
    .flatMap(glob => globSync(glob, { cwd: root }))
    .map(path => path.replaceAll('\\', '/'))
    .sort()

export const filesOf = (root: string, { files }: MutatedRoom): string[] =>
  found(root, [files]).filter(path => !path.endsWith('.test.ts'))

export const testsOf = (root: string, { tests }: MutatedRoom): string[] => found(root, tests)

export const scenariosOf = (root: string, { scenarios }: MutatedRoom): string[] =>
  scenarios ? found(root, ['fixtures/scenarios/*/*.json']) : []

/** All of the room: which of them are judged is chosen later. */
export function mutateRoom(root: string, room: MutatedRoom): RoomMutants {
  const mutants: NumberedMutant[] = []
  const sources: Record<string, string> = {}
  for (const file of filesOf(root, room)) {
    const path = join(root, file)
    const text = readFileSync(path, 'utf8')
    const own = mutantsOf(file, text).map((one, i) => ({ ...one, number: mutants.length + i }))
    mutants.push(...own)
    sources[pathToFileURL(path).href] = withSwitches(text, own)
  }
  return { mutants, sources }
}
