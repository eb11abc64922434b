/**
 * The metadata of the operator's provider (OpenID Connect Discovery 1.0 §4): fetched at every sign-in,
 * within bounds, so that a provider that is down is reported as such and delays nobody else.
 */
import { z } from 'zod'
import { abortAfter, type Timers } from '../clock.ts'
import { PROVIDER_BYTES_MAX, PROVIDER_MS_MAX } from '../limits.ts'
import { readCapped } from '../load/capped-body.ts'
import { isIssuer } from './config.ts'

/** Endpoints are bound to the same rule as the issuer, but may carry a query. */
const endpoint = z
  .string()
  .max(500)
  .refine(text => URL.canParse(text) && isIssuer(new URL(text).origin))

const documentSchema = z.object({
  issuer: z.string(),
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  jwks_uri: endpoint,
  userinfo_endpoint: endpoint.optional(),
  id_token_signing_alg_values_supported: z.array(z.string().max(20)).min(1).max(50),
})

export type ProviderDocument = z.infer<typeof documentSchema>

/** Where an issuer's document is. */
export const discoveryUrl = (issuer: string): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`

/**
 * The document of exactly this issuer (§4.3); undefined when the provider can't be reached in time or
 * says something else. Never throws.
 */
export async function discover(
  timers: Timers,
  issuer: string,
): Promise<ProviderDocument | undefined> {
  const body = await fetchJson(timers, discoveryUrl(issuer))
  const parsed = documentSchema.safeParse(body)
  return parsed.success && parsed.data.issuer === issuer ? parsed.data : undefined
}

/** A JSON answer of the provider; undefined for anything else. Follows no redirect. */
export async function fetchJson(
  timers: Timers,
  url: string,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const late = abortAfter(timers, PROVIDER_MS_MAX)
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: late.signal,
    })
    if (!answer.ok || answer.body === null) return undefined
    const body = await readCapped(answer.body, PROVIDER_BYTES_MAX)
    return body && JSON.parse(body.toString())
  } catch {
    return undefined
  } finally {
    late.cancel()
  }
}
