/** Alarms of the bus between gates: rows of codes.ts. */
import { type AlarmRow, alarm } from './sign.ts'

export const BUS_ALARMS = {
  BUS_DOWN: alarm('service', 'technician', 'Sibling gates are out of reach, or heard late'),
} satisfies Record<string, AlarmRow>
