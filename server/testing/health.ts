/** A gate's health report, for tests and benches. */
import type { Health } from '../../gate/contract/health.ts'

/** Of a gate that is well, with lane A; as one of an earlier version, with nothing that is optional. */
export const WELL: Health = {
  at: 1,
  clock: 'TRUSTED',
  software: '0.1.0',
  configRevision: 2,
  trust: { stage: 'FRESH', version: 1, manifestVersion: 7 },
  journal: { waiting: 0, disk: { freeBytes: 1e9, held: true } },
  lanes: [{ name: 'A', state: 'Locked', alarms: [] }],
}
