/**
 * The technician's line as the page has it: what the gate said is kept for a terminal that is opened late, and
 * what is typed goes out in its order, as much at a time as the station takes.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { TYPED_BYTES_MAX } from './protocol.ts'

export interface ConsoleLine {
  /** Hears at once what is kept, then what comes, as UTF-8 for a terminal. The result ends it. */
  listen(listener: (bytes: Uint8Array) => void): () => void
  /** Keys, or a block that was pasted. */
  type(text: string): void
  /** What was typed last was not taken. */
  readonly isLost: ReadonlySignal<boolean>
}

export interface HeardLine extends ConsoleLine {
  /** Another line than before, on which `said` was said lately: a character a byte. */
  begin(said: string): void
  hear(said: string): void
}

/** What is kept of what was said, bytes. */
export const KEPT_BYTES_MAX = 65_536
/** What waits to go out, bytes: the gate keeps as much while a command runs. */
export const WAITING_BYTES_MAX = 16_384
/** Makes a terminal forget all it shows: RIS of ECMA-48. */
const RESET = '\x1bc'
const NOTHING = new Uint8Array()

const bytesOf = (said: string) => Uint8Array.from(said, one => one.charCodeAt(0))

/** `send`: rejects where the station does not take it. */
export function createConsoleLine(
  send: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>,
): HeardLine {
  const listeners = new Set<(bytes: Uint8Array) => void>()
  const isLost = signal(false)
  let kept = ''
  let waiting: Uint8Array<ArrayBuffer> = NOTHING
  let isSending = false

  function tell(said: string): void {
    for (const listener of listeners) listener(bytesOf(said))
  }

  async function flush(): Promise<void> {
    if (isSending) return
    isSending = true
    try {
      while (waiting.length > 0) {
        const piece = waiting.slice(0, TYPED_BYTES_MAX)
        waiting = waiting.slice(piece.length)
        await send(piece)
      }
      isLost.value = false
    } catch {
      waiting = NOTHING
      isLost.value = true
    } finally {
      isSending = false
    }
  }

  return {
    isLost,
    begin(said) {
      kept = said
      tell(RESET + said)
    },
    hear(said) {
      if (said === '') return
      kept = (kept + said).slice(-KEPT_BYTES_MAX)
      tell(said)
    },
    listen(listener) {
      listeners.add(listener)
      listener(bytesOf(kept))
      return () => void listeners.delete(listener)
    },
    type(text) {
      const typed = new TextEncoder().encode(text)
      if (waiting.length + typed.length > WAITING_BYTES_MAX) {
        isLost.value = true
        return
      }
      const all = new Uint8Array(waiting.length + typed.length)
      all.set(waiting)
      all.set(typed, waiting.length)
      waiting = all
      void flush()
    },
  }
}
