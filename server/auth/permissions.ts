/**
 * The one permission table: what a role may do. Routes name a permission, never a role.
 */
export const ROLES = ['agent', 'supervisor', 'technician', 'operator', 'auditor'] as const
export type Role = (typeof ROLES)[number]

export const PERMISSIONS = {
  'certificate.issue': ['agent', 'supervisor'],
  'certificate.revoke': ['agent', 'supervisor'],
  'certificate.paper': ['agent', 'supervisor'],
  'approval.read': ['agent', 'supervisor'],
  'approval.decide': ['supervisor'],
  'appeal.read': ['agent', 'supervisor'],
  'appeal.resolve': ['agent', 'supervisor'],
  'person.look': ['agent', 'supervisor'],
  'person.photo': ['supervisor'],
  'person.unlock': ['agent', 'supervisor'],
  'check.identity': ['agent', 'supervisor'],
  'ticket.read': ['agent', 'supervisor'],
  'ticket.sell': ['agent', 'supervisor'],
  'ticket.refund': ['agent', 'supervisor'],
  'ticket.change': ['agent', 'supervisor'],
  'fleet.read': ['technician', 'operator', 'auditor'],
  'fleet.enrol': ['operator'],
  'fleet.configure': ['operator'],
  'trust.deny-key': ['operator'],
  'trust.publish': ['operator'],
  'audit.read': ['auditor', 'operator'],
  'retention.read': ['auditor', 'operator'],
} as const satisfies Record<string, readonly Role[]>
export type Permission = keyof typeof PERMISSIONS
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as readonly Permission[]

export function isRole(value: unknown): value is Role {
  return (ROLES as readonly unknown[]).includes(value)
}

export function may(role: Role, permission: Permission): boolean {
  return (PERMISSIONS[permission] as readonly Role[]).includes(role)
}
