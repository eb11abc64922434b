/** Joins the service with a one-time code: the gate's own key is made here and never leaves. */
import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock } from '../../hardware/ports.ts'
import type { GateConfig } from '../contract/config.ts'
import { enrolmentSchema, findIdentity, loadIdentity, saveEnrolment } from './identity.ts'
import { type ClientParts, createServiceClient, type ServiceAnswer } from './service-client.ts'

/** The platform's, or a test's. */
export interface EnrolPorts extends Pick<ClientParts, 'timers' | 'randomBytes' | 'fetch'> {
  readonly clock: Pick<Clock, 'nowMs'>
  /** Gives it up. */
  readonly stop?: AbortSignal
}

type Named = Pick<GateConfig, 'gate' | 'station'>

/** What to do about a refusal, by the service's code for it. */
const REMEDIES: Readonly<Record<string, (config: Named) => string>> = {
  ENROLMENT_INVALID: () =>
    'a code is good once and for 15 minutes: ask an operator for a new one ' +
    '(POST /v1/fleet/enrolments)',
  ENROLMENT_MISMATCH: ({ gate }) =>
    `this config says "gate": "${gate}": ask an operator for a code for that gate, or set "gate" ` +
    'in the config to the name that the code was made for',
  ENROLMENT_STATION: ({ station }) =>
    `this config says "station": "${station}": ask an operator for a code for that station, or set ` +
    '"station" in the config to the one that the code was made for',
}
const STOPPED =
  'stopped before the service answered: if the code is refused next time, ask for another one'
const UNREACHED = 'is the service running there, and is "service.url" in the config its address?'

/**
 * Enrols at a start with `--enrol`. A gate that is enrolled already, or was until its identity was
 * damaged, starts whatever becomes of the code: one that was left on the command line, or a service that does not answer, must not keep its
 * exits shut. Throws as `enrol` does where the gate is not enrolled, or was asked to stop.
 */
export async function enrolAtStart(
  config: GateConfig,
  code: string,
  parts: EnrolPorts & { readonly stop: AbortSignal; readonly log: Logger },
): Promise<void> {
  const { stop, log } = parts
  const { identity, fault } = findIdentity(config.data)
  const enrolment = identity?.enrolment
  const as = enrolment && `enrolled as ${enrolment.gate} at ${enrolment.station}`
  if (enrolment?.usedCode === digestOf(code)) {
    log.info({ event: 'enrolment' }, `${as} with this code: take --enrol off the command line`)
    return
  }
  try {
    await enrol(config, code, parts)
  } catch (error) {
    const first = enrolment === undefined && fault === undefined
    if (first || stop.aborted) throw error
    const why = error instanceof Error ? error.message : String(error)
    const isSo = as === undefined ? 'has no link' : `is ${as} already`
    log.warn({ event: 'enrolment' }, `${why}; the gate ${isSo}, and goes on`)
  }
}

/**
 * Throws an Error that says why the service refused, or that it can't be reached, and what to do.
 */
export async function enrol(config: GateConfig, code: string, ports: EnrolPorts): Promise<void> {
  const { stop, timers, randomBytes, fetch } = ports
  const identity = loadIdentity(config.data, ports.clock.nowMs())
  const { url, timeoutMs } = config.service
  const client = createServiceClient({ url, timeoutMs, timers, randomBytes, identity, fetch })
  stop?.addEventListener('abort', () => client.close(), { once: true })
  const answer = await client.post('/v1/gates/enrol', {
    code,
    publicKey: identity.publicJwk,
    name: config.gate,
    station: config.station,
  })
  const enrolment = enrolmentSchema.safeParse(answer.body)
  if (answer.status !== 201 || !enrolment.success) {
    const why = stop?.aborted ? STOPPED : whyNot(answer, config)
    throw new Error(`enrolment at ${url} failed: ${why}`)
  }
  const { gate, station } = enrolment.data
  if (gate !== config.gate || station !== config.station) {
    throw new Error(
      `enrolment at ${url} failed: the service says ${gate} at ${station}, this config says ` +
        `${config.gate} at ${config.station}: set "gate" and "station" as the code was made for`,
    )
  }
  saveEnrolment(config.data, { gate, station, usedCode: digestOf(code) })
}

const digestOf = (code: string): string => createHash('sha256').update(code, 'utf8').digest('hex')

function whyNot({ status, body, failure }: ServiceAnswer, config: Named): string {
  if (status === 0) return `${failure ?? 'no answer'}: ${UNREACHED}`
  if (status >= 300 && status < 400) return `${failure}; correct service.url in the config`
  const { code, title, detail } = (body ?? {}) as Partial<
    Record<'code' | 'title' | 'detail', string>
  >
  if (code === undefined) return `status ${status}, which is no answer of the service: ${UNREACHED}`
  const told = [code, detail ?? title, REMEDIES[code]?.(config)]
  return told.filter(one => one !== undefined).join(': ')
}
