/**
 * What the operator's provider says of itself (OpenID Connect Discovery 1.0 §4): asked for at every
 * sign-in, within bounds, so that a provider that is down is told as that and holds up nobody else.
 */
import { z } from 'zod'
import { PROVIDER_BYTES_MAX, PROVIDER_MS_MAX } from '../limits.ts'
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
export async function discover(issuer: string): Promise<ProviderDocument | undefined> {
  const body = await fetchJson(discoveryUrl(issuer))
  const parsed = documentSchema.safeParse(body)
  return parsed.success && parsed.data.issuer === issuer ? parsed.data : undefined
}

/** A JSON answer of the provider; undefined for anything else. Follows no redirect. */
export async function fetchJson(
  url: string,
  headers: Record<string, string> = {},
): Promise<unknown> {
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json', ...headers },
      redirect: 'error',
      signal: AbortSignal.timeout(PROVIDER_MS_MAX),
    })
    if (!answer.ok || answer.body === null) return undefined
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of answer.body) {
      length += part.length
      if (length > PROVIDER_BYTES_MAX) return undefined
      parts.push(part)
    }
    return JSON.parse(Buffer.concat(parts).toString())
  } catch {
    return undefined
  }
}
