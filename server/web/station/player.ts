/** Plays a film of a scenario: at any speed, on and off, a step at a time, from any place. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { BodyState, Film, LaneState, RowState } from './protocol.ts'
import { type LaneShown, shownOf } from './station.ts'

/** Times as fast as it was. */
export const SPEEDS = [1, 2, 5, 10, 30, 60] as const
export type Speed = (typeof SPEEDS)[number]

/** Calls back for each picture that the screen draws, with a time in milliseconds; the result ends it. */
export type Ticker = (tick: (nowMs: number) => void) => () => void

export interface Player {
  readonly film: Film
  /** From its start. */
  readonly atMs: ReadonlySignal<number>
  readonly isPaused: ReadonlySignal<boolean>
  readonly speed: Signal<Speed>
  readonly lanes: readonly LaneShown[]
  /** Those that are written by now, newest first. */
  readonly rows: ReadonlySignal<readonly RowState[]>
  /** Goes on, or stops; from its end it begins anew. */
  toggle(): void
  /** Stops at the next row, or the next pin that changes. */
  step(): void
  seek(atMs: number): void
  close(): void
}

const NOBODY = signal<readonly BodyState[]>([])

/** Starts at once. */
export function createPlayer(film: Film, ticker: Ticker): Player {
  const atMs = signal(0)
  const isPaused = signal(false)
  const speed = signal<Speed>(1)
  const written = signal(0)
  const states = new Map<string, Signal<LaneState>>()
  const [first] = film.frames
  for (const { name } of film.lanes) {
    const state = first?.lanes[name]
    if (state !== undefined) states.set(name, signal(state))
  }
  const stops = stopsOf(film)
  let drawn = 0
  let lastMs: number | undefined

  /** Draws the frames up to a time, from the film's start when it lies behind. */
  function seek(ms: number): void {
    const next = Math.max(0, Math.min(ms, film.endMs))
    batch(() => {
      if (next < atMs.value) drawn = 0
      atMs.value = next
      for (
        let frame = film.frames[drawn];
        frame && frame.atMs <= next;
        frame = film.frames[drawn]
      ) {
        for (const [name, state] of states) state.value = frame.lanes[name] ?? state.value
        drawn += 1
      }
      written.value = film.rows.filter(row => row.atMs <= next).length
    })
  }

  const end = ticker(nowMs => {
    const wentMs = nowMs - (lastMs ?? nowMs)
    lastMs = nowMs
    if (isPaused.value) return
    seek(atMs.value + wentMs * speed.value)
    if (atMs.value === film.endMs) isPaused.value = true
  })
  seek(0)

  return {
    ...{ film, atMs, isPaused, speed, seek, close: end },
    lanes: film.lanes.flatMap(plan => {
      const state = states.get(plan.name)
      if (state === undefined) return []
      return [{ ...shownOf(plan, state), leaving: NOBODY }]
    }),
    rows: computed(() =>
      film.rows
        .slice(0, written.value)
        .map(({ row }) => row)
        .reverse(),
    ),
    toggle() {
      if (isPaused.value && atMs.value === film.endMs) seek(0)
      isPaused.value = !isPaused.value
    },
    step() {
      isPaused.value = true
      seek(stops.find(stop => stop > atMs.value) ?? film.endMs)
    },
  }
}

/** When something happens, in order: a row is written, a pin changes. */
function stopsOf({ frames, rows }: Film): readonly number[] {
  const levels = new Map<string, string>()
  const changes = frames.filter(({ lanes }) => {
    const fresh = Object.entries(lanes).filter(([name, one]) => levels.get(name) !== one.levels)
    for (const [name, one] of fresh) levels.set(name, one.levels)
    return fresh.length > 0
  })
  return [...changes, ...rows].map(({ atMs }) => atMs).sort((a, b) => a - b)
}
