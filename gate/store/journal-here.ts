/** The journal in the gate's own process: what its thread does otherwise, at once and without one. */
import { createLocalPort } from '../threads/request-port.ts'
import { EPOCH_SEED_BYTES } from './epochs.ts'
import { type Journal, journalOn, type RandomBytes } from './journal.ts'
import type { JournalDisk } from './journal-disk.ts'
import { createJournalHost } from './journal-host.ts'

/** As `openJournal`, on `disk`: a slow one stalls the caller. */
export function openJournalHere(
  disk: JournalDisk,
  nowMs: number,
  random: RandomBytes,
): Promise<Journal> {
  const epochSeed = random(EPOCH_SEED_BYTES)
  return journalOn(onNotice =>
    createLocalPort(createJournalHost({ disk, nowMs, epochSeed, onNotice })),
  )
}
