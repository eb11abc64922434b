/**
 * The serial protocol of the GM65 family of scanner modules: commands and their answers, which
 * share the line with scans. Pure.
 *
 * Command: `7E 00 type length address(2) data crc(2)`; answer: `02 00 type length data crc(2)`,
 * where length counts data only. The CRC is CRC-16/XMODEM over everything between header and CRC;
 * `AB CD` in its place is taken by the module unchecked, and is taken from it too.
 */

/** Registers ("zone bits") the driver sets. */
export const gm65Zones = {
  /** Bits 1–0: 1 by command, 2 continuous. The other bits are light and sound and left alone. */
  mode: 0x0000,
  /** Bit 1 set: printed setup codes are ignored. */
  setupCodes: 0x0003,
  /** Two bytes, low first: 3 000 000 / 2 / baud, e.g. 0x0139 for 9600. */
  baud: 0x002a,
  /** Bit 0: add a tail; bits 6–5: 0 is CR. */
  tail: 0x0060,
  /** Bit 7: AIM identifier before each code. */
  aim: 0x00d0,
} as const

export const gm65BaudValues: ReadonlyMap<number, number> = new Map([
  [9600, 0x0139],
  [14_400, 0x00d0],
  [19_200, 0x009c],
  [38_400, 0x004e],
  [57_600, 0x0034],
  [115_200, 0x001a],
])

/** Factory speed, 8N1. */
export const gm65FactoryBaudRate = 9600

const types = { read: 0x07, write: 0x08, save: 0x09 }

export function gm65Read(zone: number, count = 1): Uint8Array {
  return command(types.read, zone, [count], 1)
}

export function gm65Write(zone: number, ...data: number[]): Uint8Array {
  return command(types.write, zone, data, data.length)
}

/** Keeps all registers over a loss of power. */
export function gm65Save(): Uint8Array {
  return command(types.save, 0, [0], 1)
}

function command(type: number, zone: number, data: readonly number[], length: number): Uint8Array {
  const body = [type, length, zone >> 8, zone & 0xff, ...data]
  return Uint8Array.of(0x7e, 0x00, ...body, ...crcBytes(body))
}

/** An answer as the module sends it. */
export function gm65Answer(data: readonly number[], type = 0): Uint8Array {
  const body = [type, data.length, ...data]
  return Uint8Array.of(0x02, 0x00, ...body, ...crcBytes(body))
}

export function crc16Xmodem(bytes: Iterable<number>): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
    crc &= 0xffff
  }
  return crc
}

function crcBytes(body: Iterable<number>): [number, number] {
  const crc = crc16Xmodem(body)
  return [crc >> 8, crc & 0xff]
}

export interface Gm65Split {
  /** Bytes that are scans, in order. */
  readonly text: Uint8Array
  /** Data of each sound answer. */
  readonly answers: readonly Uint8Array[]
}

export interface Gm65Splitter {
  push(bytes: Uint8Array): Gm65Split
  /** Gives a half answer back, which is none: the line was idle, or the port was opened again. */
  flush(): Uint8Array
}

const headerBytes = 4
const crcLength = 2
/** The driver never asks for more; anything longer is noise. */
const answerDataMax = 16

/** Tells answers from scans: no printed text holds the byte 02. */
export function createGm65Splitter(): Gm65Splitter {
  let half: number[] = []

  function take(byte: number, text: number[], answers: Uint8Array[]): void {
    if (half.length === 0 && byte !== 0x02) {
      text.push(byte)
      return
    }
    half.push(byte)
    if (half.length < headerBytes && couldBeAnswer(half)) return
    const wanted = headerBytes + (half[3] ?? 0) + crcLength
    if (couldBeAnswer(half) && half.length < wanted) return
    const whole = half
    half = []
    if (couldBeAnswer(whole) && isSound(whole)) answers.push(Uint8Array.from(whole.slice(4, -2)))
    else rescan(whole, text, answers)
  }

  /** Not an answer after all: its first byte is noise, the others are looked at again. */
  function rescan(bytes: readonly number[], text: number[], answers: Uint8Array[]): void {
    text.push(bytes[0]!)
    for (const byte of bytes.slice(1)) take(byte, text, answers)
  }

  return {
    push(bytes) {
      const text: number[] = []
      const answers: Uint8Array[] = []
      for (const byte of bytes) take(byte, text, answers)
      return { text: Uint8Array.from(text), answers }
    },
    flush() {
      const bytes = Uint8Array.from(half)
      half = []
      return bytes
    },
  }
}

function couldBeAnswer([first, second, , length]: readonly number[]): boolean {
  if (first !== 0x02 || (second !== undefined && second !== 0x00)) return false
  return length === undefined || length <= answerDataMax
}

function isSound(bytes: readonly number[]): boolean {
  const high = bytes.at(-2)
  const low = bytes.at(-1)
  if (high === 0xab && low === 0xcd) return true
  const [wantedHigh, wantedLow] = crcBytes(bytes.slice(2, -crcLength))
  return high === wantedHigh && low === wantedLow
}
