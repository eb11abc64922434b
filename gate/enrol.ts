/** Joins the service with a one-time code: the gate's own key is made here and never leaves. */

import type { GateConfig } from './contract/config.ts'
import { createServiceClient, type ServiceAnswer } from './uplink/client.ts'
import { enrolmentSchema, loadIdentity, saveEnrolment } from './uplink/identity.ts'

/** What to do about a refusal, by the service's code for it. */
const REMEDIES: Readonly<Record<string, (gate: string) => string>> = {
  ENROLMENT_INVALID: () =>
    'a code is good once and for 15 minutes: ask an operator for a new one ' +
    '(POST /v1/fleet/enrolments) and start again with --enrol CODE',
  ENROLMENT_MISMATCH: gate =>
    `this config says "gate": "${gate}": ask an operator for a code for that gate, or set "gate" ` +
    'in the config to the name that the code was made for',
}
const STOPPED =
  'stopped before the service answered: if the code is refused next time, ask for another one'
const UNREACHED = 'is the service running there, and is "service.url" in the config its address?'

/**
 * Throws an Error that says why the service refused, or that it can't be reached, and what to do.
 * `stop` gives it up.
 */
export async function enrol(config: GateConfig, code: string, stop?: AbortSignal): Promise<void> {
  const identity = loadIdentity(config.data)
  const { url, timeoutMs } = config.service
  const client = createServiceClient({ url, timeoutMs, identity, fetch })
  stop?.addEventListener('abort', () => client.close(), { once: true })
  const answer = await client.post('/v1/gates/enrol', {
    code,
    publicKey: identity.publicJwk,
    name: config.gate,
  })
  const enrolment = enrolmentSchema.safeParse(answer.body)
  if (answer.status !== 201 || !enrolment.success) {
    const why = stop?.aborted ? STOPPED : whyNot(answer, config.gate)
    throw new Error(`enrolment at ${url} failed: ${why}`)
  }
  saveEnrolment(config.data, enrolment.data)
}

function whyNot({ status, body, failure }: ServiceAnswer, gate: string): string {
  if (status === 0) return `${failure ?? 'no answer'}: ${UNREACHED}`
  if (status >= 300 && status < 400) return `${failure}; correct service.url in the config`
  const { code, title, detail } = (body ?? {}) as Partial<
    Record<'code' | 'title' | 'detail', string>
  >
  if (code === undefined) return `status ${status}, which is no answer of the service: ${UNREACHED}`
  const told = [code, detail ?? title, REMEDIES[code]?.(gate)]
  return told.filter(one => one !== undefined).join(': ')
}
