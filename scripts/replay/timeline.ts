/**
 * What was seen, as tracks over a time axis that leaves out long rests: spans that are on, and marks.
 * Pure.
 */
import type { Observed } from '../../fixtures/stage/observed.ts'
import { ADMITTING } from '../../gate/contract/codes.ts'

export interface TrackSpan {
  readonly fromMs: number
  readonly toMs: number
  /** '' for what is only on. */
  readonly label: string
  /** How it is drawn: `relay`, `lamp`, `contact`, `buzzer`, or a sign's name. */
  readonly kind: string
}

export interface TrackMark {
  readonly atMs: number
  readonly label: string
  readonly kind: 'step' | 'good' | 'bad' | 'plain'
}

export interface Track {
  readonly name: string
  readonly spans: readonly TrackSpan[]
  readonly marks: readonly TrackMark[]
}

export interface LaneTimeline {
  /** '' for the whole gate. */
  readonly lane: string
  readonly tracks: readonly Track[]
}

/** One for each lane that something was seen of, the gate's own first. */
export function timelinesOf(seen: readonly Observed[], endMs: number): LaneTimeline[] {
  const lanes = [...new Set(seen.map(one => one.lane))].sort()
  return lanes.map(lane => {
    const own = seen.filter(one => one.lane === lane)
    const tracks = [
      marksTrack('done', own, stepMark),
      marksTrack('journal', own, rowMark),
      signTrack(own, endMs),
      ...onTracks(own, endMs),
      marksTrack('people', own, personMark),
      marksTrack('devices', own, deviceMark),
    ]
    return { lane, tracks: tracks.filter(({ spans, marks }) => spans.length + marks.length > 0) }
  })
}

type Mark = Pick<TrackMark, 'label' | 'kind'>

function marksTrack(
  name: string,
  own: readonly Observed[],
  markOf: (one: Observed) => Mark | undefined,
): Track {
  const marks = own.flatMap(one => {
    const mark = markOf(one)
    return mark === undefined ? [] : [{ atMs: one.atMs, ...mark }]
  })
  return { name, spans: [], marks }
}

const stepMark = (one: Observed): Mark | undefined =>
  one.what === 'step' ? { label: one.text, kind: 'step' } : undefined

const BAD = ['scan', 'alarm', 'annulled']

/** Somebody was let through, or an alarm is over. A free way admits with a `scan` row. */
export function isGood(kind: string, body: Readonly<Record<string, unknown>>): boolean {
  if (kind === 'alarm') return body.on === false
  return ['grant', 'passage'].includes(kind) || ADMITTING.some(code => code === body.code)
}

function rowMark(one: Observed): Mark | undefined {
  if (one.what !== 'row') return undefined
  const { code, reason, stage, on } = one.body
  const isOver = one.kind === 'alarm' && on === false
  const words = [one.kind, code ?? reason ?? stage, ...(isOver ? ['is over'] : [])]
  const bad = BAD.includes(one.kind) ? 'bad' : 'plain'
  const kind = isGood(one.kind, one.body) ? 'good' : bad
  return { label: words.filter(word => word !== undefined && word !== '').join(' '), kind }
}

function personMark(one: Observed): Mark | undefined {
  if (one.what !== 'person') return undefined
  const [label, kind] = one.through
    ? ([`${one.name} came through`, 'good'] as const)
    : ([`${one.name} went back`, 'plain'] as const)
  return { label, kind }
}

function deviceMark(one: Observed): Mark | undefined {
  if (one.what !== 'device') return undefined
  return { label: `${one.name} ${one.state}`, kind: one.state === 'lost' ? 'bad' : 'plain' }
}

/** What the lane shows, but for its rest. */
function signTrack(own: readonly Observed[], endMs: number): Track {
  const shown = own.flatMap(one => (one.what === 'sign' ? [one] : []))
  const spans = shown.flatMap(({ atMs, sign, code }, i) => {
    const toMs = shown[i + 1]?.atMs ?? endMs
    if (sign === 'idle' || toMs === atMs) return []
    return [{ fromMs: atMs, toMs, label: [sign, code].filter(Boolean).join(' '), kind: sign }]
  })
  return { name: 'sign', spans, marks: [] }
}

/** One track for each relay, lamp, contact and buzzer that was ever on. */
function onTracks(own: readonly Observed[], endMs: number): Track[] {
  const tracks = new Map<
    string,
    { name: string; spans: TrackSpan[]; sinceMs: number | undefined }
  >()
  for (const one of own) {
    if (
      one.what !== 'relay' &&
      one.what !== 'lamp' &&
      one.what !== 'contact' &&
      one.what !== 'buzzer'
    ) {
      continue
    }
    const name = one.what === 'buzzer' ? 'buzzer' : `${one.what} ${one.name}`
    const track = tracks.get(name) ?? { name, spans: [], sinceMs: undefined }
    tracks.set(name, track)
    if (one.on) track.sinceMs ??= one.atMs
    else if (track.sinceMs !== undefined) {
      track.spans.push({ fromMs: track.sinceMs, toMs: one.atMs, label: '', kind: one.what })
      track.sinceMs = undefined
    }
  }
  return [...tracks.values()]
    .map(({ name, spans, sinceMs }) => ({
      name,
      marks: [],
      spans:
        sinceMs === undefined
          ? spans
          : [...spans, { fromMs: sinceMs, toMs: endMs, label: '', kind: name.split(' ')[0] ?? '' }],
    }))
    .sort((a, b) => order(a.name) - order(b.name) || a.name.localeCompare(b.name))
}

const ORDER = ['relay', 'lamp', 'buzzer', 'contact']
const order = (name: string): number => ORDER.indexOf(name.split(' ')[0] ?? '')

/** A rest of the axis that is drawn short. */
export interface AxisBreak {
  readonly x: number
  readonly ms: number
}

export interface Axis {
  /** Where a time is drawn, pixels from the left. */
  x(ms: number): number
  readonly width: number
  readonly breaks: readonly AxisBreak[]
  /** Times with a name, spread so that their names do not meet. */
  readonly ticks: readonly number[]
}

const REST_MS = 2500
const PIXELS_A_MS = 0.09
const BREAK_PIXELS = 46
const TICK_PIXELS = 64

/** `times`: when something happened, from `fromMs` on. Between two that are far apart the axis is broken. */
export function createAxis(times: readonly number[], endMs: number, fromMs = 0): Axis {
  const points = [...new Set([fromMs, ...times, endMs])]
    .filter(ms => ms <= endMs)
    .sort((a, b) => a - b)
  const places: number[] = []
  const breaks: AxisBreak[] = []
  let x = 0
  for (const [i, ms] of points.entries()) {
    const gapMs = i === 0 ? 0 : ms - (points[i - 1] as number)
    if (gapMs > REST_MS) {
      breaks.push({ x: x + BREAK_PIXELS / 2, ms: gapMs })
      x += BREAK_PIXELS
    } else x += gapMs * PIXELS_A_MS
    places.push(x)
  }

  function placeOf(ms: number): number {
    const i = points.findIndex(point => point >= ms)
    if (i === -1) return x
    const [toMs, to] = [points[i] as number, places[i] as number]
    if (i === 0 || toMs === ms) return to
    const [fromMs, from] = [points[i - 1] as number, places[i - 1] as number]
    return from + ((ms - fromMs) / (toMs - fromMs)) * (to - from)
  }

  const ticks: number[] = []
  for (const ms of points) {
    const last = ticks.at(-1)
    if (last === undefined || placeOf(ms) - placeOf(last) >= TICK_PIXELS) ticks.push(ms)
  }
  return { x: placeOf, width: x, breaks, ticks }
}

/** What blinks by itself does not keep the axis from being broken. */
export const isEvent = ({ what }: Observed): boolean => what !== 'lamp' && what !== 'buzzer'
