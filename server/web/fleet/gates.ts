/**
 * All gates, live: each one a signal of its own, so that a change of one draws one row. Which are shown
 * and in what order, and the sums over all, follow from them.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { ADMITTING } from '../../../gate/contract/codes.ts'
import type { StaffContext } from '../shared/staff/staff-context.ts'
import { byTrouble, type GateRow, minuteSums, total, worstOf } from './gate-row.ts'
import { createStream, type OpenStream, type StreamState } from './stream.ts'

/** Which gates are shown. */
export interface Filter {
  /** Of name, station, code of an alarm, version. */
  readonly text: string
  readonly only: 'all' | 'trouble' | 'offline' | 'drift'
}

export interface Sums {
  readonly gates: number
  /** Where each lane serves. */
  readonly inService: number
  /** Where somebody must go now. */
  readonly now: number
  readonly offline: number
  readonly drift: number
  /** Of the last 15 minutes. */
  readonly passages: number
  readonly verdicts: number
  readonly refused: number
  /** The slowest gate's, milliseconds; undefined where nobody scanned. */
  readonly p99Ms: number | undefined
}

export interface Gates {
  readonly state: ReadonlySignal<StreamState>
  /** Whether the gates have come; false before the first snapshot. */
  readonly isHere: ReadonlySignal<boolean>
  readonly filter: ReadonlySignal<Filter>
  /** Names of those that are shown, trouble first. The same array while nothing of it changes. */
  readonly shown: ReadonlySignal<readonly string[]>
  readonly sums: ReadonlySignal<Sums>
  /** Undefined for a gate that is not there. */
  row(gate: string): ReadonlySignal<GateRow> | undefined
  /** Names of a gate's lanes as it last reported them; none of one that is not there. */
  lanesOf(gate: string): readonly string[]
  /** All of them, as they are now. */
  all(): readonly GateRow[]
  choose(filter: Partial<Filter>): void
  begin(): void
  /** Nothing is told any more; what was told stays. */
  hide(): void
  end(): void
}

const EVERY: Filter = { text: '', only: 'all' }

export interface GatesParts {
  readonly open: OpenStream
  /** The service has told its time. */
  readonly onTime: () => void
  /** Who is signed in may something else now. */
  readonly onOtherRole: () => void
}

export function createGates(page: StaffContext, { open, onTime, onOtherRole }: GatesParts): Gates {
  const rows = new Map<string, Signal<GateRow>>()
  /** Another number when any of them is another. */
  const version = signal(0)
  const state = signal<StreamState>('opening')
  const isHere = signal(false)
  const filter = signal(EVERY)

  const now = (): readonly GateRow[] => {
    version.value
    return [...rows.values()].map(row => row.peek())
  }
  const shown = computed<readonly string[]>(previous(namesNow))
  function namesNow(): readonly string[] {
    const wanted = now().filter(wantedBy(filter.value))
    return wanted.sort(byTrouble).map(({ gate }) => gate)
  }

  function put(row: GateRow): void {
    const known = rows.get(row.gate)
    if (known === undefined) rows.set(row.gate, signal(row))
    else known.value = row
  }
  function changed(when: number): void {
    const gotAt = page.ports.clock.monotonic()
    page.serviceClock.learn(when, gotAt, gotAt)
    onTime()
    version.value += 1
  }

  const stream = createStream({
    ...{ open, timers: page.ports.timers },
    async isSignedIn() {
      const answer = await page.call('GET /v1/staff/me', {})
      const { value } = page.screen
      const isOther = answer.ok && value.at === 'in' && answer.body.role !== value.me.role
      if (isOther) onOtherRole()
      return answer.ok && !isOther
    },
    onState(one) {
      state.value = one
      if (one === 'live') page.isReachable.value = true
    },
    onSnapshot(all, when) {
      batch(() => {
        const names = new Set(all.map(({ gate }) => gate))
        for (const gate of rows.keys()) if (!names.has(gate)) rows.delete(gate)
        all.forEach(put)
        isHere.value = true
        changed(when)
      })
    },
    onChanges(changes, gone, when) {
      batch(() => {
        for (const gate of gone) rows.delete(gate)
        for (const change of changes)
          put({ ...rows.get(change.gate)?.peek(), ...change } as GateRow)
        changed(when)
      })
    },
  })

  return {
    ...{ state, isHere, filter, shown },
    sums: computed(() => sumsOf(now())),
    row(gate) {
      // Asked again when gates come and go.
      version.value
      return rows.get(gate)
    },
    lanesOf: gate => (rows.get(gate)?.peek().lanes ?? []).map(({ name }) => name),
    all: now,
    choose(one) {
      filter.value = { ...filter.value, ...one }
    },
    begin: stream.begin,
    hide: stream.end,
    end() {
      stream.end()
      batch(() => {
        rows.clear()
        isHere.value = false
        filter.value = EVERY
        version.value += 1
      })
    },
  }
}

/** The array of before while the names are the same: nothing is drawn anew. */
function previous(names: () => readonly string[]): () => readonly string[] {
  let before: readonly string[] = []
  return () => {
    const now = names()
    const isSame = now.length === before.length && now.every((name, i) => name === before[i])
    if (!isSame) before = now
    return before
  }
}

function wantedBy({ text, only }: Filter): (row: GateRow) => boolean {
  const words = text.trim().toLowerCase().split(/\s+/)
  return row => {
    if (only === 'trouble' && !row.alarms.some(({ severity }) => severity !== 'note')) return false
    if (only === 'offline' && !row.offline) return false
    if (only === 'drift' && !row.config.drift) return false
    const all = [row.gate, row.station, row.software ?? '', ...row.alarms.map(({ code }) => code)]
    const said = all.join(' ').toLowerCase()
    return words.every(word => said.includes(word))
  }
}

const isAdmitting = (code: string): boolean => (ADMITTING as readonly string[]).includes(code)
const all = () => true

function sumsOf(rows: readonly GateRow[]): Sums {
  const recent = rows.flatMap(row => (row.recent === null || row.offline ? [] : [row.recent]))
  const count = (isSo: (row: GateRow) => boolean) => rows.filter(isSo).length
  const p99s = recent.flatMap(({ scanToRelay }) => (scanToRelay ? [scanToRelay.p99Ms] : []))
  const verdicts = recent.reduce((sum, one) => sum + total(minuteSums(one, all)), 0)
  const admitted = recent.reduce((sum, one) => sum + total(minuteSums(one, isAdmitting)), 0)
  return {
    gates: rows.length,
    inService: count(
      ({ offline, lanes }) => !offline && lanes.length > 0 && lanes.every(({ serves }) => serves),
    ),
    now: count(row => worstOf(row)?.severity === 'now'),
    offline: count(({ offline }) => offline),
    drift: count(({ config }) => config.drift),
    passages: recent.reduce((sum, { passages }) => sum + total(passages), 0),
    ...{ verdicts, refused: verdicts - admitted },
    p99Ms: p99s.length === 0 ? undefined : Math.max(...p99s),
  }
}
