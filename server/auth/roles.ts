/** From the claims of the operator's provider to a role here: pure. */
import type { ProviderConfig } from './config.ts'
import type { Role } from './permissions.ts'

export type Claims = Readonly<Record<string, unknown>>

/** What stands under the path of names; undefined where a step is missing. */
export function claimAt(claims: Claims, path: readonly string[]): unknown {
  let value: unknown = claims
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Claims)[step]
  }
  return value
}

/**
 * The role of the first row of the config whose value is the claim, or stands in it; undefined when
 * none does. Values are compared exactly; a claim that is neither text nor an array gives none.
 */
export function roleOf(
  claims: Claims,
  { rolesClaim, roles }: Pick<ProviderConfig, 'rolesClaim' | 'roles'>,
): Role | undefined {
  const claim = claimAt(claims, rolesClaim)
  const values: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  return roles.find(row => values.includes(row.value))?.role
}
