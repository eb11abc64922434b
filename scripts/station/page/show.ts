/** The station as its page sees it: lanes, journal, answers and the console, each told as it changes. */
import type { LogLine } from '../../../fixtures/child.ts'
import type { Tap } from '../../../hardware/sim/null-modem.ts'
import type { Answer, LaneState, SignState } from '../../../server/web/station/protocol.ts'
import { runLine } from '../commands.ts'
import { showPicture } from '../pictures.ts'
import { orSaid } from '../refused.ts'
import type { Station } from '../station-state.ts'
import { followJournal, ROWS_MAX } from './journal-rows.ts'
import { AT_REST, planOf, signOf, stateOf } from './lane-state.ts'
import { troublesOf } from './troubles.ts'
import { createViewers, lastSaid } from './viewers.ts'

/** A frame of the page: 60 a second at most. */
const FRAME_MS = 16
/** From a line of the gate's log to its row on disk. */
const ROW_MS = 40
/** Rows that no line announces. */
const ROWS_EVERY_MS = 1000
/** Lines of the page that run at a time. */
export const LINES_MAX = 32
const QUIT = /^\s*(quit|exit)\b/

export interface Show {
  /** An event stream of `Update`s, everything first; undefined when too many look already. */
  open(): ReadableStream<Uint8Array> | undefined
  /** Runs a line of the page as if it were typed at the prompt. False when too many are under way. */
  run(line: string): boolean
  /** Somebody holds a picture before the camera of a lane. False when too much is under way. */
  picture(lane: string, bytes: Uint8Array): boolean
  /** Types on the technician's line. */
  type(bytes: Uint8Array): void
  /** A line of the gate's log. */
  hear(line: LogLine): void
  close(): void
}

/** `console`: on the technician's line. */
export function createShow(station: Station, console: Tap): Show {
  const { world } = station
  const viewers = createViewers()
  const journal = followJournal(world.journalFile)
  const lanes = world.lanes.map(lane => ({ lane, plan: planOf(lane) }))
  const signs = new Map<string, SignState>()
  const changed = new Set<string>()
  let rows = journal.next()
  let answers = 0
  let running = 0
  let said = ''
  let troubles = ''
  let frame: NodeJS.Timeout | undefined
  let reading: NodeJS.Timeout | undefined

  const stateNow = ({ lane, plan }: (typeof lanes)[number]): LaneState =>
    stateOf(lane, plan, signs.get(lane.name) ?? AT_REST)

  function statesOf(some: (typeof lanes)[number][]): Record<string, LaneState> {
    return Object.fromEntries(some.map(one => [one.lane.name, stateNow(one)]))
  }

  function touch(name: string): void {
    changed.add(name)
    frame ??= setTimeout(draw, FRAME_MS)
  }

  function draw(): void {
    frame = undefined
    const some = lanes.filter(({ lane }) => changed.has(lane.name))
    changed.clear()
    if (viewers.count() > 0) viewers.tell({ lanes: statesOf(some) })
    tellTroubles()
  }

  function tellTroubles(): void {
    const now = troublesOf(station)
    if (now.join() === troubles) return
    troubles = now.join()
    viewers.tell({ troubles: now })
  }

  function readRows(): void {
    reading = undefined
    const fresh = journal.next()
    if (fresh.length === 0) return
    rows = [...rows, ...fresh].slice(-ROWS_MAX)
    viewers.tell({ rows: fresh })
  }

  const every = setInterval(() => {
    readRows()
    tellTroubles()
  }, ROWS_EVERY_MS)
  every.unref()
  const ends = lanes.map(({ lane }) => lane.turnstile.onChange(() => touch(lane.name)))
  const endConsole = console.onBytes(bytes => {
    const text = Buffer.from(bytes).toString('latin1')
    said = lastSaid(said + text)
    viewers.tell({ console: text })
  })

  function answer(line: string, en: string, zh = en): void {
    const told: Answer = { id: ++answers, line, text: { zh, en } }
    viewers.tell({ answers: [told] })
  }

  /** Runs what the page asked for; what it says are answers to `line`. */
  function begin(line: string, run: (asked: Station) => Promise<unknown>): boolean {
    if (running >= LINES_MAX) return false
    running += 1
    const say = (text: string, zh?: string) => answer(line, text, zh)
    void run({ ...station, say }).finally(() => {
      running -= 1
      tellTroubles()
    })
    return true
  }

  return {
    open() {
      station.phones.fill()
      readRows()
      return viewers.open({
        plan: { lanes: lanes.map(({ plan }) => plan), passengerUrl: `${world.url()}/` },
        ...{ lanes: statesOf(lanes), rows, troubles: troublesOf(station), console: said },
      })
    },
    run(line) {
      if (QUIT.test(line)) {
        answer(line, 'the prompt stops the station', '车站要在终端里停止')
        return true
      }
      return begin(line, asked => runLine(asked, line))
    },
    picture(lane, bytes) {
      return begin(`picture ${lane}`, asked =>
        orSaid(asked.say, () => showPicture(asked, lane, bytes)),
      )
    },
    type: console.write,
    hear(line) {
      const sign = signOf(line)
      const lane = String(line.lane ?? '')
      if (sign !== undefined) {
        signs.set(lane, sign)
        touch(lane)
      }
      reading ??= setTimeout(readRows, ROW_MS)
    },
    close() {
      for (const end of [...ends, endConsole]) end()
      clearInterval(every)
      clearTimeout(frame)
      clearTimeout(reading)
      viewers.close()
    },
  }
}
