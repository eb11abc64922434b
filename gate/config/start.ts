/**
 * Which config a start runs. Only one that was good before: a revision that was on trial when the
 * process ended is taken back. The file is the base; edited since it was last looked at, it is the
 * next revision, and so wins over what was committed meanwhile. A wrong file changes nothing.
 */

import type { Known } from '../store/high-water-marks.ts'
import type { Changes } from './changes.ts'
import { baseRow, committedRows, refusedRow } from './config-events.ts'
import { type CheckedConfig, ConfigError, type ConfigFile } from './config-file.ts'
import type { FileAlarm } from './file-alarm.ts'
import { numbersAfter } from './high-water-marks.ts'
import type { Judge } from './immutable-keys.ts'
import type { Ledger } from './revision-log.ts'
import { committed, currentOf, firstHistory, type History, type Revision } from './revisions.ts'
import type { Running } from './running.ts'
import type { ConfigStore } from './store.ts'

/** Why a revision by file was made. */
export const FILE_EDITED = 'the file was edited'

export interface StartParts {
  readonly ledger: Ledger
  readonly changes: Changes
  readonly running: Running
  readonly judge: Judge
  readonly file: () => ConfigFile
  readonly fileAlarm: FileAlarm
  readonly check: (text: string) => CheckedConfig
  readonly nowMs: () => number
  /** What the journal knows that this gate acted on. */
  readonly known: Known
  /** What became of the revisions, when they could not be read. */
  readonly damage: ConfigStore['damage']
}

/** A function that runs the gate. It throws ConfigError, or what the start of the gate throws. */
export function createStart(parts: StartParts): () => Promise<void> {
  const { ledger, changes, check } = parts
  const now = (): History => ledger.history() as History

  /** The file becomes revision 0 once it has run. */
  async function first({ checked, sha256: fileSha256 }: ConfigFile): Promise<void> {
    if (!checked.ok) throw new ConfigError(checked.problems.join('\n'))
    const after = numbersAfter(parts.known)
    const asked = () => ({ by: 'file', revision: after.number })
    const failed = await parts.running.run(checked.config, { number: after.number, asked })
    if (failed !== undefined) throw failed.fault
    const { text, sha256 } = checked
    const at = Math.floor(parts.nowMs())
    const base = { at, by: 'file', reason: reasonOf(parts.damage), text, sha256 }
    const history = firstHistory(base, fileSha256, after)
    await ledger.putAnyway(history, [baseRow(history)])
    await changes.tell()
  }

  /** A newer program may not take what an older one took. */
  async function mendInvalid(): Promise<void> {
    const checked = check(currentOf(now()).text)
    if (checked.ok) return
    const older = now().revisions.findLast(isStillGood)
    if (older === undefined) return
    await changes.revert(`not valid any more: ${checked.problems.join('; ')}`, older.number)
  }

  function isStillGood({ number, reverted, text }: Revision): boolean {
    return number !== now().current && reverted === null && check(text).ok
  }

  async function adopt(file: ConfigFile): Promise<void> {
    const { fileSha256 } = now().seen
    if (file.sha256 === fileSha256) return
    const judged = parts.judge(file.checked)
    if ('code' in judged) {
      const { problems } = judged
      const row = refusedRow(now(), 'file', problems.join('; '))
      return changes.saw({}, [row, ...parts.fileAlarm.bad(problems)])
    }
    const { text, sha256 } = judged
    const seen = { fileSha256: file.sha256 }
    if (sha256 === currentOf(now()).sha256) return changes.saw(seen, [])
    const at = Math.floor(parts.nowMs())
    const next = { at, by: 'file', reason: FILE_EDITED, text, sha256 }
    const before = now()
    const after = committed(before, next, null, seen)
    await ledger.putAnyway(after, committedRows(before, after))
  }

  return async () => {
    if (ledger.history() === undefined) return first(parts.file())
    if (now().trial !== null) await changes.revert('the gate ended before it was confirmed')
    await mendInvalid()
    await adopt(parts.file())
    await changes.begin()
  }
}

function reasonOf(damage: ConfigStore['damage']): string {
  if (damage === undefined) return 'the file of the first start'
  return `earlier revisions were damaged and set aside as ${damage.setAside ?? 'nothing'}`
}
