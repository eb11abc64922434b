/** The few parts of firmata-io 2.3.0 that the board driver uses; it ships no types. */
declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events'

  export interface FirmataPin {
    readonly supportedModes: readonly number[]
    mode: number | undefined
    value: number
  }
  export class Firmata extends EventEmitter {
    constructor(
      transport: object,
      options: { reportVersionTimeout: number; samplingInterval?: number },
    )
    readonly isReady: boolean
    /** The message that is being received. */
    readonly buffer: number[]
    readonly versionReceived: boolean
    readonly pins: FirmataPin[]
    readonly analogPins: number[]
    readonly version: { major?: number; minor?: number }
    readonly firmware: { name?: string; version?: { major: number; minor: number } }
    readonly reportVersionTimeoutId: NodeJS.Timeout
    pinMode(pin: number, mode: number): void
    digitalWrite(pin: number, value: number): void
    reportDigitalPin(pin: number, value: 0 | 1): void
    queryPinState(pin: number, callback: () => void): void
    sysexCommand(message: number[]): this
    static SYSEX_RESPONSE: Record<number, ((board: Firmata) => void) | undefined>
  }
  const bind: { Firmata: typeof Firmata }
  export default bind
}
