/**
 * Opens the technician's console before anything else: a gate without devices, disk, trust or network
 * has one. What keeps a line from opening is logged, and nothing else depends on it.
 */
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import type { ByteTransport, Clock, Timers } from '../../hardware/ports.ts'
import { createConsole } from '../console/console.ts'
import { openSerialEnd } from '../console/serial-end.ts'
import { openSocketEnd } from '../console/socket-end.ts'
import { createUsers } from '../console/users.ts'
import type { GateConfig } from '../contract/config.ts'
import type { GateControl } from '../contract/control.ts'
import type { EventKind } from '../contract/events.ts'
import { createReach } from '../selftest/service-path.ts'
import type { LogTail } from '../support/log-tail.ts'
import { bundleSaver } from '../support/save.ts'
import { pinsOfParts } from './pins-of-parts.ts'

export interface OpenConsoleParts {
  readonly control: GateControl
  readonly clock: Clock
  readonly timers: Timers
  readonly randomBytes: (bytes: number) => Uint8Array
  readonly log: Logger
  /** Its last lines. */
  readonly logTail: Pick<LogTail, 'lines'>
  readonly fetch: typeof fetch
  /** Writes a row; undefined while no gate runs. Rejects when it is not on disk. */
  readonly record: (kind: EventKind, body: object) => Promise<void> | undefined
  readonly openPort: (serial: NonNullable<GateConfig['console']['serial']>) => ByteTransport
}

const MINUTE_MS = 60_000

export function openConsole(
  { data, console: { serial, socket, idleMinutes } }: Pick<GateConfig, 'data' | 'console'>,
  { control, clock, timers, randomBytes, log, logTail, fetch, record, openPort }: OpenConsoleParts,
): { close(): Promise<void> } {
  const onFault = (what: string, err: unknown) => log.warn({ event: 'console', err }, what)
  const technicians = createConsole({
    ...{ control, clock, timers, idleMs: idleMinutes * MINUTE_MS },
    users: createUsers({ dataDir: data, randomBytes }),
    saveBundle: bundleSaver(
      { control, dataDir: data, timers, nowMs: clock.nowMs, randomBytes, log: logTail.lines },
      tmpdir(),
    ),
    selfTest: { reach: createReach({ timers, fetch }), pinOf: pinsOfParts(control) },
    note(body) {
      const recorded = record('login', body)
      if (recorded === undefined) log.info({ event: 'login', ...body }, 'login, while no gate runs')
      recorded?.catch(error => onFault('a login is not in the journal', error))
    },
    onFault: error => onFault('the console failed', error),
  })
  const ends: { close(): Promise<void> }[] = []
  if (socket !== false) ends.push(openSocketEnd(resolve(data, socket), technicians, onFault))
  if (serial !== undefined) {
    const port = openPort(serial)
    ends.push(
      openSerialEnd(port, technicians, ({ code, message }) =>
        log.warn({ event: 'console', code }, message),
      ),
    )
  }
  return {
    async close() {
      await Promise.all(ends.map(end => end.close()))
    },
  }
}
