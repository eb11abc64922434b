/**
 * What a gate needs from its devices, in device terms. Drivers implement these, the gate imports
 * only these types, and simulated devices sit behind the drivers at the far end of a wire.
 *
 * Every driver opens, works, loses its device, finds it again by itself, and closes so that no
 * handle keeps the process alive.
 */
import type { DeviceError } from './errors.ts'

/** Ends a subscription. Calling it twice is harmless. */
export type Unsubscribe = () => void

/** Time as a device sees it. `monotonicMs` never runs backwards; `nowMs` is Unix time. */
export interface Clock {
  nowMs(): number
  monotonicMs(): number
}

/**
 * Timers behind a port, so that virtual time can drive a driver. Delays are milliseconds. `run` is
 * called once, late perhaps, never before `Clock.monotonicMs` has moved on by the delay.
 */
export interface Timers {
  after(delayMs: number, run: () => void): Unsubscribe
}

/**
 * `lost` names why; the driver keeps trying until it is closed. `warning`: the device works as far as
 * the driver can tell, and someone should look at it, such as a camera that sees only black.
 */
export type DeviceState =
  | { readonly state: 'connecting' }
  | { readonly state: 'ready'; readonly warning?: DeviceError }
  | { readonly state: 'lost'; readonly error: DeviceError }

/** What all drivers share. `onState` calls the listener at once with the present state. */
export interface Device {
  readonly name: string
  onState(listener: (state: DeviceState) => void): Unsubscribe
  /** Stops trying, releases the port, resolves when nothing is left open. */
  close(): Promise<void>
}

/** One code as read: text without AIM or ECI markers, line ends or blanks around it. */
export interface Reading {
  readonly text: string
  /** Monotonic time of the last byte (or frame) that made this code, milliseconds. */
  readonly lastByteMs: number
}

/**
 * Why a code was not read though something of it came: a pause in its middle, or the device went
 * away; a byte or a report that no code holds; more than the longest code. `REST`: what came after a
 * code that was given up, before its end was seen.
 */
export type ReadFault = 'CUT' | 'BROKEN' | 'TOO_LONG' | 'REST'

/**
 * A scanner or a camera. The same payload within 2 s is one reading. A code is whole or not there:
 * neither its head nor its tail is ever a reading.
 */
export interface CodeReader extends Device {
  onReading(listener: (reading: Reading) => void): Unsubscribe
  /**
   * Called once for each code that came in part and was dropped, and for its `REST`: with the number
   * of bytes, from a reader of bytes. Left out by a reader of pictures.
   */
  onDropped?(listener: (fault: ReadFault, bytes?: number) => void): Unsubscribe
}

/** Bytes in both directions over something that can be unplugged and comes back. */
export interface ByteTransport extends Device {
  onBytes(listener: (bytes: Uint8Array) => void): Unsubscribe
  /** Resolves when the bytes were handed to the wire. Rejects with DeviceError when it is lost. */
  write(bytes: Uint8Array): Promise<void>
}

export type Relay = 'entry' | 'exit' | 'alarm'

/** Relays of the barrier. All are released whenever the board is lost, found again or closed. */
export interface Barrier {
  /** Throws DeviceError `DEVICE_DETACHED` when the board is not ready: nothing moved then. */
  energise(relay: Relay): void
  /** Never throws: a detached board has already dropped its relays by its dead-man. */
  release(relay: Relay): void
}

/**
 * Inputs that are either at rest or active. Beams are active while interrupted; `beamLow` stands
 * beside D at the height of an ankle. `passA`/`passB`
 * are a tripod's passage feedback (A: entry, B: exit). `fire` is active when its normally-closed
 * loop is open, a cut wire included.
 */
export type Contact =
  | 'beamA'
  | 'beamB'
  | 'beamC'
  | 'beamD'
  | 'beamE'
  | 'beamF'
  | 'beamLow'
  | 'passA'
  | 'passB'
  | 'fire'
  | 'stop'
  | 'tamper'
  | 'release'
  | 'relayFeedback'

export interface Contacts {
  /** Called on changes only, after debouncing, and once for each active contact when the board
   * becomes ready. */
  onContact(listener: (contact: Contact, active: boolean) => void): Unsubscribe
  isActive(contact: Contact): boolean
}

export type Lamp = 'arrow' | 'cross' | 'amber'

/** Lamps and buzzer as plain outputs; patterns are the gate's affair. Never throws. */
export interface Signals {
  lamp(lamp: Lamp, on: boolean): void
  buzzer(on: boolean): void
}

/**
 * Why something that a board's line carried was not taken: bytes of no message; a message that only
 * stock firmware may send without a check, to a board that has one; a wrong check; a sequence
 * number that does not move on; a report that the board can't have sent; a state that was seen only
 * once, which a bouncing contact does too.
 */
export type LineFault =
  | 'FOREIGN'
  | 'UNCHECKED'
  | 'BAD_CHECK'
  | 'OLD_SEQUENCE'
  | 'IMPOSSIBLE'
  | 'UNCONFIRMED'

/** A gate board: barrier, contacts and signals of one lane behind one port. */
export interface GateBoard extends Device {
  readonly barrier: Barrier
  readonly contacts: Contacts
  readonly signals: Signals
  /**
   * Ends a fire alarm that the board has latched, for staff's reset. The board keeps its outputs
   * open and `fire` stays active until this is called with the loop closed again; with the loop
   * open it changes nothing. Left out by a board without a latch.
   */
  resetFire?(): void
  /** Called for what the line carried and was not taken: a measure of its noise. */
  onDropped?(listener: (fault: LineFault, count: number) => void): Unsubscribe
}
