/** The protocol of a board with stock firmware: StandardFirmata's digital messages, no dead-man. */
import { type BoardPins, type Firmware, firstPin, modes } from './board-pins.ts'
import { createFirmataReader, type FirmataMessage, firmataBytes } from './firmata-protocol.ts'

const portPins = 8
const hello = firmataBytes.firmware('StandardFirmata.ino', 2, 5)

export function createStockFirmware(
  pins: BoardPins,
  send: (bytes: readonly number[]) => void,
): Firmware {
  const portCount = Math.ceil(pins.count / portPins)
  const reported = new Map<number, number>()
  let reader = createFirmataReader()

  const queries: Record<string, () => readonly number[]> = {
    version: () => firmataBytes.version,
    firmware: () => hello,
    capabilities: () => firmataBytes.capabilities(pins.count, firstPin, Object.values(modes)),
    analogMapping: () => firmataBytes.analogMapping(pins.count),
  }

  function report(port: number, force: boolean): void {
    if (!reported.has(port)) return
    let bits = 0
    for (let bit = 0; bit < portPins; bit += 1) bits |= pins.input(port * portPins + bit) << bit
    if (!force && reported.get(port) === bits) return
    reported.set(port, bits)
    send(firmataBytes.digital(port, bits))
  }

  function handle(message: FirmataMessage): void {
    switch (message.kind) {
      case 'query':
        send(queries[message.of]!())
        break
      case 'pinMode':
        pins.setMode(message.pin, message.mode)
        break
      case 'pinValue':
        pins.write(message.pin, message.value)
        break
      case 'portValue':
        for (let bit = 0; bit < portPins; bit += 1) {
          pins.write(message.port * portPins + bit, (message.bits >> bit) & 1)
        }
        break
      case 'reportPort':
        if (message.port >= portCount) break
        if (!message.on) reported.delete(message.port)
        else {
          reported.set(message.port, 0)
          report(message.port, true)
        }
        break
      case 'pinState': {
        const state = pins.state(message.pin)
        if (state !== null) send(firmataBytes.pinState(message.pin, state.mode, state.value))
        break
      }
      case 'other':
        break
      case 'reset':
        for (let pin = firstPin; pin < pins.count; pin += 1) pins.setMode(pin, modes.input)
        reported.clear()
    }
  }

  return {
    boot() {
      reader = createFirmataReader()
      reported.clear()
      send(firmataBytes.version)
      send(hello)
    },
    receive(bytes) {
      for (const message of reader.push(bytes)) handle(message)
    },
    look() {
      for (let port = 0; port < portCount; port += 1) report(port, false)
    },
    stop() {},
  }
}
