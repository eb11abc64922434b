/** Alarms of the gate’s own files, memory, clock and config: rows of codes.ts. */
import { type AlarmRow, alarm } from './sign.ts'

export const STORAGE_ALARMS = {
  DISK_LOW: alarm('service', 'technician', 'Make room on the disk'),
  DISK_FAILED: alarm(
    'service',
    'technician',
    'The disk takes no writes, as said: mount it writable again, or replace the card or disk',
  ),
  MEMORY_LOW: alarm('service', 'technician', 'What is named fills the gate’s memory: call support'),
  JOURNAL_DAMAGED: alarm(
    'service',
    'technician',
    'The damaged journal was set aside under the name given: collect it',
  ),
  JOURNAL_GONE: alarm('service', 'technician', 'It goes on in a new file: see who deleted it'),
  FILE_DAMAGED: alarm(
    'service',
    'technician',
    'A file of the data folder was set aside under the name given: see what was lost, collect it',
  ),
  FILE_GONE: alarm('service', 'technician', 'See which file, what was done, and who did it'),
  CHAIN_FORK: alarm(
    'service',
    'technician',
    'The service holds other rows for this gate: both are kept, a new epoch is open',
  ),
  CONFIG_REVERTED: alarm('none', 'technician', 'See the revision and why'),
  CONFIG_FILE_BAD: alarm('service', 'technician', 'Mend the file where it says, then reload it'),
  CLOCK_STEPPED: alarm('service', 'technician', 'The clock was set: see the offset'),
} satisfies Record<string, AlarmRow>
