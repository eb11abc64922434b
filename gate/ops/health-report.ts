/** How the gate is, read from its parts for the service; and when a lane's part of it has changed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Timers } from '../../hardware/ports.ts'
import type { Health, LaneHealth, Recent } from '../contract/health.ts'
import { DISK_ANSWER_MS } from '../limits.ts'
import type { Effect, LaneState } from '../machine/state.ts'
import { traitsOf } from '../machine/state-traits.ts'
import type { Backlog } from '../store/backlog.ts'
import type { Journal } from '../store/journal.ts'
import { inTime } from '../timing/deadline.ts'
import type { TrustKeeper } from '../trust/keeper.ts'
import { type BesideState, createHeldAlarms } from './held-alarms.ts'
import type { BusView } from './telemetry.ts'

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
  readonly journal: Pick<Journal, 'room' | 'unsent'>
  readonly rows: Pick<Backlog, 'waiting'>
  readonly trust: Pick<TrustKeeper, 'freshness' | 'now' | 'status'>
  readonly lanes: readonly HealthLane[]
  readonly timers: Timers
  /** Number of the config's revision that runs. */
  readonly revision: () => number
  /** Hash of what the service may give of it; undefined before it is known. */
  readonly configSha256: () => string | undefined
  readonly recent: () => Recent
  /** Undefined without a station bus. */
  readonly bus: () => Pick<BusView, 'state'> | undefined
}

/** One a gate. What it gives never rejects: a journal that can't be asked, or does not answer, is told as such. */
export function createHealthReader(parts: HealthParts): () => Promise<Health> {
  const held = createHeldAlarms()
  return async () => {
    const health = await readHealth(parts)
    return { ...health, alarms: held(health, besideState(parts), health.at) }
  }
}

async function readHealth(parts: HealthParts): Promise<Health> {
  const { rows, trust, lanes, revision, configSha256, recent } = parts
  const { disk, unsent } = await askJournal(parts)
  const { nowMs, state } = trust.now()
  const sha256 = configSha256()
  return {
    at: nowMs,
    clock: state,
    clockOffsetMs: roundedOrNull(trust.status().lastOffsetMs),
    software: SOFTWARE,
    configRevision: revision(),
    ...(sha256 !== undefined && { configSha256: sha256 }),
    trust: trustHealth(trust),
    journal: {
      waiting: rows.waiting(),
      unsent,
      disk: disk && { freeBytes: disk.freeBytes, held: disk.held },
    },
    lanes: lanes.map(readLane),
    recent: recent(),
  }
}

const roundedOrNull = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms))

/** Null for what it does not say in time. */
async function askJournal({ journal, timers }: HealthParts) {
  const asked = Promise.all([journal.room(), journal.unsent()])
  const answer = await inTime(timers, DISK_ANSWER_MS, asked).catch(() => null)
  const [disk, unsent] = answer === null || answer === 'late' ? [null, null] : answer
  return { disk, unsent }
}

function trustHealth({ freshness, status }: HealthParts['trust']): Health['trust'] {
  const { stage, manifestAgeMs } = freshness()
  const { trustVersion: version, manifestVersion = null } = status()
  const isKnown = manifestVersion !== null && Number.isFinite(manifestAgeMs)
  return {
    stage,
    version,
    manifestVersion,
    manifestAgeMs: isKnown ? Math.round(manifestAgeMs) : null,
  }
}

function readLane({ name, view, unread, lostReaders }: HealthLane): LaneHealth {
  const codes = unread()
  const some = Object.keys(codes).length > 0
  const lost = [...lostReaders()]
  return {
    ...laneHealth(name, view()),
    ...(some && { unread: codes }),
    ...(lost.length > 0 && { lostReaders: lost }),
    modes: view().modes,
  }
}

function besideState({ lanes, bus }: HealthParts): BesideState {
  const stuck = lanes.filter(({ view }) => view().track.stuck.length > 0)
  const busState = bus()?.state()
  return {
    busUp: busState === undefined ? undefined : busState === 'up',
    stuckBeams: new Set(stuck.map(({ name }) => name)),
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
