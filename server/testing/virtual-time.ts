/** Time that tests move and chance that they can draw again, as the service's ports. */
import { createHash } from 'node:crypto'
import { createVirtualTime, type VirtualTime } from '../../fixtures/clock.ts'
import type { Clock, Random, Timers } from '../clock.ts'

export interface ServiceTime {
  readonly time: VirtualTime
  readonly clock: Clock
  readonly timers: Timers
  /** How many pauses the service makes now: timers with a length that nobody set in the background. */
  pauses(): number
}

/** `startMs`: Unix time at the beginning. `turns`: as `createVirtualTime` takes it. */
export function createServiceTime(
  startMs: number,
  turns: Parameters<typeof createVirtualTime>[1] = 1,
): ServiceTime {
  const time = createVirtualTime(startMs, turns)
  const { after } = time.timers
  const pauses = new Set<() => void>()

  function pause(delayMs: number, run: () => void): () => void {
    const over = () => {
      pauses.delete(over)
      run()
    }
    const cancel = after(delayMs, over)
    pauses.add(over)
    return () => {
      pauses.delete(over)
      cancel()
    }
  }

  return {
    time,
    clock: { now: time.clock.nowMs },
    timers: {
      monotonic: time.clock.monotonicMs,
      after: (delayMs, run, background) =>
        delayMs > 0 && background === undefined ? pause(delayMs, run) : after(delayMs, run),
    },
    pauses: () => pauses.size,
  }
}

/** The same draws for the same seed: SHA-256 of seed and counter, one block after the other. */
export function createSeededRandom(seed: string): Random {
  let count = 0
  let rest = Buffer.alloc(0)

  function bytes(wanted: number): Buffer {
    while (rest.length < wanted) {
      const block = createHash('sha256').update(`${seed} ${count++}`).digest()
      rest = Buffer.concat([rest, block])
    }
    const drawn = Buffer.from(rest.subarray(0, wanted))
    rest = rest.subarray(wanted)
    return drawn
  }

  return {
    bytes,
    integer: below => bytes(6).readUIntBE(0, 6) % below,
    uuid() {
      const raw = bytes(16)
      raw.writeUInt8((raw.readUInt8(6) & 0x0f) | 0x40, 6)
      raw.writeUInt8((raw.readUInt8(8) & 0x3f) | 0x80, 8)
      const hex = raw.toString('hex')
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
  }
}
