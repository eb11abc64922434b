/** The station bus of an enrolled gate, as its config says. Loaded only where there is one. */
import { X509Certificate } from 'node:crypto'
import type { Logger } from 'pino'
import type { Clock, Timers } from '../../hardware/ports.ts'
import { badFile, readNamedFile } from '../config/config-file.ts'
import type { AlarmCode } from '../contract/codes.ts'
import type { GateConfig } from '../contract/config.ts'
import type { Memory } from '../memory/memory.ts'
import type { Enrolment, Identity } from '../net/identity.ts'
import type { Metrics } from '../ops/metrics.ts'
import type { StationKeeper } from '../station/keeper.ts'
import { type Bus, createBus } from './bus.ts'
import { DETAIL_CHARS_MAX } from './limits.ts'
import type { BusLink } from './link.ts'
import type { ThreadData } from './thread.ts'
import { createThreadLink } from './thread-link.ts'

/** Who this gate is to its siblings, from its enrolment. */
export interface BusMember {
  readonly enrolment: Pick<Enrolment, 'gate' | 'station'>
  readonly identity: Pick<Identity, 'privateKey'>
  readonly station: Pick<StationKeeper, 'current' | 'onChanged'>
}

/** For tests and simulation: what carries messages in place of the thread with its MQTT client. */
export type OpenBusLink = (
  member: BusMember['enrolment'] & { readonly privateKey: Identity['privateKey'] },
) => BusLink

export interface OpenBusParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly randomBytes: (bytes: number) => Uint8Array
  readonly member: BusMember
  readonly memory: Memory
  readonly nowMs: () => number
  readonly metrics: Pick<Metrics, 'heard' | 'ignored'>
  readonly log: Logger
  readonly onAlarm: (code: AlarmCode, on: boolean, detail: string) => void
  readonly openLink?: OpenBusLink | undefined
}

const OPEN =
  'the broker of bus.broker.url lets in who has no login: anybody there can drown what gates say'

/** Throws ConfigError when a file that the config names can't be read. */
export function openBus(config: NonNullable<GateConfig['bus']>, parts: OpenBusParts): Bus {
  const { member, clock, timers, log, metrics } = parts
  const { gate, station } = member.enrolment
  const alarm = (code: AlarmCode, on: boolean, detail: string) =>
    parts.onAlarm(code, on, detail.slice(0, DETAIL_CHARS_MAX))
  const { privateKey } = member.identity
  const openThread: OpenBusLink = self =>
    createThreadLink({
      ...self,
      broker: brokerOf(config.broker),
      timers,
      onFault: (what, error) => log.error({ event: 'bus', err: error }, what),
    })
  const link = (parts.openLink ?? openThread)({ station, gate, privateKey })
  return createBus({
    station,
    gate,
    link,
    memory: parts.memory,
    manifest: member.station,
    clock,
    timers,
    nowMs: parts.nowMs,
    random16: () => Buffer.from(parts.randomBytes(8)).toString('hex'),
    onDown(down, detail) {
      log.warn({ event: 'bus', up: !down, detail }, down ? 'the bus is down' : 'the bus is up')
      alarm('BUS_DOWN', down, detail)
    },
    onTwice: detail => alarm('ADMITTED_TWICE', true, detail),
    onOpen: open => alarm('BUS_OPEN', open, open ? OPEN : 'strangers are refused'),
    onAwake: count => log.info({ event: 'sibling', ...count }, 'siblings that are heard'),
    onCaughtUp: of => log.info({ event: 'snapshot', of }, `all that ${of} knew is known`),
    onHeard: metrics.heard,
    onIgnored: metrics.ignored,
    onListening: port => log.info({ event: 'broker', port }, 'the embedded broker listens'),
  })
}

/** Throws ConfigError for a file that is not there, or holds something else. */
export function brokerOf(broker: NonNullable<GateConfig['bus']>['broker']): ThreadData['broker'] {
  if ('embedded' in broker) return broker
  const { url, username, passwordFile, caFile } = broker
  const password = passwordFile === undefined ? undefined : passwordIn(passwordFile)
  const ca = caFile === undefined ? undefined : certificateIn(caFile)
  const known = username !== undefined && password !== undefined
  return { url, login: known ? { username, password } : undefined, ca }
}

function passwordIn(file: string): string {
  const password = readNamedFile('bus.broker.passwordFile', file).trim()
  if (password === '') throw badFile('bus.broker.passwordFile', file, 'it is empty')
  return password
}

function certificateIn(file: string): string {
  const pem = readNamedFile('bus.broker.caFile', file)
  try {
    new X509Certificate(pem)
    return pem
  } catch {
    const what = 'it holds no certificate: give PEM, which begins with -----BEGIN CERTIFICATE-----'
    throw badFile('bus.broker.caFile', file, what)
  }
}
