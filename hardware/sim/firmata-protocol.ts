/**
 * The board's side of the Firmata protocol 2.5 as far as stock firmware is used. Pure: bytes in,
 * messages out, and the bytes of each answer.
 */
import { sysexBytesMax } from '../limits.ts'

export type FirmataMessage =
  | {
      readonly kind: 'query'
      readonly of: 'version' | 'firmware' | 'capabilities' | 'analogMapping'
    }
  | { readonly kind: 'pinMode'; readonly pin: number; readonly mode: number }
  | { readonly kind: 'pinValue'; readonly pin: number; readonly value: number }
  | { readonly kind: 'portValue'; readonly port: number; readonly bits: number }
  | { readonly kind: 'reportPort'; readonly port: number; readonly on: boolean }
  | { readonly kind: 'pinState'; readonly pin: number }
  /** Valid, and nothing for this board to do. */
  | { readonly kind: 'other' }
  | { readonly kind: 'reset' }

export interface FirmataReader {
  push(bytes: Uint8Array): FirmataMessage[]
}

const sysexStart = 0xf0
const sysexEnd = 0xf7

/** Resynchronises at every command byte; a message is only ever a complete one. */
export function createFirmataReader(): FirmataReader {
  let buffer: number[] = []

  function take(byte: number): FirmataMessage | null {
    if (buffer[0] === sysexStart) {
      if (byte === sysexEnd) {
        const message = sysexMessage(buffer.slice(1))
        buffer = []
        return message
      }
      if (byte < 0x80) {
        if (buffer.length < sysexBytesMax) buffer.push(byte)
        else buffer = []
        return null
      }
    }
    if (byte >= 0x80) {
      buffer = []
      if (byte === 0xf9) return { kind: 'query', of: 'version' }
      if (byte === 0xff) return { kind: 'reset' }
      if (dataBytes(byte) > 0 || byte === sysexStart) buffer = [byte]
      return null
    }
    if (buffer.length === 0) return null
    buffer.push(byte)
    if (buffer.length <= dataBytes(buffer[0]!)) return null
    const message = shortMessage(buffer[0]!, buffer[1]!, buffer[2] ?? 0)
    buffer = []
    return message
  }

  return {
    push(bytes) {
      const messages: FirmataMessage[] = []
      for (const byte of bytes) {
        const message = take(byte)
        if (message !== null) messages.push(message)
      }
      return messages
    },
  }
}

function dataBytes(command: number): number {
  if (command === 0xf4 || command === 0xf5) return 2
  const group = command & 0xf0
  if (group === 0x90 || group === 0xe0) return 2
  return group === 0xc0 || group === 0xd0 ? 1 : 0
}

function shortMessage(command: number, first: number, second: number): FirmataMessage {
  if (command === 0xf4) return { kind: 'pinMode', pin: first, mode: second }
  if (command === 0xf5) return { kind: 'pinValue', pin: first, value: second }
  const port = command & 0x0f
  const group = command & 0xf0
  if (group === 0x90) return { kind: 'portValue', port, bits: first | (second << 7) }
  if (group === 0xd0) return { kind: 'reportPort', port, on: first !== 0 }
  return { kind: 'other' }
}

function sysexMessage([command, ...data]: number[]): FirmataMessage | null {
  if (command === undefined) return null
  if (command === 0x79 && data.length === 0) return { kind: 'query', of: 'firmware' }
  if (command === 0x6b && data.length === 0) return { kind: 'query', of: 'capabilities' }
  if (command === 0x69 && data.length === 0) return { kind: 'query', of: 'analogMapping' }
  if (command === 0x6d && data.length === 1) return { kind: 'pinState', pin: data[0]! }
  if (command === 0x7a && data.length === 2) return { kind: 'other' }
  return null
}

const pairs = (text: string) =>
  [...text].flatMap(char => [char.charCodeAt(0) & 0x7f, char.charCodeAt(0) >> 7])

/** Answers, ready to send. */
export const firmataBytes = {
  version: [0xf9, 2, 5],
  firmware: (name: string, major: number, minor: number) => [
    sysexStart,
    0x79,
    major,
    minor,
    ...pairs(name),
    sysexEnd,
  ],
  digital: (port: number, bits: number) => [0x90 | port, bits & 0x7f, (bits >> 7) & 0x7f],
  pinState: (pin: number, mode: number, value: number) => [
    sysexStart,
    0x6e,
    pin,
    mode,
    value,
    sysexEnd,
  ],
  capabilities: (pins: number, firstPin: number, modes: readonly number[]) => [
    sysexStart,
    0x6c,
    ...Array.from({ length: pins }, (_, pin) =>
      pin < firstPin ? [0x7f] : [...modes.flatMap(mode => [mode, 1]), 0x7f],
    ).flat(),
    sysexEnd,
  ],
  /** No pin is analog. */
  analogMapping: (pins: number) => [sysexStart, 0x6a, ...new Array(pins).fill(0x7f), sysexEnd],
}
