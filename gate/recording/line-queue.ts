/**
 * Lines on their way to a file: taken at once, written later and together, so that nobody who adds one
 * waits for the disk. What waits is bounded: a disk that is too slow, full or hung loses the file.
 */
import type { Timers } from '../../hardware/ports.ts'
import {
  DISK_ANSWER_MS,
  RECORDING_PAUSE_MS,
  RECORDING_PIECE_BYTES,
  RECORDING_QUEUE_BYTES_LOW,
  RECORDING_QUEUE_BYTES_MAX,
} from '../limits.ts'
import { inTime } from '../timing/deadline.ts'

export interface LineQueue {
  /** Never waits, never throws. `bytes`: about how long it is. Nothing once the file is lost. */
  add(line: object, bytes: number): void
  /** Written so far, bytes. */
  written(): number
  /** Lines that were added. */
  count(): number
  /** Resolves when little waits, or the file is lost. */
  drained(): Promise<void>
  /** Resolves when all is written: false when the file is lost. Nothing may be added after it. */
  end(): Promise<boolean>
  /** The file is of no use any more. */
  lose(why: string): void
}

export interface LineQueueParts {
  readonly append: (text: string) => Promise<void>
  readonly timers: Timers
  /** Called once; nothing is written after it. */
  readonly onLost: (why: string) => void
}

interface Waiting {
  readonly line: object
  readonly bytes: number
}

export function createLineQueue({ append, timers, onLost }: LineQueueParts): LineQueue {
  let waiting: Waiting[] = []
  let waitingBytes = 0
  let written = 0
  let count = 0
  let lost = false
  let writing: Promise<void> | undefined
  let isDrained = Promise.withResolvers<void>()

  function lose(why: string): void {
    if (lost) return
    lost = true
    waiting = []
    waitingBytes = 0
    isDrained.resolve()
    onLost(why)
  }

  /** The next lines, as text. */
  function piece(): string {
    let bytes = 0
    let end = 0
    while (end < waiting.length && bytes < RECORDING_PIECE_BYTES)
      bytes += waiting[end++]?.bytes ?? 0
    const taken = waiting.splice(0, end)
    waitingBytes -= bytes
    return taken.map(({ line }) => `${JSON.stringify(line)}\n`).join('')
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const text = piece()
      try {
        const answer = await inTime(timers, DISK_ANSWER_MS, append(text))
        if (answer === 'late') return lose('the disk does not answer')
      } catch (error) {
        return lose((error as Error).message)
      }
      written += Buffer.byteLength(text)
      if (waitingBytes < RECORDING_QUEUE_BYTES_LOW) isDrained.resolve()
    }
  }

  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = undefined
    })
    return writing
  }

  return {
    add(line, bytes) {
      if (lost) return
      if (waitingBytes + bytes > RECORDING_QUEUE_BYTES_MAX) return lose('the disk is too slow')
      if (waiting.length === 0 && writing === undefined) {
        timers.after(RECORDING_PAUSE_MS, () => void write())
      }
      waiting.push({ line, bytes })
      waitingBytes += bytes
      count += 1
    },
    written: () => written,
    count: () => count,
    async drained() {
      if (lost || waitingBytes < RECORDING_QUEUE_BYTES_LOW) return
      isDrained = Promise.withResolvers()
      void write()
      await isDrained.promise
    },
    async end() {
      while (waiting.length > 0 || writing !== undefined) await write()
      return !lost
    },
    lose,
  }
}
