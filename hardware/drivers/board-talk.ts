/** The interface of a session's two links to a board: checked frames, or Firmata. */
import type { DeviceError } from '../errors.ts'
import type { Clock, LineFault, Unsubscribe } from '../ports.ts'
import type { BoardLink } from './board-io.ts'
import type { PinMap } from './pins.ts'

export interface TalkEvents {
  /** Set-up done and dead-man armed: put the levels on the board now. */
  readonly onUsable: (link: BoardLink) => void
  /** What an input shows, once it is believed; `heldMs`: for how long it was seen. */
  readonly onLevel: (pin: number, high: boolean, heldMs: number) => void
  /** The board's fire latch as it is now. */
  readonly onFireLatch: (latched: boolean) => void
  /** Something that the line carried was not taken. */
  readonly onDropped: (fault: LineFault, count: number) => void
}

export interface TalkParts extends TalkEvents {
  readonly name: string
  readonly clock: Clock
  readonly pins: PinMap
  /** Resolves when the bytes were handed to the wire; never rejects. */
  send(bytes: readonly number[]): Promise<void>
  /** As `Timers`; ends with the session. */
  after(delayMs: number, run: () => void): Unsubscribe
  /** The session is of no use any more. */
  fail(error: DeviceError): void
}

export interface Talk {
  /** A complete message of the board. */
  message(bytes: readonly number[]): void
  /** Bytes that are part of no message. */
  foreign(count: number): void
  resetFire(): void
  /** Resolves when the levels written so far are on the wire. */
  flushed(): Promise<void>
}

/** Asks the board's version: Firmata's smallest message, and a stock board's heartbeat. */
export const versionQuery = [0xf9]
/** A board that gives no sign of life for this long is given up. */
export const silentMsMax = 1000
