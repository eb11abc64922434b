/** Plays what a gate recorded or exported, and compares row by row what was with what is. */
import type { Result } from '../run.ts'
import { rowDifferences } from './field-rows.ts'
import { playField } from './play-field.ts'
import type { PlayFieldOptions } from './play-recording.ts'

/** Never rejects for what the file holds. */
export async function runField(file: string, options: PlayFieldOptions): Promise<Result> {
  const from = performance.now()
  const field = await playField(file, options)
  if (!field.ok) {
    const none = { judged: [], updated: [], seen: [], endMs: 0, tookMs: 0 }
    return { file, name: file, ok: false, problems: field.problems, ...none }
  }
  const { was, is, seen, endMs, notes } = field.played
  const problems = rowDifferences(was, is)
  return {
    ...{ file, ok: problems.length === 0, problems, seen, endMs, judged: [], updated: notes },
    name: `${was.length} rows of ${new Set(was.map(({ lane }) => lane)).size} lanes`,
    tookMs: performance.now() - from,
  }
}
