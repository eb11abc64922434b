/** What a gate logs: JSON lines by pino, never the text of a pass, never a key. */
import type { Logger } from 'pino'
import type { Clock, DeviceState, LineFault, ReadFault } from '../../hardware/ports.ts'
import type { Effect, LaneState } from '../machine/state.ts'
import type { BoardingOutcome } from '../station/boarding.ts'
import type { UploadReport } from '../uplink/upload.ts'

export function logStep(
  log: Logger,
  lane: string,
  view: LaneState,
  effects: readonly Effect[],
): void {
  for (const effect of effects) {
    if (effect.type === 'energise' || effect.type === 'release') {
      log.debug({ event: effect.type, lane, relay: effect.relay }, effect.type)
    } else if (effect.type === 'sign') {
      const { sign, code } = effect
      log.info({ event: 'sign', lane, state: view.state.name, sign, code }, code || 'idle')
    } else if (effect.type === 'record') {
      const { body } = effect
      const on = 'on' in body ? { on: body.on } : {}
      const about = 'code' in body ? { code: body.code, ...on } : {}
      log.info({ event: effect.kind, lane, state: view.state.name, ...about }, effect.kind)
    }
  }
}

/** A device that stays away is told once for each reason, not at every attempt to find it. */
export function createDeviceLog(
  log: Logger,
): (lane: string, device: string, state: DeviceState) => void {
  const last = new Map<string, string>()
  return (lane, device, state) => {
    if (state.state === 'connecting') return
    const fault = state.state === 'lost' ? state.error : state.warning
    const now = `${state.state} ${fault?.code}`
    if (last.get(device) === now) return
    last.set(device, now)
    const fields = { event: 'device', lane, device, state: state.state }
    if (fault === undefined) log.info(fields, `${device} ready`)
    else log.warn({ ...fields, code: fault.code }, fault.message)
  }
}

const SUM_LOG_MS = 60_000

type SumLog<Fault extends string> = (
  lane: string,
  device: string,
  fault: Fault,
  count: number,
  bytes?: number,
) => void

/** What is dropped is told at once, then once a minute with its sums while it lasts. */
function createSumLog<Fault extends string>(
  log: Logger,
  clock: Pick<Clock, 'monotonicMs'>,
  event: string,
  text: string,
): SumLog<Fault> {
  interface Line {
    dropped: Record<string, number>
    bytes: number
    toldMs: number
  }
  const lines = new Map<string, Line>()
  return (lane, device, fault, count, bytes = 0) => {
    const nowMs = clock.monotonicMs()
    const line = lines.get(device) ?? { dropped: {}, bytes: 0, toldMs: Number.NEGATIVE_INFINITY }
    lines.set(device, line)
    line.dropped[fault] = (line.dropped[fault] ?? 0) + count
    line.bytes += bytes
    if (nowMs - line.toldMs < SUM_LOG_MS) return
    const { dropped, bytes: all } = line
    Object.assign(line, { dropped: {}, bytes: 0, toldMs: nowMs })
    log.warn({ event, lane, device, dropped, ...(all > 0 && { bytes: all }) }, text)
  }
}

/** Noise on a board's line. */
export function createLineLog(log: Logger, clock: Pick<Clock, 'monotonicMs'>): SumLog<LineFault> {
  const tell = createSumLog(log, clock, 'line', 'noise on the line: check shield and ground')
  return (lane, device, fault, count) => {
    // A bouncing contact is seen only once too.
    if (fault !== 'UNCONFIRMED') tell(lane, device, fault, count)
  }
}

/** Codes that came to a reader in part. */
export const createUnreadLog = (
  log: Logger,
  clock: Pick<Clock, 'monotonicMs'>,
): SumLog<ReadFault> =>
  createSumLog(
    log,
    clock,
    'unread',
    'a code came in part and was dropped: check the reader’s cable, speed and suffix, or raise pauseMs',
  )

/** A list that can't be had is told once, until one is had again. */
export function createBoardingLog(log: Logger): (outcome: BoardingOutcome) => void {
  let last = ''
  return outcome => {
    const line = { event: 'boarding', ...outcome }
    if (outcome.code === 'UPDATED') log.info(line, 'new boarding list')
    else if (outcome.code !== last) log.warn(line, 'the boarding list is not at hand')
    last = outcome.code
  }
}

/** An unreachable service is told once, not at every attempt. */
export function createUploadLog(log: Logger): (report: UploadReport) => void {
  let last = ''
  return report => {
    if (report.outcome === 'stored') log.info({ event: 'upload', rows: report.rows }, 'rows stored')
    else if (report.outcome !== last) log.warn({ event: 'upload', ...report }, report.outcome)
    last = report.outcome
  }
}
