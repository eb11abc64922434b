/** A row of beams that bodies interrupt by hand, and what the tracker says of them. */
import { machineSettings } from '../../fixtures/machine-rig.ts'
import type { Beam } from '../machine/beam-layout.ts'
import {
  account,
  type BeamTrack,
  beamMoved,
  isClear,
  isFit,
  lowBeamMoved,
  NO_TRACK,
  ring,
  standing,
  type TrackSettings,
  type TrackStep,
} from '../machine/beam-tracker.ts'

/** The beams of a walk, 100 ms apart: `C+` interrupted, `C-` free, `+` and `-` of `l` the low beam. */
export function track(change: Partial<TrackSettings> = {}) {
  const settings = machineSettings(change)
  let state: BeamTrack = NO_TRACK
  let nowMs = 0
  let said: string[] = []

  function take(step: TrackStep): void {
    state = step.track
    for (const { what, direction, person } of step.events) {
      said.push(`${what} ${direction} ${person}`)
    }
    said.push(
      ...step.stuck.map(beam => `stuck ${beam}`),
      ...step.freed.map(beam => `freed ${beam}`),
    )
  }

  function pass(ms: number): void {
    const endMs = nowMs + ms
    while (state.dueMs !== undefined && state.dueMs <= endMs) {
      nowMs = Math.max(nowMs, state.dueMs)
      take(ring(state, settings, nowMs))
    }
    nowMs = endMs
  }

  return {
    walk(moves: string, everyMs = 100): string[] {
      said = []
      for (const move of moves.split(' ')) {
        pass(everyMs)
        const on = move.endsWith('+')
        if (move.startsWith('l')) state = lowBeamMoved(state, on, nowMs)
        else take(beamMoved(state, `beam${move[0]}` as Beam, on, settings, nowMs))
      }
      return said
    },
    wait(ms: number): string[] {
      said = []
      pass(ms)
      return said
    },
    /** Whom a grant for this way is for, if they stand there. */
    granted(way: 'entry' | 'exit'): number | undefined {
      const { track, person } = standing(state, way, settings, nowMs)
      state = person === undefined ? track : account(track, person)
      return person
    },
    clear: () => isClear(state, settings),
    fit: () => isFit(state, settings),
    state: () => state,
    settings,
  }
}

export const IN = 'A+ B+ A- C+ B- D+ C- E+ D- F+ E- F-'
export const OUT = 'F+ E+ F- D+ E- C+ D- B+ C- A+ B- A-'
export const ONE = (way: string, id = 1) => [`arrived ${way} ${id}`, `reached ${way} ${id}`]
