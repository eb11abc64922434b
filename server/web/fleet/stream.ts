/**
 * The fleet as the service tells it: all gates at first, then what changes. A stream that breaks off is
 * opened again for ever; whether the session goes on is asked before.
 */
import type { Timers } from '../shared/ports.ts'
import type { Change, GateRow } from './gate-row.ts'

export const STREAM_PATH = '/v1/fleet/stream'
export const STREAM_EVENTS = ['snapshot', 'changes', 'end'] as const
export type StreamEvent = (typeof STREAM_EVENTS)[number]

/** Of an open stream. `onLost` comes once: nothing follows it. */
export interface Heard {
  readonly onEvent: (event: StreamEvent, data: string) => void
  readonly onLost: () => void
}

/** Opens a stream of events; the result closes it. */
export type OpenStream = (path: string, heard: Heard) => () => void

export type StreamState = 'opening' | 'live' | 'gone'

export interface StreamParts {
  readonly open: OpenStream
  readonly timers: Timers
  /** Whether there is a session to open it with. A session that is over is told elsewhere. */
  readonly isSignedIn: () => Promise<boolean>
  readonly onState: (state: StreamState) => void
  /** All there is, in the place of what was. */
  readonly onSnapshot: (rows: readonly GateRow[], at: number) => void
  readonly onChanges: (rows: readonly Change[], gone: readonly string[], at: number) => void
}

export interface Stream {
  begin(): void
  end(): void
}

/** Between two tries, milliseconds: the first, and the longest. */
const AGAIN_MS = 1_000
const AGAIN_MS_MAX = 15_000

export function createStream(parts: StreamParts): Stream {
  const { open, timers, isSignedIn, onState } = parts
  let close = () => {}
  let cancel = () => {}
  /** Of the stream that goes on; another one ends it. */
  let round = 0
  let againMs = AGAIN_MS

  function connect(of: number): void {
    close = open(STREAM_PATH, {
      onEvent(event, data) {
        if (round !== of) return
        if (event === 'end') return lost(of)
        heard(event, data)
        againMs = AGAIN_MS
        onState('live')
      },
      onLost: () => lost(of),
    })
  }

  function heard(event: 'snapshot' | 'changes', data: string): void {
    const told = JSON.parse(data) as Told
    if (event === 'snapshot') parts.onSnapshot(told.rows as readonly GateRow[], told.at)
    else parts.onChanges(told.rows, told.gone ?? [], told.at)
  }

  function lost(of: number): void {
    if (round !== of) return
    close()
    onState('gone')
    cancel = timers.after(againMs, () => void again(of))
    againMs = Math.min(2 * againMs, AGAIN_MS_MAX)
  }

  async function again(of: number): Promise<void> {
    const isIn = await isSignedIn()
    if (round !== of) return
    if (isIn) connect(of)
    else lost(of)
  }

  function end(): void {
    round += 1
    cancel()
    close()
  }

  return {
    begin() {
      end()
      onState('opening')
      connect(round)
    },
    end,
  }
}

interface Told {
  readonly at: number
  readonly rows: readonly Change[]
  readonly gone?: readonly string[]
}
