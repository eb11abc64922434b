/**
 * The fleet's event stream: one board and one text of each event for all who watch, whose role sees the same. It costs nothing while
 * nobody does. Who is too slow misses events and gets the newest state as a whole instead.
 */

import type { Health } from '../../gate/contract/health.ts'
import type { Clock, Timers } from '../clock.ts'
import { Problem } from '../errors.ts'
import * as limits from '../limits.ts'
import type { Log } from '../ops/log.ts'
import { createTicker, type Ticker } from '../ops/ticker.ts'
import type { Database } from '../store/schema/schema.ts'
import { createFleetBoard, type FleetBoard } from './board.ts'

/** One window on the fleet. */
export interface Viewer {
  readonly member: string
  /** Id of the session that it was opened by. */
  readonly session: string
  /** False when it has no room: what was given is not sent then. */
  send(chunk: Uint8Array): boolean
  /** Nothing follows. */
  end(): void
}

export interface FleetFeed {
  /**
   * Sends the whole fleet, then what changes, until the function it gives is called. Throws Problem
   * `RATE_LIMITED` for one window too many of a member, `BUSY` for one too many in all.
   */
  watch(viewer: Viewer): () => void
  /** A health report was stored by this process. */
  told(gate: string, health: Health, receivedAt: number): void
  /** Ends all streams, so that connections can close. */
  endStreams(): void
  stop(): Promise<void>
}

export interface FeedParts {
  readonly db: Database
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  /** Why each of these sessions may not watch any more; those that may are left out. */
  readonly endedSessions: (
    db: Database,
    sessions: readonly string[],
  ) => Promise<ReadonlyMap<string, EndCode>>
}

export type EndCode = 'SIGN_IN' | 'FORBIDDEN'

/** When the next whole state is due, or since when it waits for room; undefined: it is up to date. */
interface Seat {
  readonly viewer: Viewer
  behindSince: number | undefined
}

export function createFleetFeed(parts: FeedParts): FleetFeed {
  const { timers, log } = parts
  const seats = new Set<Seat>()
  let live: Live | undefined
  let ending: Promise<void> = Promise.resolve()

  function begin(): void {
    const mine = createLive(parts, seats)
    const ticker = createTicker({
      ...{ timers, log, everyMs: limits.FLEET_BEAT_MS },
      failed: 'the fleet could not be read',
      work: mine.beat,
    })
    live = { ...mine, ticker }
    ticker.start(0)
  }

  function leave(seat: Seat): void {
    if (!seats.delete(seat) || seats.size > 0 || live === undefined) return
    ending = Promise.all([ending, live.ticker.stop()]).then(() => {})
    live = undefined
  }

  return {
    watch(viewer) {
      demandPlace(
        [...seats].map(seat => seat.viewer.member),
        viewer.member,
      )
      const seat: Seat = { viewer, behindSince: timers.monotonic() }
      seats.add(seat)
      if (live === undefined) begin()
      else live.welcome(seat)
      return () => leave(seat)
    },
    told: (gate, health, receivedAt) => live?.board.told(gate, health, receivedAt),
    endStreams() {
      for (const { viewer } of [...seats]) viewer.end()
    },
    async stop() {
      for (const seat of [...seats]) leave(seat)
      await ending
    },
  }
}

interface Live extends ReturnType<typeof createLive> {
  readonly ticker: Ticker
}

function demandPlace(members: readonly string[], member: string): void {
  const own = members.filter(one => one === member).length
  const later = { 'retry-after': '60' }
  if (own >= limits.FLEET_VIEWERS_OF_MEMBER_MAX) throw new Problem('RATE_LIMITED', {}, later)
  if (members.length >= limits.FLEET_VIEWERS_MAX) throw new Problem('BUSY', {}, later)
}

/** While somebody watches. */
function createLive({ db, clock, timers, endedSessions }: FeedParts, seats: ReadonlySet<Seat>) {
  const board: FleetBoard = createFleetBoard(db)
  let number = 0
  let snapshot: Uint8Array | undefined
  let lookAt = Number.NEGATIVE_INFINITY
  let sessionsAt = timers.monotonic() + limits.FLEET_SESSIONS_MS
  let heartAt = timers.monotonic() + limits.FLEET_HEARTBEAT_MS

  /** However many gates there are, looks take their share of the time; a slow one blinds nobody for long. */
  async function look(): Promise<void> {
    const from = timers.monotonic()
    if (from < lookAt) return
    await board.look()
    const to = timers.monotonic()
    const pauseMs = (to - from) / limits.FLEET_LOOK_SHARE
    lookAt = to + Math.min(pauseMs, limits.FLEET_LOOK_PAUSE_MS_MAX)
  }

  /** Made when the first needs it, for all who come until the next change. */
  function whole(): Uint8Array {
    snapshot ??= eventOf('snapshot', number, `{"at":${clock.now()},"rows":${board.rows()}}`)
    return snapshot
  }

  function welcome(seat: Seat): void {
    // Before the first look there is nothing to send.
    if (number > 0 && seat.viewer.send(whole())) seat.behindSince = undefined
  }

  function catchUp(seat: Seat): void {
    if (seat.behindSince === undefined) return
    const waits = timers.monotonic() - seat.behindSince
    welcome(seat)
    if (seat.behindSince !== undefined && waits >= limits.FLEET_BEHIND_MS) seat.viewer.end()
  }

  function tell(chunk: Uint8Array): void {
    for (const seat of [...seats]) {
      if (seat.behindSince !== undefined || seat.viewer.send(chunk)) continue
      seat.behindSince = timers.monotonic()
    }
  }

  async function endSessions(): Promise<void> {
    sessionsAt = timers.monotonic() + limits.FLEET_SESSIONS_MS
    const ended = await endedSessions(
      db,
      [...seats].map(({ viewer }) => viewer.session),
    )
    for (const { viewer } of [...seats]) {
      const code = ended.get(viewer.session)
      if (code === undefined) continue
      viewer.send(encode(`event: end\ndata: {"code":"${code}"}\n\n`))
      viewer.end()
    }
  }

  async function beat(): Promise<void> {
    if (timers.monotonic() >= sessionsAt) await endSessions()
    await look()
    const now = clock.now()
    const { rows, gone } = board.settle(now)
    const isFirst = number === 0
    if (isFirst || rows.length > 0 || gone.length > 0) {
      number += 1
      snapshot = undefined
      const data = `{"at":${now},"rows":[${rows.join(',')}],"gone":${JSON.stringify(gone)}}`
      if (!isFirst) tell(eventOf('changes', number, data))
    } else if (timers.monotonic() >= heartAt) tell(HEARTBEAT)
    if (timers.monotonic() >= heartAt) heartAt = timers.monotonic() + limits.FLEET_HEARTBEAT_MS
    for (const seat of [...seats]) catchUp(seat)
  }

  return { board, welcome, beat }
}

const encoder = new TextEncoder()
const encode = (text: string): Uint8Array => encoder.encode(text)
const HEARTBEAT = encode(':\n\n')

/** WHATWG HTML §9.2. JSON has no line breaks of its own. */
const eventOf = (name: string, number: number, data: string): Uint8Array =>
  encode(`event: ${name}\nid: ${number}\ndata: ${data}\n\n`)
