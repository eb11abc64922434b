/**
 * One conversation with a board, from the opened port to its loss: handshake, dead-man, heartbeat
 * and liveness. A Firmata can't be used again after its port closed, so each opening gets its own.
 */
import { EventEmitter } from 'node:events'
import firmataIo, { type Firmata } from 'firmata-io'
import { DeviceError } from '../errors.ts'
import { handshakeMsMax } from '../limits.ts'
import type { ByteTransport, Clock, Timers, Unsubscribe } from '../ports.ts'

/** Sysex commands of the gate firmware (hardware/firmware/README.md). */
export const gateSysex = { deadman: 0x01, fireOutputs: 0x02, fireReset: 0x03 } as const

/** Asks the board's version: the smallest complete message, and so the heartbeat. */
export const versionQuery = [0xf9]
const firmwareQuery = [0xf0, 0x79, 0xf7]
const askEveryMs = 250
const answerMsMax = 1000
/** A board that answers no heartbeat for this long is given up. */
const silentMsMax = 1000
/** Heartbeat where no dead-man sets one, milliseconds. */
const externalHeartbeatMs = 250

for (const command of Object.values(gateSysex)) {
  firmataIo.Firmata.SYSEX_RESPONSE[command] = board => {
    board.emit(`gate-${command}`, board.buffer.slice(2, -1))
  }
}

export interface SessionOptions {
  readonly name: string
  readonly transport: ByteTransport
  readonly timers: Timers
  readonly clock: Clock
  readonly deadman: { readonly ms: number } | 'external'
  /** Handshake done and dead-man armed: put modes and levels on the board now. */
  readonly onUsable: (firmata: Firmata) => void
  readonly onLevel: (pin: number, high: boolean) => void
  /** A message of the firmware in words, e.g. that it dropped the relays. */
  readonly onString: (text: string) => void
  /** The session is of no use any more. Called at most once. */
  readonly onFailure: (error: DeviceError) => void
}

export interface Session {
  end(): void
}

export function startSession(options: SessionOptions): Session {
  const { name, transport, timers, clock, deadman } = options
  const wire = Object.assign(new EventEmitter(), {
    write(bytes: Buffer, done?: () => void) {
      transport.write(bytes).then(
        () => done?.(),
        () => done?.(),
      )
    },
  })
  const firmata = new firmataIo.Firmata(wire, { reportVersionTimeout: 0 })
  const stops = new Set<Unsubscribe>()
  let heardMs = clock.monotonicMs()
  let over = false

  function end(): void {
    over = true
    clearTimeout(firmata.reportVersionTimeoutId)
    for (const stop of stops) stop()
    stops.clear()
    endBytes()
    firmata.removeAllListeners()
    firmata.on('error', () => {})
  }

  function fail(error: DeviceError): void {
    if (over) return
    end()
    options.onFailure(error)
  }

  function after(delayMs: number, run: () => void): Unsubscribe {
    const stop = timers.after(delayMs, () => {
      stops.delete(stop)
      run()
    })
    stops.add(stop)
    return () => {
      stops.delete(stop)
      stop()
    }
  }

  const endBytes = transport.onBytes(bytes => {
    heardMs = clock.monotonicMs()
    wire.emit('data', bytes)
  })

  function ask(): void {
    if (firmata.isReady) return
    wire.write(Buffer.from([...versionQuery, ...firmwareQuery]))
    after(askEveryMs, ask)
  }

  const handshake = after(handshakeMsMax, () => fail(silent(name, 'does not answer as a board')))
  firmata.on('error', () => {})
  firmata.on('string', (text: unknown) => options.onString(String(text)))
  firmata.on('digital-read', (report: { pin: number; value: number }) => {
    options.onLevel(report.pin, report.value === 1)
  })
  firmata.once('ready', () => {
    handshake()
    armDeadman()
  })

  function armDeadman(): void {
    if (deadman === 'external') {
      use(externalHeartbeatMs)
      return
    }
    const late = after(answerMsMax, () => fail(noDeadman(name, firmata.firmware.name)))
    firmata.once(`gate-${gateSysex.deadman}`, () => {
      late()
      use(deadman.ms / 4)
    })
    firmata.sysexCommand([gateSysex.deadman, deadman.ms & 0x7f, (deadman.ms >> 7) & 0x7f])
  }

  function use(heartbeatMs: number): void {
    options.onUsable(firmata)
    beat(heartbeatMs)
  }

  function beat(everyMs: number): void {
    if (over) return
    if (clock.monotonicMs() - heardMs > silentMsMax) {
      fail(silent(name, 'stopped answering'))
      return
    }
    wire.write(Buffer.from(versionQuery))
    after(everyMs, () => beat(everyMs))
  }

  wire.emit('open')
  ask()
  return { end }
}

function silent(name: string, what: string): DeviceError {
  return new DeviceError(
    'DEVICE_SILENT',
    name,
    `${name}: ${what}; check its power and that it runs the gate firmware at this baud rate`,
  )
}

function noDeadman(name: string, firmware = 'unknown firmware'): DeviceError {
  return new DeviceError(
    'NO_DEADMAN',
    name,
    `${name}: ${firmware} has no dead-man, a relay would stay on when this program dies; ` +
      'flash the gate firmware, or wire a timer relay and say deadman: "external"',
  )
}
