/**
 * The frames between a gate board with its own firmware and its host. Each carries a sequence number
 * and a check, so that noise on the line moves nothing and reports nothing. Pure.
 * firmware/protocol.md has the format, and how seldom noise makes a frame.
 */

/** CRC-21 of CAN FD, ISO 11898-1: it fills three bytes of seven bits. */
const polynomial = 0x102899
const topBit = 0x100000
const checkMask = 0x1fffff

const sysexStart = 0xf0
const sysexEnd = 0xf7
const setUpCommand = 0x01
const frameCommand = 0xa0
const frameBytes = 7
const checkBytes = 3
const sequenceMask = 0x0f
/** A frame further on than this is an old one. */
const stepMax = 8
const firstPin = 2

/** Flags above the levels of the 18 pins, in frames of the board. */
export const stateFlags = { fireLatched: 1 << 18, dropped: 1 << 19 } as const
/** As above, in frames of the host. */
export const orderFlags = { resetFire: 1 << 18, atRest: 1 << 19 } as const

/** Silence that a board takes from a host whose last frame asked for no relay, if not armed with more. */
export const restMs = 1000

/** Session numbers are below this. */
export const sessionsMax = 2 ** 21

/** A pin's bit in a frame's levels. */
export const pinBit = (pin: number) => 1 << (pin - firstPin)

/** Over bytes, most significant bit first, begun with `seed`: a session's number, or 0. */
export function checkOf(bytes: Iterable<number>, seed = 0): number {
  let crc = seed
  for (const byte of bytes) {
    crc ^= byte << 13
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & topBit) === 0 ? crc << 1 : (crc << 1) ^ polynomial
    }
  }
  return crc & checkMask
}

/** 21 bits in three bytes, low part first. */
export const threeBytes = (number: number) => [
  number & 0x7f,
  (number >> 7) & 0x7f,
  (number >> 14) & 0x7f,
]
export const numberAt = (bytes: ArrayLike<number>, at: number) =>
  bytes[at]! | (bytes[at + 1]! << 7) | (bytes[at + 2]! << 14)

/** `sequence` is taken modulo 16; `levels` are 21 bits. */
export function encodeFrame(session: number, sequence: number, levels: number): number[] {
  const head = [frameCommand | (sequence & sequenceMask), ...threeBytes(levels)]
  return [...head, ...threeBytes(checkOf(head, session))]
}

export const isFrame = (bytes: ArrayLike<number>) =>
  bytes.length === frameBytes && (bytes[0]! & 0xf0) === frameCommand

/** Why a frame is not taken: its check is wrong, or its number does not move on. */
export type FrameFault = 'BAD_CHECK' | 'OLD_SEQUENCE'
export type FrameOutcome = { readonly levels: number } | { readonly fault: FrameFault }

/** One direction of one session: takes frames in their order. */
export function createFrameJudge(session: number): {
  take(frame: readonly number[]): FrameOutcome
} {
  let last = sequenceMask
  return {
    take(frame) {
      const head = frame.slice(0, frameBytes - checkBytes)
      if (numberAt(frame, head.length) !== checkOf(head, session)) return { fault: 'BAD_CHECK' }
      const sequence = frame[0]! & sequenceMask
      const step = (sequence - last) & sequenceMask
      if (step === 0 || step > stepMax) return { fault: 'OLD_SEQUENCE' }
      last = sequence
      return { levels: numberAt(frame, 1) }
    },
  }
}

export interface GuardedLevel {
  readonly pin: number
  readonly level: 0 | 1
}

/** What a board is told once a session. Pins are 2 to 19. */
export interface SetUp {
  /** 0 to 2^21 - 1, another one each time: frames of other sessions are never right. */
  readonly session: number
  /** The dead-man's time, 1 to 5000 ms: no relay moves without one. */
  readonly deadmanMs: number
  /** Pins as `pinBit`s. All others are inputs without pull-up. */
  readonly outputs: number
  readonly pullups: number
  /** Beams and the level that means interrupted: the dead-man waits for them. Up to 6. */
  readonly hold: readonly GuardedLevel[]
  /** The fire loop's pin and what opens, up to 4; null leaves what the board has kept. */
  readonly fire: { readonly pin: number; readonly outputs: readonly GuardedLevel[] } | null
}

export function encodeSetUp(setUp: SetUp): number[] {
  const { session, deadmanMs, hold, fire } = setUp
  const message = [
    ...[sysexStart, setUpCommand],
    ...threeBytes(session),
    ...[deadmanMs & 0x7f, (deadmanMs >> 7) & 0x7f],
    ...threeBytes(setUp.outputs),
    ...threeBytes(setUp.pullups),
    ...[hold.length, ...flat(hold)],
    ...[fire?.pin ?? 0, ...flat(fire?.outputs ?? [])],
  ]
  return [...message, ...threeBytes(checkOf(message)), sysexEnd]
}

const flat = (levels: readonly GuardedLevel[]) => levels.flatMap(({ pin, level }) => [pin, level])
