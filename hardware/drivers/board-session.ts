/**
 * One session with a board, from the opened port to its loss: identification, then the link that fits
 * its firmware. A Firmata can't be used again after its port closed, so each opening gets its own.
 */
import { EventEmitter } from 'node:events'
import firmataIo, { type Firmata } from 'firmata-io'
import type { DeviceError } from '../errors.ts'
import { firmataBytesMax, handshakeMsMax } from '../limits.ts'
import { createLineReader } from '../line-reader.ts'
import type { ByteTransport, Clock, Timers, Unsubscribe } from '../ports.ts'
import { noDeadman, otherFirmware, silent } from './board-faults.ts'
import { type Talk, type TalkEvents, type TalkParts, versionQuery } from './board-talk.ts'
import { guardFirmata } from './firmata-guard.ts'
import { talkGuarded } from './guarded-talk.ts'
import type { PinMap } from './pins.ts'
import { talkStock } from './stock-talk.ts'

/** The name the gate firmware reports, and the version whose messages this program knows. */
const gateFirmware = 'wicketgate'
const gateVersion = 2
const firmwareQuery = [0xf0, 0x79, 0xf7]
const askEveryMs = 250
/** Armed on a board that has a dead-man though the config names an external one: it needs none. */
const usualDeadmanMs = 300

guardFirmata()

export interface SessionOptions extends TalkEvents {
  readonly name: string
  readonly transport: ByteTransport
  readonly timers: Timers
  readonly clock: Clock
  /** Below 2^21, and another one than the session's before. */
  readonly number: number
  readonly deadman: { readonly ms: number } | 'external'
  readonly pins: PinMap
  /** The session is of no use any more and ends after this call. Called at most once. */
  readonly onFailure: (error: DeviceError) => void
}

export interface Session extends Pick<Talk, 'resetFire' | 'flushed'> {
  end(): void
}

export function startSession(options: SessionOptions): Session {
  const { name, transport, timers, deadman } = options
  const stops = new Set<Unsubscribe>()
  let failed = false
  let over = false
  let talk: Talk | null = null

  function after(delayMs: number, run: () => void): Unsubscribe {
    if (over) return () => {}
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

  async function send(bytes: readonly number[]): Promise<void> {
    if (!over) await transport.write(Uint8Array.from(bytes)).catch(() => {})
  }

  function end(): void {
    over = true
    for (const stop of stops) stop()
    stops.clear()
    endBytes()
    stock.end()
  }

  function fail(error: DeviceError): void {
    if (over || failed) return
    failed = true
    options.onFailure(error)
    end()
  }

  const parts: TalkParts = { ...options, send, after, fail }
  const stock = createStock(send)
  const reader = createLineReader({
    dataBytes,
    sysexBytesMax: firmataBytesMax,
    onMessage: bytes => {
      if (over) return
      if (talk !== null) talk.message(bytes)
      else if (firmwareName(bytes) === gateFirmware) meetGate(bytes)
      else stock.forward(bytes)
    },
    onForeign: count => {
      if (!over) talk?.foreign(count)
    },
  })
  const endBytes = transport.onBytes(bytes => reader.push(bytes))

  // Until it is known who is there: a firmware report after that means that the board restarted.
  function ask(): void {
    if (talk !== null || stock.known()) return
    void send([...versionQuery, ...firmwareQuery])
    after(askEveryMs, ask)
  }
  const handshake = after(handshakeMsMax, () => fail(silent(name, 'does not answer as a board')))

  function meetGate(hello: readonly number[]): void {
    handshake()
    const [, , major = 0, minor = 0] = hello
    if (major !== gateVersion) {
      fail(otherFirmware(name, `${major}.${minor}`, gateVersion))
      return
    }
    const deadmanMs = deadman === 'external' ? usualDeadmanMs : deadman.ms
    talk = talkGuarded(parts, { deadmanMs, session: options.number, hello })
  }

  stock.firmata.once('ready', () => {
    handshake()
    if (talk !== null || over) return
    if (deadman === 'external') talk = talkStock(parts, stock)
    else fail(noDeadman(name, stock.firmata.firmware.name))
  })

  ask()
  return {
    end,
    resetFire: () => talk?.resetFire(),
    flushed: async () => talk?.flushed(),
  }
}

/** firmata-io on a wire that carries complete messages only. */
function createStock(send: (bytes: readonly number[]) => Promise<void>) {
  const wire = Object.assign(new EventEmitter(), {
    write(bytes: Buffer, done?: () => void) {
      void send([...bytes]).then(() => done?.())
    },
  })
  const firmata: Firmata = new firmataIo.Firmata(wire, { reportVersionTimeout: handshakeMsMax })
  // Asking for the version is done by the session's own timers.
  clearTimeout(firmata.reportVersionTimeoutId)
  firmata.on('error', () => {})
  let known = false
  firmata.once('queryfirmware', () => {
    known = true
  })
  wire.emit('open')
  return {
    firmata,
    known: () => known,
    forward: (bytes: readonly number[]) => void wire.emit('data', Buffer.from(bytes)),
    end() {
      firmata.removeAllListeners()
      firmata.on('error', () => {})
    },
  }
}

/** What follows each command byte of a board; a frame of the gate firmware begins with Ax. */
function dataBytes(command: number): number | undefined {
  if (command === 0xf9) return 2
  const group = command & 0xf0
  if (group === 0x90 || group === 0xe0) return 2
  return group === 0xa0 ? 6 : undefined
}

/** The name in a firmware report; null for any other message. */
function firmwareName(bytes: readonly number[]): string | null {
  if (bytes[0] !== 0xf0 || bytes[1] !== 0x79) return null
  return String.fromCharCode(...bytes.slice(4, -1).filter((_byte, index) => index % 2 === 0))
}
