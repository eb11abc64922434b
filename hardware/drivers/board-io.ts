/**
 * The IO object johnny-five talks to, for the life of a gate. johnny-five keeps every Board it
 * ever made, so there is one Board for life and only the Firmata behind this object is replaced.
 */
import { EventEmitter } from 'node:events'
import type { Firmata } from 'firmata-io'

/** Pin modes of the Firmata protocol 2.x. */
export const pinModes = { input: 0x00, output: 0x01, pullup: 0x0b } as const

const pinCount = 20
const portPins = 8

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
  #firmata: Firmata | null = null

  pinMode(pin: number, mode: number): void {
    this.#modes.set(pin, mode)
    this.#firmata?.pinMode(pin, mode)
  }

  digitalWrite(pin: number, value: number): void {
    this.#outputs.set(pin, value)
    this.#firmata?.digitalWrite(pin, value)
  }

  /** A pin whose mode the board behind `firmata` does not offer, or null. */
  unsupportedPin(firmata: Firmata): number | null {
    for (const [pin, mode] of this.#modes) {
      if (firmata.pins[pin]?.supportedModes.includes(mode) !== true) return pin
    }
    return null
  }

  /** Puts modes and levels on a fresh board: levels first, so that no output starts high. */
  attach(firmata: Firmata): void {
    this.#firmata = firmata
    const inputs: number[] = []
    for (const [pin, mode] of this.#modes) {
      if (mode !== pinModes.output) {
        inputs.push(pin)
        continue
      }
      const value = this.#outputs.get(pin) ?? 0
      if (value === 0) firmata.digitalWrite(pin, 0)
      firmata.pinMode(pin, mode)
      firmata.digitalWrite(pin, value)
    }
    for (const pin of inputs) firmata.pinMode(pin, pinModes.pullup)
    const firstOfPort = new Map(inputs.map(pin => [Math.floor(pin / portPins), pin]))
    for (const pin of firstOfPort.values()) firmata.reportDigitalPin(pin, 1)
  }

  detach(): void {
    this.#firmata = null
  }
}
