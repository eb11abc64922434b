/** How the gate is, read from its parts for the service; and when a lane's part of it has changed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Timers } from '../../hardware/ports.ts'
import type { Health, LaneHealth } from '../contract/health.ts'
import { DISK_ANSWER_MS } from '../limits.ts'
import type { Effect, LaneState } from '../machine/state.ts'
import { traitsOf } from '../machine/state-traits.ts'
import type { Backlog } from '../store/backlog.ts'
import type { Journal } from '../store/journal.ts'
import { inTime } from '../timing/deadline.ts'
import type { TrustKeeper } from '../trust/keeper.ts'

/** The version of this software, as its package has it. */
export const SOFTWARE: string = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
).version

/** What is read of a lane. */
export interface HealthLane {
  readonly name: string
  view(): LaneState
  /** Codes that came in part and were dropped, by why. */
  unread(): NonNullable<LaneHealth['unread']>
  /** Names of its readers that are lost. */
  lostReaders(): readonly string[]
}

export interface HealthParts {
  readonly journal: Pick<Journal, 'room'>
  readonly rows: Pick<Backlog, 'waiting'>
  readonly trust: Pick<TrustKeeper, 'freshness' | 'now' | 'status'>
  readonly lanes: readonly HealthLane[]
  readonly timers: Timers
  /** Number of the config's revision that runs. */
  readonly revision: () => number
}

/** Never rejects: a journal that can't be asked, or does not answer, is told as such. */
export async function readHealth(parts: HealthParts): Promise<Health> {
  const { journal, rows, trust, lanes, timers, revision } = parts
  const asked = await inTime(timers, DISK_ANSWER_MS, journal.room()).catch(() => null)
  const disk = asked === 'late' ? null : asked
  const { nowMs, state } = trust.now()
  const { trustVersion, manifestVersion } = trust.status()
  return {
    at: nowMs,
    clock: state,
    software: SOFTWARE,
    configRevision: revision(),
    trust: {
      stage: trust.freshness().stage,
      version: trustVersion,
      manifestVersion: manifestVersion ?? null,
    },
    journal: {
      waiting: rows.waiting(),
      disk: disk && { freeBytes: disk.freeBytes, held: disk.held },
    },
    lanes: lanes.map(({ name, view, unread, lostReaders }) => {
      const codes = unread()
      const some = Object.keys(codes).length > 0
      const lost = [...lostReaders()]
      return {
        ...laneHealth(name, view()),
        ...(some && { unread: codes }),
        ...(lost.length > 0 && { lostReaders: lost }),
      }
    }),
  }
}

function laneHealth(name: string, { state, out, fire, latched, entryShut }: LaneState): LaneHealth {
  const shut = entryShut === undefined ? [] : [entryShut]
  const alarms = [...out, ...shut, ...(fire || latched ? ['FIRE'] : [])]
  return { name, state: state.name, alarms }
}

/** Tells whether a step of a lane is news in its health. One for each lane. */
export function createHealthChangeTest(): (view: LaneState, effects: readonly Effect[]) => boolean {
  let known: string | undefined
  return (view, effects) => {
    const { state, alarms } = laneHealth('', view)
    const now = [traitsOf(view).routine ? 'AtWork' : state, ...alarms].join()
    const is = known !== now
    known = now
    return is || effects.some(isReaderAlarm)
  }
}

/** A reader went or came back while the lane went on: its view is as before. */
function isReaderAlarm(effect: Effect): boolean {
  return effect.type === 'record' && effect.kind === 'alarm' && effect.body.code === 'READER_LOST'
}
