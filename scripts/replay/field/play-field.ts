/** Plays what a gate recorded or exported, by the ending of its name. */
import { RECORDING_ENDING } from '../../../gate/contract/recording.ts'
import { playExport } from './play-export.ts'
import { type Played, type PlayFieldOptions, playRecording } from './play-recording.ts'
import { readExport } from './read-export.ts'
import { readRecording } from './read-recording.ts'

const EXPORT_ENDING = '.jsonl'

/** Whether it came from a gate in the field. */
export const isFieldFile = (file: string): boolean =>
  file.endsWith(RECORDING_ENDING) || file.endsWith(EXPORT_ENDING)

export type PlayedField =
  | { readonly ok: true; readonly played: Played }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Never rejects for what the file holds. */
export async function playField(file: string, options: PlayFieldOptions): Promise<PlayedField> {
  try {
    if (file.endsWith(EXPORT_ENDING)) {
      const read = readExport(file)
      return read.ok ? { ok: true, played: await playExport(read.field, options) } : read
    }
    const read = readRecording(file)
    return read.ok ? { ok: true, played: await playRecording(read.field, options) } : read
  } catch (error) {
    return { ok: false, problems: [`${file}: ${(error as Error).message}`] }
  }
}
