/**
 * After a start: every grant whose end is not in the journal is annulled with reason RESTART. Its
 * relay has long been released by the board's dead-man; whether its holder walked can't be known,
 * so it counts as used, and its row says that this is not known.
 */
import type { ClockState } from '../contract/events.ts'
import { annulled } from '../machine/effects.ts'
import type { JournalEntry } from '../memory/projection.ts'
import type { Journal } from '../store/journal.ts'

/** How many grants were found open. */
export async function recover(
  journal: Pick<Journal, 'openGrants'> & { append(entry: JournalEntry): Promise<unknown> },
  now: { nowMs: number; state: ClockState },
): Promise<number> {
  const open = await journal.openGrants()
  for (const { ref, lane, grant } of open) {
    const { kind, body } = annulled(grant, ref, 'RESTART', true)
    await journal.append({ at: now.nowMs, clock: now.state, lane, kind, body })
  }
  return open.length
}
