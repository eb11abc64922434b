/**
 * Whether the disk takes rows. While it does not, for another reason than a lack of room, staff are
 * told by one alarm; its own row is written when the disk takes it again.
 */
import type { AlarmCode, DenyCode } from '../contract/codes.ts'
import type { JournalError } from '../store/journal-error.ts'
import { verdictOfFault } from '../store/journal-verdict.ts'

/** Who comes upon a fault: a row, a mark of life between rows, or a look at the disk. */
export type DiskWitness = 'row' | 'mark' | 'look'

export interface DiskState {
  /** As the rows find it; undefined: they are written. */
  rows(why: JournalError | undefined): void
  /** As found beside the rows; undefined: nothing is wrong. */
  found(by: Exclude<DiskWitness, 'row'>, fault: string | undefined): void
}

export interface DiskStateParts {
  readonly onAlarm: (code: AlarmCode, on: boolean, detail: string) => void
  /** What an entry is told meanwhile; undefined: entries are served. */
  readonly onShut: (code: DenyCode | undefined) => void
}

export function createDiskState({ onAlarm, onShut }: DiskStateParts): DiskState {
  const faults = new Map<DiskWitness, string>()
  let ofRows: DenyCode | undefined
  let told = false

  function set(by: DiskWitness, fault: string | undefined): void {
    if (fault === undefined) faults.delete(by)
    else faults.set(by, fault)
    const [first] = faults.values()
    const failed = first !== undefined
    onShut(ofRows ?? (failed ? 'JOURNAL_FAILED' : undefined))
    if (failed === told) return
    told = failed
    onAlarm('DISK_FAILED', failed, first ?? 'rows are written again')
  }

  return {
    rows(why) {
      ofRows = why && verdictOfFault(why)
      const full = why?.code === 'JOURNAL_FULL' || why?.code === 'JOURNAL_BUSY'
      set('row', full ? undefined : why?.message)
    },
    found: set,
  }
}
