/** Joins the service with a one-time code: the gate's own key is made here and never leaves. */

import type { GateConfig } from './contract/config.ts'
import { createServiceClient } from './uplink/client.ts'
import { enrolmentSchema, loadIdentity, saveEnrolment } from './uplink/identity.ts'

/** Throws an Error that says why the service refused, or that it can't be reached. */
export async function enrol(config: GateConfig, code: string): Promise<void> {
  const identity = loadIdentity(config.data)
  const { url, timeoutMs } = config.service
  const client = createServiceClient({ url, timeoutMs, identity, fetch })
  const answer = await client.post('/v1/gates/enrol', {
    code,
    publicKey: identity.publicJwk,
    name: config.gate,
  })
  const enrolment = enrolmentSchema.safeParse(answer.body)
  if (answer.status !== 201 || !enrolment.success) {
    const body = answer.body as { code?: string; detail?: string } | undefined
    const why = body?.detail ?? body?.code ?? answer.failure ?? `status ${answer.status}`
    const redirected = answer.status >= 300 && answer.status < 400
    const remedy = redirected ? '; correct service.url in the config' : ''
    throw new Error(`enrolment at ${url} failed: ${why}${remedy}`)
  }
  saveEnrolment(config.data, enrolment.data)
}
