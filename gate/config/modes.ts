/**
 * How lanes are run under another config, and who asked for it. A config that differs in nothing else
 * needs no start: its modes act on the lanes as they stand. Pure.
 */
import type { GateConfig, LaneConfig } from '../contract/config.ts'
import type { LaneModes } from '../contract/events.ts'
import { type GivenModes, initialModes } from '../lane/lane-settings.ts'
import type { ModesAsked } from '../machine/state.ts'
import { currentOf, type History, type Revision } from './revisions.ts'

/** A lane that runs, as far as its modes go. */
export interface ModedLane {
  readonly name: string
  view(): { readonly modes: LaneModes }
  modesAsked(): ModesAsked
}

export function differsOnlyInModes(before: GateConfig, next: GateConfig): boolean {
  return withoutModes(before) === withoutModes(next)
}

function withoutModes({ lanes, ...rest }: GateConfig): string {
  return JSON.stringify([rest, lanes.map(({ modes: _, ...lane }) => lane)])
}

/**
 * How the lanes of `next` are run under it, by name. What was set by command outlives a change that
 * does not speak of it. `asked`: who asked for what the config says of a lane.
 */
export function modesUnder(
  lanes: readonly ModedLane[],
  before: GateConfig | undefined,
  next: GateConfig,
  asked: (lane: string) => ModesAsked,
): ReadonlyMap<string, GivenModes> {
  const given = (lane: LaneConfig): GivenModes => {
    const runs = lanes.find(({ name }) => name === lane.name)
    const was = before?.lanes.find(({ name }) => name === lane.name)
    return runs && was && says(was) === says(lane)
      ? { modes: runs.view().modes, ...runs.modesAsked() }
      : { modes: initialModes(lane), ...asked(lane.name) }
  }
  return new Map(next.lanes.map(lane => [lane.name, given(lane)]))
}

function says({ direction, modes }: Pick<LaneConfig, 'direction' | 'modes'>): string {
  return JSON.stringify([direction, modes])
}

/** The revision that first said how this lane is run now, and who made it. */
export function askedBy(history: History, lane: string): ModesAsked {
  const current = currentOf(history)
  let first = current
  for (const revision of history.revisions.toReversed()) {
    if (revision.number > current.number || revision.reverted !== null) continue
    if (written(revision, lane) !== written(current, lane)) break
    first = revision
  }
  return { by: first.by, revision: first.number }
}

/** What a revision's text says of it, defaults left out. */
function written({ text }: Revision, lane: string): string | undefined {
  const { lanes } = JSON.parse(text) as { lanes: (LaneConfig & { name: string })[] }
  const found = lanes.find(({ name }) => name === lane)
  return found && says(found)
}
