/**
 * Who looks at the station, and what each has yet to hear. A viewer that reads slowly gets the newest state
 * of a lane and misses those between; rows, answers and the console's bytes are kept for it, up to a limit.
 */
import type { LaneState, Update } from '../../../server/web/station/protocol.ts'
import { SAID_BYTES_MAX } from './limits.ts'

export const VIEWERS_MAX = 16
/** Rows and answers that wait for one viewer; the oldest are dropped. */
const WAITING_MAX = 200
/** A line that nothing is said on is closed by whatever stands between. */
const BEAT_MS = 15_000

export interface Viewers {
  /** An event stream that begins with `whole`; undefined when there are too many. */
  open(whole: Update): ReadableStream<Uint8Array> | undefined
  tell(update: Update): void
  count(): number
  close(): void
}

interface Viewer {
  tell(update: Update): void
  beat(): void
  end(): void
}

const encoder = new TextEncoder()

export function createViewers(): Viewers {
  const viewers = new Set<Viewer>()
  const beats = setInterval(() => {
    for (const viewer of viewers) viewer.beat()
  }, BEAT_MS)
  beats.unref()

  return {
    open(whole) {
      if (viewers.size >= VIEWERS_MAX) return undefined
      let viewer: Viewer
      let waiting = whole
      return new ReadableStream<Uint8Array>({
        start(controller) {
          const flush = () => {
            if (waiting === NOTHING || (controller.desiredSize ?? 0) <= 0) return
            const told = waiting
            // Before it is handed over: who waits for it pulls at once.
            waiting = NOTHING
            controller.enqueue(encoder.encode(`data: ${JSON.stringify(told)}\n\n`))
          }
          viewer = {
            tell(update) {
              waiting = merged(waiting, update)
              flush()
            },
            beat() {
              if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'))
            },
            end: () => controller.close(),
          }
          viewers.add(viewer)
          flush()
        },
        pull: () => viewer.tell(NOTHING),
        cancel: () => void viewers.delete(viewer),
      })
    },
    tell(update) {
      for (const viewer of viewers) viewer.tell(update)
    },
    count: () => viewers.size,
    close() {
      clearInterval(beats)
      for (const viewer of viewers) viewer.end()
      viewers.clear()
    },
  }
}

const NOTHING: Update = {}

/** What both say together: of a lane the newer state, of all else everything. */
function merged(before: Update, now: Update): Update {
  if (before === NOTHING) return now
  if (now === NOTHING) return before
  const lanes: Record<string, LaneState> = { ...before.lanes, ...now.lanes }
  const rows = [...(before.rows ?? []), ...(now.rows ?? [])].slice(-WAITING_MAX)
  const answers = [...(before.answers ?? []), ...(now.answers ?? [])].slice(-WAITING_MAX)
  const console = lastSaid((before.console ?? '') + (now.console ?? ''))
  return { ...before, ...now, lanes, rows, answers, console }
}

/** The last of what the console said, from the start of a line where some is left out. */
export function lastSaid(text: string): string {
  if (text.length <= SAID_BYTES_MAX) return text
  const kept = text.slice(-SAID_BYTES_MAX)
  return kept.slice(kept.indexOf('\n') + 1)
}
