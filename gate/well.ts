/** How the gate is, read from its parts for the service; and when a lane's part of it has changed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Timers } from '../hardware/ports.ts'
import type { Health, LaneHealth } from './contract/health.ts'
import { inTime } from './in-time.ts'
import type { Lane } from './lane.ts'
import { DISK_ANSWER_MS } from './limits.ts'
import type { Lane as LaneView, StateName } from './machine/state.ts'
import type { Backlog } from './store/backlog.ts'
import type { Journal } from './store/journal.ts'
import type { TrustKeeper } from './trust/keeper.ts'

/** The version of this software, as its package has it. */
export const SOFTWARE: string = JSON.parse(
  readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
).version

export interface WellParts {
  readonly journal: Pick<Journal, 'room'>
  readonly rows: Pick<Backlog, 'waiting'>
  readonly trust: Pick<TrustKeeper, 'freshness' | 'now' | 'status'>
  readonly lanes: readonly Pick<Lane, 'name' | 'view' | 'unread'>[]
  readonly timers: Timers
  /** Number of the config's revision that runs. */
  readonly revision: () => number
}

/** Never rejects: a journal that can't be asked, or does not answer, is told as such. */
export async function readHealth(parts: WellParts): Promise<Health> {
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
    lanes: lanes.map(({ name, view, unread }) => {
      const codes = unread()
      const some = Object.keys(codes).length > 0
      return { ...laneHealth(name, view()), ...(some && { unread: codes }) }
    }),
  }
}

function laneHealth(name: string, { state, out, fire, latched, entryShut }: LaneView): LaneHealth {
  const shut = entryShut === undefined ? [] : [entryShut]
  const alarms = [...out, ...shut, ...(fire || latched ? ['FIRE'] : [])]
  return { name, state: state.name, alarms }
}

/** States that people come and go by: no news for the service. */
const AT_WORK: readonly StateName[] = ['Locked', 'Admitting', 'Passing', 'Refusing']

/** Tells whether a lane's view is news after the one before. One for each lane. */
export function createNews(): (view: LaneView) => boolean {
  let known: string | undefined
  return view => {
    const { state, alarms } = laneHealth('', view)
    const now = [AT_WORK.includes(view.state.name) ? 'AtWork' : state, ...alarms].join()
    const is = known !== now
    known = now
    return is
  }
}
