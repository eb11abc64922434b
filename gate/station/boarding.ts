/**
 * The boarding list in use: follows the list that the station manifest names by length and hash. When
 * one can't be fetched or read, the last good one stays in use, with the time for which it was named,
 * and the new one is tried again. When the key that signed the manifest leaves trust, the list that it
 * named is dropped.
 */
import type { Timers } from '../../hardware/ports.ts'
import { equalBytes, toHex } from '../../pass/bytes.ts'
import {
  type BoardingList,
  type BoardingResult,
  boardsElsewhere,
  openBoardingList,
  trainsOf,
} from '../../pass/documents/boarding.ts'
import type { BoardingRef } from '../../pass/documents/station.ts'
import type { BoardingView } from '../decide/boarding.ts'
import { BOARDING_ASK_MS, BOARDING_ASKS_MAX, BOARDING_RETRY_MS, TICKET_HARD_MS } from '../limits.ts'
import type { Enrolment } from '../net/identity.ts'
import type { StationDocument, StationKeeper } from './keeper.ts'

/** How it ended when a list was named that was not at hand. */
export type BoardingOutcome =
  /** Runs of trains in it, and bytes of its records of tickets. */
  | { readonly code: 'UPDATED'; readonly trains: number; readonly bytes: number }
  | {
      readonly code: (
        | Extract<StationDocument, { ok: false }>
        | Extract<BoardingResult, { ok: false }>
      )['code']
    }

export interface BoardingParts {
  readonly enrolment: Enrolment
  readonly station: Pick<
    StationKeeper,
    'current' | 'onChanged' | 'document' | 'keepOnly' | 'pollNow'
  >
  readonly timers: Timers
  readonly onOutcome: (outcome: BoardingOutcome) => void
}

export interface BoardingKeeper {
  /** The list as it holds now. Undefined: none was had yet, or the station manifest names none. */
  view(): BoardingView | undefined
  /**
   * Asks the service for a list that holds after `iat` (Unix seconds), when a pass of then was shown
   * that the list at hand is too old for. A few times; then the polls bring it.
   */
  want(iat: number): void
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
  /** Resolves when nothing is under way; nothing is begun after. */
  close(): Promise<void>
}

interface Held {
  readonly list: BoardingList
  readonly sha256: Uint8Array
  /** Of the newest manifest that named it, Unix seconds. */
  readonly asOf: number
  readonly iat: number
}

/** Begins with the list of the manifest that is at hand, from disk if it is there. */
export function createBoardingKeeper(parts: BoardingParts): BoardingKeeper {
  const { station, enrolment, timers, onOutcome } = parts
  let held: Held | undefined
  let work: Promise<void> | undefined
  let cancelRetry = () => {}
  /** How often the manifest's key has left trust: what it named before binds no more. */
  let disowned = 0
  let wanted = 0
  let asking = false
  let cancelAsk = () => {}
  let closed = false

  function follow(): void {
    const manifest = station.current()?.manifest
    if (manifest === undefined) {
      held = undefined
      disowned += 1
    }
    const ref = manifest?.boarding
    if (closed || work !== undefined || manifest === undefined || ref === undefined) return
    cancelRetry()
    if (held !== undefined && equalBytes(held.sha256, ref.sha256)) {
      held = { ...held, asOf: ref.asOf, iat: manifest.iat }
      return
    }
    work = take(ref, manifest.iat).then(good => {
      work = undefined
      // Another manifest may have come meanwhile.
      const now = station.current()?.manifest.boarding
      const sameAgain = now !== undefined && equalBytes(now.sha256, ref.sha256)
      if (good || !sameAgain) follow()
      else if (!closed) cancelRetry = timers.after(BOARDING_RETRY_MS, follow)
    })
  }

  async function take(ref: BoardingRef, iat: number): Promise<boolean> {
    const { sha256, length, asOf } = ref
    const path = `/v1/gates/${enrolment.gate}/boarding/${toHex(sha256)}`
    const before = disowned
    const document = await station.document(path, sha256, length)
    const opened = document.ok ? openBoardingList(document.bytes, enrolment.station) : document
    if (!opened.ok) {
      onOutcome({ code: opened.code })
      return false
    }
    if (before !== disowned) return true
    const { list } = opened
    const others = held === undefined ? [] : [held.sha256]
    held = { list, sha256, asOf, iat }
    onOutcome({ code: 'UPDATED', trains: list.trains.length, bytes: list.tickets.length })
    // The manifest on disk may still name the one before; configs are named by it too.
    const configs = station.current()?.manifest.configs?.map(config => config.sha256) ?? []
    await station.keepOnly([sha256, ...others, ...configs]).catch(() => {})
    return true
  }

  const isOld = (): boolean => (station.current()?.manifest.boarding?.asOf ?? 0) < wanted

  async function ask(left: number): Promise<void> {
    asking = true
    const outcome = await station.pollNow(wanted)
    const answered = outcome === 'UPDATED' || outcome === 'UNCHANGED'
    asking = answered && isOld() && left > 1 && !closed
    if (asking) cancelAsk = timers.after(BOARDING_ASK_MS, () => void ask(left - 1))
  }

  function want(iat: number): void {
    wanted = Math.max(wanted, iat + 1)
    if (!closed && !asking && isOld()) void ask(BOARDING_ASKS_MAX)
  }

  function view(): BoardingView | undefined {
    const current = station.current()
    if (held === undefined || current?.manifest.boarding === undefined) return undefined
    const { list, asOf, iat } = held
    const sinceMs = (current.manifest.iat - iat) * 1000
    return {
      asOf,
      fresh: current.ageMs + sinceMs < TICKET_HARD_MS,
      trains: cti => trainsOf(list, cti),
      elsewhere: cti => boardsElsewhere(list, cti),
    }
  }

  const stopFollowing = station.onChanged(follow)
  follow()

  return {
    view,
    want,
    settled: async () => {
      while (work !== undefined) await work
    },
    async close() {
      closed = true
      cancelRetry()
      cancelAsk()
      stopFollowing()
      await work
    },
  }
}
