/** The page's line to its station: updates as they come, lines that it runs. */
import type { Timers } from '../shared/ports.ts'
import {
  type Command,
  EVENTS_PATH,
  PICTURE_PATH,
  RUN_PATH,
  TYPE_PATH,
  type Update,
} from './protocol.ts'

export type LinkState = 'opening' | 'live' | 'gone'

export interface Link {
  /** Runs a line of the prompt. Rejects where the station is not there, or does not take it. */
  run(line: string): Promise<void>
  /** Types on the technician's line. Rejects as `run` does. */
  type(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Holds a picture before the camera of a lane. Rejects as `run` does. */
  show(lane: string, picture: Blob): Promise<void>
  close(): void
}

/** A stream of events: `onData` has each one's text, `onLost` comes when it breaks off. */
export interface Heard {
  readonly onData: (data: string) => void
  readonly onLost: () => void
}

export interface LinkParts {
  /** Opens a stream; the result closes it. */
  readonly open: (path: string, heard: Heard) => () => void
  readonly fetch: (path: string, init: RequestInit) => Promise<{ readonly ok: boolean }>
  readonly timers: Timers
  readonly onState: (state: LinkState) => void
  readonly onUpdate: (update: Update) => void
}

/** Between two tries to find a station that is gone, milliseconds. */
const AGAIN_MS = 1000

export function openLink({ open, fetch, timers, onState, onUpdate }: LinkParts): Link {
  let closeStream = () => {}
  let cancel = () => {}

  function connect(): void {
    closeStream = open(EVENTS_PATH, {
      onData(data) {
        onUpdate(JSON.parse(data) as Update)
        onState('live')
      },
      onLost() {
        closeStream()
        onState('gone')
        cancel = timers.after(AGAIN_MS, connect)
      },
    })
  }

  async function post(path: string, type: string, body: BodyInit): Promise<void> {
    const headers = { 'content-type': type }
    const answer = await fetch(path, { method: 'POST', headers, body })
    if (!answer.ok) throw new Error(`${path} was not taken`)
  }

  connect()
  return {
    async run(line) {
      const body = JSON.stringify({ line } satisfies Command)
      await post(RUN_PATH, 'application/json', body)
    },
    type: bytes => post(TYPE_PATH, 'application/octet-stream', bytes),
    show: (lane, picture) =>
      post(`${PICTURE_PATH}?lane=${encodeURIComponent(lane)}`, 'application/octet-stream', picture),
    close() {
      cancel()
      closeStream()
    },
  }
}
