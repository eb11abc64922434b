/** The `timetable import` command. */
import { readFileSync, statSync } from 'node:fs'
import { decodeText } from '../../gate/contract/json-text.ts'
import { databasePlace, type LoadedConfig } from '../config.ts'
import { StartError } from '../errors.ts'
import { TIMETABLE_BYTES_MAX } from '../limits.ts'
import { writeAudit } from '../store/audit/audit.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import { replaceTimetable } from '../store/tickets/timetable.ts'
import { readTimetable } from '../tickets/timetable-file.ts'

/**
 * Replaces the timetable by the file's, whole or not at all, and prints one JSON line. A service that
 * runs finds it at once. Throws StartError `CONFIG` naming each line that is wrong.
 */
export async function importTimetable({ config }: LoadedConfig, file: string): Promise<void> {
  const read = readTimetable(readText(file))
  if (!read.ok) throw new StartError('CONFIG', `${file}:\n${read.faults.join('\n')}`)
  const db = await openDatabase(databasePlace(config))
  try {
    const counts = {
      stations: read.timetable.stations.length,
      trains: read.timetable.trains.length,
    }
    const entry = { actor: 'system', action: 'timetable.import', subject: 'timetable' } as const
    await transact(db, async tx => {
      await replaceTimetable(tx, read.timetable)
      await writeAudit(tx, { ...entry, detail: counts }, Date.now())
    })
    process.stdout.write(`${JSON.stringify({ imported: counts })}\n`)
  } finally {
    await db.destroy()
  }
}

function readText(file: string): string {
  try {
    if (statSync(file).size > TIMETABLE_BYTES_MAX) throw new Error('the file is too large')
    const decoded = decodeText(readFileSync(file))
    if ('problem' in decoded) throw new Error(decoded.problem)
    return decoded.text
  } catch (error) {
    const why = (error as Error).message
    throw new StartError('CONFIG', `timetable ${file}: ${why}`, { cause: error })
  }
}
