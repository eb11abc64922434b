/** What can be done on the fleet's page, and the permission that each needs: a row each. */
import type { Permission } from '../shared/staff/staff-screen.ts'

export const ACTIONS = {
  gates: 'fleet.read',
  enrol: 'fleet.enrol',
  retire: 'fleet.enrol',
  configure: 'fleet.configure',
  trust: 'fleet.read',
  deny: 'trust.deny-key',
  publish: 'trust.publish',
  audit: 'audit.read',
} as const satisfies Record<string, Permission>

export type ActionName = keyof typeof ACTIONS
