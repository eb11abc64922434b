/**
 * Puts bytes on a simulated line at the rate a real one has: ten bits a byte. A pseudo terminal
 * alone has no timing. Timers are coarse, so each wake-up sends all bytes whose time has come.
 * Faults change what arrives, from a seeded source, so that a failing run can be repeated.
 */
import { wireQueueBytesMax } from '../limits.ts'

export interface WireFaults {
  /** [0, 1). */
  readonly random: () => number
  /** Chance that a byte arrives with one bit flipped. */
  readonly flip?: number
  /** Chance that a byte is lost. */
  readonly drop?: number
  /** Chance that a foreign byte appears before a byte. */
  readonly insert?: number
  /** Largest number of bytes handed over at once. */
  readonly splitBytes?: number
  /** Longest extra wait before a write starts, milliseconds. */
  readonly delayMs?: number
}

export interface Pacer {
  push(bytes: Uint8Array): void
  clear(): void
  readonly pendingBytes: number
}

interface PacerOptions {
  readonly baudRate: number | undefined
  readonly faults: WireFaults | undefined
  readonly send: (bytes: Uint8Array) => void
}

const bitsPerByte = 10

export function createPacer({ baudRate, faults, send }: PacerOptions): Pacer {
  const byteMs = baudRate === undefined ? 0 : (bitsPerByte * 1000) / baudRate
  let queue: Uint8Array[] = []
  let pendingBytes = 0
  /** When the line is free for the next byte. */
  let freeAtMs = 0
  let timer: NodeJS.Timeout | undefined

  function wake(): void {
    timer = undefined
    const nowMs = performance.now()
    const due = byteMs === 0 ? pendingBytes : Math.floor((nowMs - freeAtMs) / byteMs)
    const count = Math.min(due, pendingBytes, faults?.splitBytes ?? pendingBytes)
    if (count > 0) {
      freeAtMs += count * byteMs
      const chunk = take(count)
      send(faults === undefined ? chunk : spoil(chunk, faults))
    }
    schedule()
  }

  function schedule(): void {
    if (pendingBytes === 0 || timer !== undefined) return
    timer = setTimeout(wake, Math.max(0, freeAtMs + byteMs - performance.now()))
  }

  function take(count: number): Uint8Array {
    const chunk = new Uint8Array(count)
    let filled = 0
    while (filled < count) {
      const head = queue[0]!
      const part = head.subarray(0, count - filled)
      chunk.set(part, filled)
      filled += part.length
      if (part.length === head.length) queue.shift()
      else queue[0] = head.subarray(part.length)
    }
    pendingBytes -= count
    return chunk
  }

  return {
    push(bytes) {
      if (bytes.length === 0 || pendingBytes + bytes.length > wireQueueBytesMax) return
      if (byteMs === 0 && faults === undefined) return send(bytes)
      if (pendingBytes === 0) {
        const delayMs = faults?.delayMs === undefined ? 0 : faults.random() * faults.delayMs
        freeAtMs = Math.max(freeAtMs, performance.now() + delayMs)
      }
      queue.push(bytes)
      pendingBytes += bytes.length
      schedule()
    },
    clear() {
      queue = []
      pendingBytes = 0
      clearTimeout(timer)
      timer = undefined
    },
    get pendingBytes() {
      return pendingBytes
    },
  }
}

function spoil(bytes: Uint8Array, faults: WireFaults): Uint8Array {
  const out: number[] = []
  for (const byte of bytes) {
    if (faults.random() < (faults.insert ?? 0)) out.push(Math.floor(faults.random() * 256))
    if (faults.random() < (faults.drop ?? 0)) continue
    const flipped = faults.random() < (faults.flip ?? 0)
    out.push(flipped ? byte ^ (1 << Math.floor(faults.random() * 8)) : byte)
  }
  return Uint8Array.from(out)
}
