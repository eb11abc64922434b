/** Alarms of a service that answers falsely, was restored, or refuses rows: rows of codes.ts. */
import { type AlarmRow, alarm } from './sign.ts'

export const SERVICE_ALARMS = {
  ACK_IMPLAUSIBLE: alarm(
    'service',
    'technician',
    'The service acknowledged rows that were not sent: nothing was dropped, look who answers there',
  ),
  SERVICE_BEHIND: alarm(
    'service',
    'technician',
    'The service lost rows that this gate had dropped: see which, find its newer backup',
  ),
  SERVICE_REDIRECTS: alarm(
    'service',
    'technician',
    'Not followed: correct service.url in the config, or look who answers there',
  ),
  ROW_REFUSED: alarm(
    'service',
    'technician',
    'The service takes other rows, not this one: it is kept aside here, read it and why',
  ),
  IDENTITY_DAMAGED: alarm(
    'service',
    'technician',
    'The gate runs without a link, its rows stay here: see which file, enrol it again',
  ),
  ENROLMENT_REFUSED: alarm(
    'service',
    'technician',
    'The service knows this gate’s key no more, its rows stay here: enrol it again, or take it away',
  ),
  ENROLMENT_DIFFERS: alarm(
    'service',
    'technician',
    'Config and enrolment name different gates or stations: correct the config, or enrol it again',
  ),
} satisfies Record<string, AlarmRow>
