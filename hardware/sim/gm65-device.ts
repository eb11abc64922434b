/**
 * The registers of a simulated GM65-family module and its answers on the wire. Out of the factory
 * it obeys printed setup codes, sends no AIM identifier and no tail.
 */
import { crc16Xmodem, gm65Answer, gm65Zones } from '../drivers/gm65.ts'
import type { DeviceWire } from './serial-wire.ts'

export interface Gm65Registers {
  /** Zone by zone as a read returns them. */
  readonly zones: Map<number, number>
  /** Times the registers were written to flash. */
  readonly saves: number
  /** Printed setup codes the module obeyed. */
  readonly setupCodes: readonly string[]
  /** True when `text` is a setup code and setup codes are on: then nothing is sent. */
  takesSetupCode(text: string): boolean
  /** The bytes of a code as text, with the identifier and tail the registers ask for. */
  frame(text: string): string
  save(): void
}

/** Stands for the manufacturer's printed setup codes; real ones work the same way. */
export const printedSetupCode = '^3#SETUP'

export function createGm65Registers(): Gm65Registers {
  const zones = new Map<number, number>([
    [gm65Zones.mode, 0xd6],
    [gm65Zones.setupCodes, 0x00],
    [gm65Zones.baud, 0x39],
    [gm65Zones.baud + 1, 0x01],
    [gm65Zones.tail, 0x00],
    [gm65Zones.aim, 0x00],
  ])
  const setupCodes: string[] = []
  let saves = 0
  const bit = (zone: number, mask: number) => ((zones.get(zone) ?? 0) & mask) !== 0
  return {
    zones,
    setupCodes,
    get saves() {
      return saves
    },
    takesSetupCode(text) {
      if (!text.startsWith(printedSetupCode) || bit(gm65Zones.setupCodes, 0x02)) return false
      setupCodes.push(text)
      return true
    },
    frame(text) {
      const aim = bit(gm65Zones.aim, 0x80) ? ']Q1' : ''
      return `${aim}${text}${bit(gm65Zones.tail, 0x01) ? '\r' : ''}`
    },
    save() {
      saves += 1
    },
  }
}

const types = { read: 0x07, write: 0x08, save: 0x09 }
const commandBytesMax = 64

/** Answers the commands that come over the wire. Commands with a wrong CRC are ignored. */
export function connectGm65(wire: DeviceWire, registers: Gm65Registers): void {
  let buffer: number[] = []
  wire.onHostOpen(() => {
    buffer = []
  })
  wire.onBytes(bytes => {
    for (const byte of bytes) {
      buffer.push(byte)
      if (buffer[0] !== 0x7e || (buffer.length > 1 && buffer[1] !== 0)) buffer = []
      if (buffer.length > commandBytesMax) buffer = []
      const whole = takeCommand(buffer)
      if (whole === null) continue
      buffer = []
      const answer = obey(registers, whole)
      if (answer !== null) wire.write(answer)
    }
  })
}

function takeCommand(buffer: readonly number[]): readonly number[] | null {
  const [, , , length] = buffer
  return length !== undefined && buffer.length === 6 + length + 2 ? buffer : null
}

function obey(registers: Gm65Registers, command: readonly number[]): Uint8Array | null {
  const body = command.slice(2, -2)
  const sum = ((command.at(-2) ?? 0) << 8) | (command.at(-1) ?? 0)
  if (sum !== 0xabcd && sum !== crc16Xmodem(body)) return null
  const [type, , high, low, ...data] = body as [number, number, number, number, ...number[]]
  const zone = (high << 8) | low
  if (type === types.read) {
    return gm65Answer(
      Array.from({ length: data[0] ?? 0 }, (_, i) => registers.zones.get(zone + i) ?? 0),
    )
  }
  if (type === types.write) {
    for (const [index, value] of data.entries()) registers.zones.set(zone + index, value)
  } else if (type === types.save) registers.save()
  return gm65Answer([0])
}
