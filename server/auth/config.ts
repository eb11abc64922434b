/** The config's `staff`: sessions, second factor, the operator's provider. */
import { z } from 'zod'
import { ROLE_VALUES_MAX, SESSION_HOURS_MAX } from '../limits.ts'
import { ROLES } from './permissions.ts'

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** OpenID Connect Discovery 1.0 §2: https, no query, no fragment. Plain http only on this machine. */
export function isIssuer(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, search, hash, username } = new URL(text)
  if (search !== '' || hash !== '' || username !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname))
}

const name = z.string().min(1).max(200)

const providerSchema = z.strictObject({
  issuer: z
    .string()
    .max(300)
    .refine(isIssuer, 'expected https://… without query (http on this machine alone)')
    .describe('exactly as the provider writes it into its tokens'),
  name: name
    .optional()
    .describe('the name shown to staff who sign in; the issuer’s host when left out'),
  clientId: name.describe('the client’s id at the provider'),
  clientSecretFile: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .describe('file with the client secret, when WICKETGATE_OIDC_SECRET is not set'),
  clientAuth: z
    .enum(['basic', 'post'])
    .default('basic')
    .describe('client_secret_basic or client_secret_post'),
  scopes: z
    .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/))
    .max(20)
    .default(['openid', 'profile'])
    .describe('openid is added when it is missing'),
  rolesClaim: z
    .union([name.transform(one => [one]), z.array(name).min(1).max(5)])
    .default(['roles'])
    .describe('the claim that carries the roles; an array is a path: ["realm_access","roles"]'),
  roles: z
    .array(
      z.strictObject({
        value: name.describe('a value of the claim'),
        role: z.enum(ROLES).describe('the role that it gives'),
      }),
    )
    .min(1)
    .max(ROLE_VALUES_MAX)
    .describe('values of that claim and the role each gives; the first that fits applies'),
})

export const staffConfigSchema = z.strictObject({
  sessionHours: z
    .int()
    .min(1)
    .max(SESSION_HOURS_MAX)
    .default(12)
    .describe('hours after which a session ends, whatever was done in it'),
  totpFor: z
    .array(z.enum(ROLES))
    .max(ROLES.length)
    .default(['operator'])
    .describe('roles whose embedded accounts must have a second factor'),
  oidc: providerSchema.optional().describe('the operator’s OpenID Connect provider'),
})

export type StaffConfig = z.infer<typeof staffConfigSchema>
export type ProviderConfig = z.infer<typeof providerSchema>
