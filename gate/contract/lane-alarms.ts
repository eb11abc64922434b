/** Alarms of a lane, of people at it, its barrier and its devices: rows of codes.ts. */
import { type AlarmRow, alarm } from './sign.ts'

export const LANE_ALARMS = {
  TAILGATE: alarm('fraud', 'staff', 'Two people on one grant; if the lane holds, press release'),
  WRONG_WAY: alarm('intrusion', 'staff', 'Someone walks against the direction'),
  FORCED: alarm('intrusion', 'staff', 'The barrier moved without a grant'),
  HELD: alarm('fraud', 'staff', 'A passage is not completed: look at the lane'),
  OBSTACLE: alarm('retry', 'staff', 'Something is in the way; staff if it stays'),
  NO_TURN: alarm('none', 'passenger', 'Nobody walked: scan again'),
  FIRE: alarm('open', 'staff', 'Everyone out; reset by hand when the input is normal'),
  STOP: alarm('refuse', 'staff', 'Staff pressed stop'),
  TAMPER: alarm('intrusion', 'technician', 'The cabinet is open'),
  POWER_RESTORED: alarm('none', 'technician', 'Power came back: see when and how long'),
  SCANNER_LOST: alarm(
    'refuse',
    'technician',
    'Check the reader named: its cable and port, a camera’s power and network',
  ),
  READER_LOST: alarm('none', 'technician', 'The lane goes on with another: check the one named'),
  SCANNER_FRAMING: alarm(
    'none',
    'technician',
    'Codes come in part: set the suffix CR on the scanner, and its baud rate as in the config',
  ),
  BOARD_LOST: alarm('refuse', 'technician', 'Check the board’s cable, power and port'),
  NO_DEADMAN: alarm(
    'refuse',
    'technician',
    'Load the gate firmware, or fit a timer relay and say so in the config',
  ),
  RELAY_STUCK: alarm('refuse', 'technician', 'Replace the relay named'),
  BEAM_STUCK: alarm('service', 'technician', 'Clean or align the beam named'),
} satisfies Record<string, AlarmRow>
