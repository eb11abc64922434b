/** The pins of a simulated board, as its firmware uses them. */
export const modes = { input: 0x00, output: 0x01, pullup: 0x0b } as const
export const firstPin = 2

export interface BoardPins {
  readonly count: number
  /** Ignored for a pin or a mode that is none, and for one that fire owns. An output starts low. */
  setMode(pin: number, mode: number): void
  /** Only outputs are driven, and only as the safety functions allow. */
  write(pin: number, value: number): void
  /** What an input shows; outputs read as 0. */
  input(pin: number): 0 | 1
  /** Mode, and the value written or the pull-up. */
  state(pin: number): { readonly mode: number; readonly value: number } | null
}

/** A firmware: how a simulated board talks. */
export interface Firmware {
  /** After a reset. */
  boot(): void
  receive(bytes: Uint8Array): void
  /** An input or a latch may have changed. */
  look(): void
  stop(): void
}
