/**
 * Plays a recording: the production gate, in virtual time, is told what the gate in the field was told,
 * through the drivers of its readers, with its trust, its clock and what it remembered.
 */
import { createVirtualTime, type VirtualTime } from '../../../fixtures/clock.ts'
import type { Note, Observed } from '../../../fixtures/stage/observed.ts'
import type { Gate } from '../../../gate/assembly/gate.ts'
import { type GateConfig, gateConfigSchema } from '../../../gate/contract/config.ts'
import type { RecordedLine } from '../../../gate/contract/recording.ts'
import { createFieldActs, momentsOf, TURNS } from './field-acts.ts'
import { openFieldGate } from './field-gate.ts'
import { type FieldRow, isCompared, rowsOf } from './field-rows.ts'
import type { FieldRecording } from './read-recording.ts'
import { createRecordedTrust } from './recorded-trust.ts'

/** What was in the field, and what is now. */
export interface Played {
  readonly was: readonly FieldRow[]
  readonly is: readonly FieldRow[]
  readonly seen: readonly Observed[]
  readonly endMs: number
  readonly lanes: GateConfig['lanes']
  /** What could not be played, one line each. */
  readonly notes: readonly string[]
}

export interface PlayFieldOptions {
  readonly onSeen?: ((one: Observed) => void) | undefined
  readonly pace?: ((atMs: number) => Promise<void>) | undefined
}

/** The gate runs so long before the recording begins. */
const ZERO_MS = 1000
/** In its own time it goes on in pieces of this length. */
const PACE_MS = 20

/** Throws where its config or its trust is not sound. */
export async function playRecording(
  recording: FieldRecording,
  { onSeen, pace }: PlayFieldOptions = {},
): Promise<Played> {
  const { header, lines, end } = recording
  const config = configOf(header.config)
  const time = createVirtualTime(header.at - ZERO_MS, TURNS)
  const seen: Observed[] = []
  const begun = new Set<string>()
  let isOver = false
  const note: Note = (lane, one) => {
    if (isOver || (lane !== '' && !begun.has(lane))) return
    const observed = { atMs: time.clock.monotonicMs() - ZERO_MS, lane, ...one } as Observed
    if (observed.atMs < 0) return
    seen.push(observed)
    onSeen?.(observed)
  }
  const factory = new Uint8Array(Buffer.from(header.factory, 'base64'))
  const trust = createRecordedTrust(config, factory, { time, zeroMs: ZERO_MS })
  const world = await openFieldGate(config, { lines, time, trust, factory, note })
  const act = createFieldActs(world, { trust, begun, note })

  let atMs = 0
  const goTo = async (ms: number) => {
    do {
      const next = pace === undefined ? ms : Math.min(ms, atMs + PACE_MS)
      await pace?.(next)
      await time.advanceAsync(Math.max(0, next - atMs))
      atMs = Math.max(atMs, next)
    } while (atMs < ms)
  }
  await time.advanceAsync(ZERO_MS)
  for (const moment of momentsOf(lines)) {
    await goTo(moment.ms)
    await act(moment)
  }
  await goTo(end.ms)
  const stopping = end.why === 'stop' || end.why === 'config' ? world.gate.stop() : undefined
  if (stopping === undefined) isOver = true
  await time.advanceAsync(STOPPING_MS)
  isOver = true
  await (stopping ?? stopGate(world.gate, time))
  return {
    was: recordedRows(lines),
    is: rowsOf(seen).filter(isCompared),
    ...{ seen, endMs: end.ms, notes: notesOf(recording), lanes: config.lanes },
  }
}

const STOPPING_MS = 20_000

async function stopGate(gate: Gate, time: VirtualTime): Promise<void> {
  const stopping = gate.stop()
  await time.advanceAsync(STOPPING_MS)
  await stopping
}

/** Without what reaches out of this process. */
function configOf(value: unknown): GateConfig {
  const { metrics: _, bus: __, ...config } = gateConfigSchema.parse(value)
  return config
}

/** Rows of a lane count from when it began. */
function recordedRows(lines: readonly RecordedLine[]): FieldRow[] {
  const begun = new Set<string>()
  return lines.flatMap(line => {
    if (line.is === 'begins') begun.add(line.lane)
    if (line.is !== 'row' || !begun.has(line.lane)) return []
    const row = { atMs: line.ms, lane: line.lane, kind: line.kind, body: line.body }
    return isCompared(row) ? [row] : []
  })
}

function notesOf({ header, lines, end }: FieldRecording): string[] {
  const { bus } = header.config as { bus?: unknown }
  const lanes = new Set(lines.flatMap(line => (line.is === 'begins' ? [line.lane] : [])))
  return [
    ...(lanes.size === 0 ? ['no lane was at rest while it was recorded: nothing is compared'] : []),
    ...(end.leftOut > 0 ? [`${end.leftOut} used codes and visits are not in it`] : []),
    ...(bus === undefined ? [] : ['what sibling gates told is not in it']),
  ]
}
