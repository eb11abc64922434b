/**
 * The IO object johnny-five talks to, for the life of a gate. johnny-five keeps every Board it
 * ever made, so there is one Board for life and only the link behind this object is replaced.
 */
import { EventEmitter } from 'node:events'

/** Pin modes of the Firmata protocol 2.x. */
export const pinModes = { input: 0x00, output: 0x01, pullup: 0x0b } as const

const pinCount = 20

/** A board that is there, its set-up done. */
export interface BoardLink {
  supports(pin: number, mode: number): boolean
  /** Puts modes and output levels on a fresh board, so that no output starts high. */
  begin(modes: ReadonlyMap<number, number>, levels: ReadonlyMap<number, number>): void
  write(pin: number, value: number): void
}

export class BoardIo extends EventEmitter {
  // Any name but "Firmata": by that name johnny-five turns pin 14 into "A0" and that into pin 0.
  readonly name = 'WicketgateIo'
  readonly isReady = true
  readonly HIGH = 1
  readonly LOW = 0
  readonly MODES = { INPUT: pinModes.input, OUTPUT: pinModes.output, PULLUP: pinModes.pullup }
  readonly RESOLUTION = { ADC: 1023, DAC: null, PWM: 255 }
  readonly analogPins: number[] = []
  readonly pins = Array.from({ length: pinCount }, () => ({
    supportedModes: [pinModes.input, pinModes.output, pinModes.pullup],
    mode: pinModes.input,
    value: 0,
  }))
  readonly #modes = new Map<number, number>()
  readonly #outputs = new Map<number, number>()
  #link: BoardLink | null = null

  pinMode(pin: number, mode: number): void {
    this.#modes.set(pin, mode)
  }

  digitalWrite(pin: number, value: number): void {
    this.#outputs.set(pin, value)
    this.#link?.write(pin, value)
  }

  /** A pin whose mode the board behind `link` does not offer, or null. */
  unsupportedPin(link: BoardLink): number | null {
    for (const [pin, mode] of this.#modes) if (!link.supports(pin, mode)) return pin
    return null
  }

  attach(link: BoardLink): void {
    this.#link = link
    link.begin(this.#modes, this.#outputs)
  }

  detach(): void {
    this.#link = null
  }
}
