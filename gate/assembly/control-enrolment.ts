/** Joining the service and leaving it, as GateControl does it while the gate runs. */
import type { ConfigEngine } from '../config/engine.ts'
import type { GateConfig } from '../contract/config.ts'
import type { EnrolmentControl, Refused } from '../contract/control.ts'
import type { CommandBody, EventKind } from '../contract/events.ts'
import { ENROL_CODE_CHARS_MAX } from '../limits.ts'
import { type EnrolPorts, enrol } from '../net/enrol.ts'
import { type Enrolment, removeEnrolment } from '../net/identity.ts'
import { askerFault, byFault, isOpenForAll, type LaneInState, refuse } from './control-answers.ts'

export interface EnrolmentParts {
  readonly engine: Pick<ConfigEngine, 'restart'>
  readonly gate: () => EnrolledGate | undefined
  /** By which it runs. */
  readonly config: () => GateConfig | undefined
  readonly ports: EnrolPorts
}

/** As far as it counts here. */
export interface EnrolledGate {
  readonly enrolment: Enrolment | undefined
  readonly lanes: readonly LaneInState[]
  record(kind: EventKind, body: object): Promise<void>
}

export function createEnrolmentControl(parts: EnrolmentParts): EnrolmentControl {
  const { engine, gate, config, ports } = parts
  let busy = false

  /** One at a time, of a gate that runs and that nobody needs open. */
  async function alone<T>(
    work: (running: EnrolledGate, of: GateConfig) => Promise<T | Refused>,
  ): Promise<T | Refused> {
    const [running, of] = [gate(), config()]
    if (running === undefined || of === undefined) return refuse('NOT_RUNNING')
    if (busy) return refuse('ENROLMENT_RUNNING')
    // Asked for before a code is used up.
    if (isOpenForAll(running.lanes)) return refuse('EMERGENCY')
    busy = true
    try {
      return await work(running, of)
    } finally {
      busy = false
    }
  }

  async function restarted(between: () => Promise<void>): Promise<Refused | undefined> {
    const outcome = await engine.restart(between)
    return outcome.ok ? undefined : refuse(outcome.code, ...outcome.problems)
  }

  return {
    async join(code, by) {
      const fault = byFault(by) ?? codeFault(code)
      if (fault !== undefined) return fault
      return alone(async (_, of) => {
        const failed = await enrolled(of, code, ports)
        if (failed !== undefined) return failed
        const refused = await restarted(async () => {})
        if (refused !== undefined) return refused
        const { gate: name, station } = of
        const body: CommandBody = { about: 'enrolled', by, detail: `${name} at ${station}` }
        // It is so, whether the disk takes the row or not; the log has it.
        await gate()
          ?.record('command', body)
          .catch(() => {})
        return { ok: true, gate: name, station }
      })
    },
    async leave(asker) {
      const fault = askerFault(asker)
      if (fault !== undefined) return fault
      return alone(async ({ enrolment, record }, { data }) => {
        if (enrolment === undefined) return refuse('NOT_ENROLLED')
        const detail = `${enrolment.gate} at ${enrolment.station}`
        const body: CommandBody = { about: 'unenrolled', ...asker, detail }
        try {
          await record('command', body)
        } catch (error) {
          return refuse('NOT_WRITTEN', (error as Error).message)
        }
        return (await restarted(async () => removeEnrolment(data))) ?? { ok: true }
      })
    },
  }
}

function codeFault(code: string): Refused | undefined {
  if (code.length > 0 && code.length <= ENROL_CODE_CHARS_MAX) return undefined
  return refuse('OUT_OF_RANGE', `a code of 1 to ${ENROL_CODE_CHARS_MAX} characters`)
}

async function enrolled(
  config: GateConfig,
  code: string,
  ports: EnrolPorts,
): Promise<Refused | undefined> {
  try {
    await enrol(config, code, ports)
    return undefined
  } catch (error) {
    return refuse('ENROLMENT_FAILED', (error as Error).message)
  }
}
