/** Alarms of the bus between gates: rows of codes.ts. */
import { type AlarmRow, alarm } from './sign.ts'

export const BUS_ALARMS = {
  BUS_DOWN: alarm('service', 'technician', 'Sibling gates are out of reach, or heard late'),
  BUS_OPEN: alarm(
    'service',
    'technician',
    'The broker lets strangers in: give it logins and the access rules of gate/bus/broker.md',
  ),
  ADMITTED_TWICE: alarm(
    'service',
    'staff',
    'Two gates admitted one code before they could know of each other: see where, look for the holder',
  ),
} satisfies Record<string, AlarmRow>
