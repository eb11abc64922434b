/**
 * With what the program ends: `wicketgate-gate.service` acts on these. Away from Node's own (1 to 14),
 * those of sysexits.h (64 to 78), signals (128 and more) and systemd's (200 and more).
 */
export const EXIT = {
  stopped: 0,
  /** It could not start or enrol, or ended before all was written. */
  failed: 1,
  /** Wrong arguments or config: it does not get better by itself. */
  wrong: 2,
  /** A technician asked for another start. */
  restart: 80,
  /** A technician asked that none follows. */
  shutdown: 81,
} as const
