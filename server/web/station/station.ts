/** The station's page: what it knows of its station, as signals, and what a person can do there. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import type { Timers } from '../shared/ports.ts'
import { type ConsoleLine, createConsoleLine } from './console-line.ts'
import { type Link, type LinkParts, type LinkState, openLink } from './link.ts'
import type {
  Answer,
  BodyState,
  LanePlan,
  LaneState,
  Plan,
  RowState,
  SignState,
  Update,
} from './protocol.ts'

/** Rows that a page keeps. */
export const ROWS_MAX = 300
/** How long somebody is seen after leaving, milliseconds. */
export const LEAVING_MS = 500

export interface LaneShown {
  readonly plan: LanePlan
  readonly state: ReadonlySignal<LaneState>
  readonly levels: ReadonlySignal<string>
  /** Another one when it says something else, not with each state. */
  readonly sign: ReadonlySignal<SignState>
  /** Bodies that have just left. */
  readonly leaving: ReadonlySignal<readonly BodyState[]>
}

/** `text`: undefined where the station did not take the line. */
export type Answered = Pick<Answer, 'line'> & { readonly text: Answer['text'] | undefined }

export interface Station {
  readonly link: ReadonlySignal<LinkState>
  readonly plan: ReadonlySignal<Plan | undefined>
  readonly lanes: ReadonlySignal<readonly LaneShown[]>
  /** Newest first. */
  readonly rows: ReadonlySignal<readonly RowState[]>
  readonly troubles: ReadonlySignal<ReadonlySet<string>>
  /** What was answered last. */
  readonly answer: ReadonlySignal<Answered | undefined>
  /** Where who is sent goes. */
  readonly goal: Signal<string>
  /** The row whose reasons are shown, '' for none. */
  readonly openRow: Signal<string>
  /** Of the technician. */
  readonly console: ConsoleLine
  readonly isConsoleOpen: Signal<boolean>
  run(line: string): void
  /** Somebody comes with a picture to where who is sent goes. */
  show(picture: Blob): void
  close(): void
}

export interface StationParts {
  readonly open: LinkParts['open']
  readonly fetch: LinkParts['fetch']
  readonly timers: Timers
}

interface LaneKept extends LaneShown {
  readonly state: Signal<LaneState>
  readonly leaving: Signal<readonly BodyState[]>
}

/** What is drawn of a state, each part a signal of its own: a view hears of what it draws alone. */
export function shownOf(
  plan: LanePlan,
  state: ReadonlySignal<LaneState>,
): Pick<LaneShown, 'plan' | 'state' | 'levels' | 'sign'> {
  let last = state.peek().sign
  const sign = computed(() => {
    const next = state.value.sign
    if (next.code !== last.code || next.sign !== last.sign) last = next
    return last
  })
  return { plan, state, levels: computed(() => state.value.levels), sign }
}

export function openStation({ open, fetch, timers }: StationParts): Station {
  const link = signal<LinkState>('opening')
  const plan = signal<Plan>()
  const lanes = signal<readonly LaneKept[]>([])
  const rows = signal<readonly RowState[]>([])
  const troubles = signal<ReadonlySet<string>>(new Set())
  const answer = signal<Answered>()
  const goal = signal('')
  const consoleLine = createConsoleLine(bytes => line.type(bytes))

  function begin(update: Update & { readonly plan: Plan }): void {
    plan.value = update.plan
    rows.value = []
    consoleLine.begin(update.console ?? '')
    lanes.value = update.plan.lanes.flatMap(one => {
      const first = update.lanes?.[one.name]
      return first === undefined ? [] : [keep(one, first)]
    })
    const names = update.plan.lanes.map(({ name }) => name)
    if (!names.includes(goal.value)) goal.value = names[0] ?? ''
  }

  function keep(plan: LanePlan, first: LaneState): LaneKept {
    const state = signal(first)
    return { ...shownOf(plan, state), state, leaving: signal<readonly BodyState[]>([]) }
  }

  function move({ state, leaving }: LaneKept, next: LaneState): void {
    const left = state.value.bodies.filter(({ id }) => !next.bodies.some(one => one.id === id))
    state.value = next
    if (left.length === 0) return
    leaving.value = [...leaving.value, ...left]
    timers.after(LEAVING_MS, () => {
      leaving.value = leaving.value.filter(one => !left.includes(one))
    })
  }

  function take(update: Update): void {
    if (update.plan !== undefined) begin({ ...update, plan: update.plan })
    else {
      consoleLine.hear(update.console ?? '')
      for (const lane of lanes.value) {
        const next = update.lanes?.[lane.plan.name]
        if (next !== undefined) move(lane, next)
      }
    }
    if (update.rows !== undefined && update.rows.length > 0) {
      rows.value = [...update.rows.toReversed(), ...rows.value].slice(0, ROWS_MAX)
    }
    if (update.troubles !== undefined) troubles.value = new Set(update.troubles)
    const last = update.answers?.at(-1)
    if (last !== undefined) answer.value = last
  }

  const line: Link = openLink({
    ...{ open, fetch, timers },
    onState: state => {
      link.value = state
    },
    onUpdate: update => batch(() => take(update)),
  })

  /** Tells where the station did not take it. */
  function ask(text: string, asked: Promise<void>): void {
    asked.catch(() => {
      answer.value = { line: text, text: undefined }
    })
  }

  return {
    ...{ link, plan, lanes, rows, troubles, answer, goal, openRow: signal('') },
    ...{ console: consoleLine, isConsoleOpen: signal(false) },
    run: text => ask(text, line.run(text)),
    show: picture => ask(`picture ${goal.value}`, line.show(goal.value, picture)),
    close: () => line.close(),
  }
}
