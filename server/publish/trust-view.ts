/** Trust for those who watch over it: documents with their ends, and each key with its state. Pure. */
import { z } from 'zod'
import { toHex } from '../../pass/bytes.ts'
import { decodeManifest, type TrustDocument, type TrustKey } from '../../pass/documents/trust.ts'
import type { PublishedManifest } from '../store/publish/published.ts'

/** `past`: its window is over. `denied`: whatever its window, gates refuse what it signed. */
export const KEY_STATES = ['current', 'future', 'past', 'denied'] as const
/** In the order in which they are shown. */
const ROLES = ['root', 'issuer', 'status', 'time', 'config', 'release'] as const
export type KeyState = (typeof KEY_STATES)[number]

/** Times in Unix milliseconds. */
export const trustViewSchema = z.object({
  at: z.int(),
  environment: z.enum(['production', 'test']).describe('of the issuer keys that sign here'),
  document: z
    .object({
      version: z.int(),
      issuedAt: z.int(),
      expiresAt: z.int(),
      threshold: z.int().describe('how many distinct roots have to sign the next one'),
      roots: z.int().describe('keys that may'),
    })
    .describe('the newest trust document'),
  manifest: z
    .object({ version: z.int(), madeAt: z.int(), expiresAt: z.int(), lists: z.int() })
    .nullable()
    .describe('the one that gates get now'),
  keys: z.array(
    z.object({
      kid: z.string(),
      role: z.enum(ROLES),
      passClass: z.enum(['phone', 'paper']).optional(),
      environment: z.enum(['production', 'test']).optional(),
      from: z.int(),
      to: z.int(),
      state: z.enum(KEY_STATES),
      held: z.boolean().describe('the service has its private part'),
    }),
  ),
  denied: z.array(z.object({ kid: z.string(), at: z.int() })).describe('issuer keys, oldest first'),
})
export type TrustView = z.infer<typeof trustViewSchema>

export interface ViewedTrust {
  readonly environment: TrustView['environment']
  readonly document: TrustDocument
  readonly manifest: PublishedManifest | undefined
  readonly denied: TrustView['denied']
  readonly isHeld: (key: TrustKey) => boolean
}

/** Keys by role, then in the order of their windows. */
export function trustView(of: ViewedTrust, now: number): TrustView {
  const { environment, document, denied, isHeld } = of
  const kids = new Set(denied.map(({ kid }) => kid))
  const keys = document.keys.map(key => ({
    ...{ kid: toHex(key.kid), role: key.role, from: key.from * 1000, to: key.to * 1000 },
    ...(key.passClass && { passClass: key.passClass }),
    ...(key.environment && { environment: key.environment }),
    ...{ state: stateOf(key, kids, now), held: isHeld(key) },
  }))
  return {
    ...{ at: now, environment },
    document: {
      version: document.version,
      issuedAt: document.iat * 1000,
      expiresAt: document.exp * 1000,
      threshold: document.threshold,
      roots: document.keys.filter(({ role }) => role === 'root').length,
    },
    manifest: manifestView(of.manifest),
    keys: keys.sort((a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || a.from - b.from),
    denied: [...denied],
  }
}

function manifestView(published: PublishedManifest | undefined): TrustView['manifest'] {
  if (published === undefined) return null
  const { exp, lists } = decodeManifest(published.bytes)
  const { version, madeAt } = published
  return { version, madeAt, expiresAt: exp * 1000, lists: lists.length }
}

function stateOf(
  { role, kid, from, to }: TrustKey,
  denied: ReadonlySet<string>,
  now: number,
): KeyState {
  if (role === 'issuer' && denied.has(toHex(kid))) return 'denied'
  if (now < from * 1000) return 'future'
  return now < to * 1000 ? 'current' : 'past'
}
