/** Alarms of keys and lists, and of the source that serves them: rows of codes.ts. */
import { type AlarmRow, alarm } from './sign.ts'

export const TRUST_ALARMS = {
  TRUST_STALE_WARNING: alarm(
    'service',
    'technician',
    'No fresh manifest: check the network to the service',
  ),
  TRUST_DEGRADED: alarm(
    'service',
    'technician',
    'Admitting on old trust, every event flagged: restore the network',
  ),
  TRUST_OVERDUE: alarm(
    'service',
    'technician',
    'Its documents have run out and it admits on, by config, every event flagged: restore the network',
  ),
  TRUST_ROLLBACK: alarm(
    'service',
    'technician',
    'The source serves older trust than before: it lies or was restored',
  ),
  TRUST_ROLLED_BACK: alarm(
    'service',
    'technician',
    'An older trust.db lies here than this gate acted on: restore the network, see who put it there',
  ),
  TRUST_UNSIGNED: alarm(
    'service',
    'technician',
    'The source serves trust that is not properly signed',
  ),
  TRUST_EQUIVOCATION: alarm(
    'service',
    'technician',
    'The source serves two documents of one version',
  ),
  TRUST_CACHE_DAMAGED: alarm(
    'service',
    'technician',
    'The damaged trust cache was set aside under the name given: collect it',
  ),
  TRUST_CACHE_UNWRITTEN: alarm(
    'service',
    'technician',
    'Trust could not be written and lives in memory: make room on the disk',
  ),
  TRUST_SCOPE: alarm(
    'service',
    'technician',
    'What issuer keys are good for is not said, or is no entry: have the next trust document signed',
  ),
  ENVIRONMENT_MISMATCH: alarm('service', 'technician', 'Set trust.environment as the service’s'),
} satisfies Record<string, AlarmRow>
