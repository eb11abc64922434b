/** Stages of trust from the best to the worst, as a gate names them (gate/contract/health.ts). */
export const FRESHNESS_STAGES = [
  'FRESH',
  'STALE',
  'DEGRADED',
  'OVERDUE',
  'STAFF',
  'CLOSED',
] as const
