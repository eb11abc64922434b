/**
 * Plays an export: production lanes, in virtual time, read codes whose verification ended as their rows
 * say. Decision, machine and memory run again. Trust, clock, tickets and siblings stand as each row saw
 * them.
 */
import { createVirtualTime, settle, type VirtualTime } from '../../../fixtures/clock.ts'
import { createHandReader } from '../../../fixtures/hand-devices.ts'
import { createSmallMemory } from '../../../fixtures/small-memory.ts'
import type { Note, Observed } from '../../../fixtures/stage/observed.ts'
import type { LaneConfig } from '../../../gate/contract/config.ts'
import { modeBodySchema, testBodySchema } from '../../../gate/contract/events.ts'
import { readersOf } from '../../../gate/contract/reader-config.ts'
import { createLane, type Lane } from '../../../gate/lane/lane.ts'
import type { MachineContact } from '../../../gate/machine/state.ts'
import type { Memory } from '../../../gate/memory/memory.ts'
import { createBacklog } from '../../../gate/store/backlog.ts'
import { openJournalDatabase } from '../../../gate/store/database.ts'
import { createJournalCore } from '../../../gate/store/journal-core.ts'
import type { PassVerifier, TrustView } from '../../../pass/verify.ts'
import { earlierMemory } from './earlier-memory.ts'
import { actsOf, type ExportAct, isPlayed } from './export-acts.ts'
import { createFieldBoard, type FieldBoard } from './field-board.ts'
import { isCompared, rowsOf } from './field-rows.ts'
import type { Played, PlayFieldOptions } from './play-recording.ts'
import type { FieldExport } from './read-export.ts'
import { type StoredOutcome, storedOutcome } from './stored-outcome.ts'

const TURNS = 8
/** After the last row. */
const END_MS = 10_000

/** A row of the replay may come this much later than it came at the gate. */
const LATE_MS = 1000

/** How all stands until a row says otherwise. */
const AT_FIRST: Omit<StoredOutcome, 'found'> = {
  ...{ stage: 'FRESH', listAgeMs: 0, rollback: 'none', clock: 'TRUSTED' },
  ...{ doubt: undefined, bus: undefined, boarding: undefined },
}

export async function playExport(
  { config, rows, dropped }: FieldExport,
  { onSeen, pace }: PlayFieldOptions = {},
): Promise<Played> {
  const startMs = rows[0]?.at ?? 0
  const time = createVirtualTime(startMs, TURNS)
  const seen: Observed[] = []
  const note: Note = (lane, one) => {
    const observed = { atMs: time.clock.monotonicMs(), lane, ...one } as Observed
    seen.push(observed)
    onSeen?.(observed)
  }
  const gate = createExportedGate(config.lanes, time, {
    note,
    memory: createSmallMemory(earlierMemory(config, rows), config.gate),
  })
  await gate.boot()
  const acts = actsOf(config, rows)
  for (const act of acts) {
    const waitMs = act.at - startMs - time.clock.monotonicMs()
    if (waitMs > 0) await time.advanceAsync(waitMs)
    await pace?.(time.clock.monotonicMs())
    await gate.act(act)
  }
  const lastMs = rows.at(-1)?.atMs ?? 0
  const endMs = lastMs + END_MS
  await time.advanceAsync(Math.max(0, endMs - time.clock.monotonicMs()))
  const was = rows.filter(row => isCompared(row))
  const left = was.filter(row => !isPlayed(row)).length
  return {
    was: was.filter(isPlayed),
    // Whoever was in a lane when it was exported goes on: nobody knows what rows that gave.
    is: rowsOf(seen).filter(
      row => isCompared(row) && isPlayed(row) && row.atMs <= lastMs + LATE_MS,
    ),
    ...{ seen, endMs, lanes: config.lanes },
    notes: [
      ...(left > 0 ? [`${left} rows came of what no row tells (beams, waiting, a disk)`] : []),
      ...(dropped > 0 ? [`${dropped} rows have lost their bodies`] : []),
    ],
  }
}

interface ExportedParts {
  readonly note: Note
  readonly memory: Memory
}

interface LaneOfExport {
  readonly lane: Lane
  readonly board: FieldBoard
  readonly readers: ReadonlyMap<string, ReturnType<typeof createHandReader>>
}

function createExportedGate(
  configs: readonly LaneConfig[],
  time: VirtualTime,
  { note, memory }: ExportedParts,
) {
  const core = createJournalCore(openJournalDatabase(':memory:', 0).db, () => 'e'.repeat(16))
  const outcomes = new Map<string, StoredOutcome>()
  const lanes = new Map<string, LaneOfExport>()
  /** Lanes whose relay's feedback contact stays at rest. */
  const stuck = new Set<string>()
  let now = AT_FIRST
  const standing = new Set<() => void>()
  const verifier: PassVerifier = {
    verify: text => outcomes.get(text)?.found ?? { ok: false, code: 'MALFORMED' },
    flush() {},
  }
  const rows = createBacklog({
    journal: {
      async appendAll(entries) {
        const refs = core.appendAll(entries)
        for (const { lane, kind, body } of entries) {
          note(lane, { what: 'row', kind, body: body as never })
        }
        return refs
      },
    },
    timers: time.timers,
    onFault(what, error) {
      throw new Error(what, { cause: error })
    },
  })
  const trust = {
    view: () => ({}) as TrustView,
    freshness: () => ({ stage: now.stage, manifestAgeMs: now.listAgeMs }),
    rollback: () => now.rollback,
    now: () => ({ nowMs: time.clock.nowMs(), state: now.clock, doubt: now.doubt }),
    onStanding(listener: () => void) {
      standing.add(listener)
      return () => standing.delete(listener)
    },
  }

  function open(config: LaneConfig): LaneOfExport {
    const board: FieldBoard = createFieldBoard(
      `${config.name}.board`,
      seen => note(config.name, seen),
      energised => {
        if (!stuck.has(config.name)) board.setContact('relayFeedback', energised.size > 0)
      },
    )
    const readers = new Map(
      readersOf(config).map(({ name }) => [name, createHandReader(time, name)] as const),
    )
    const lane = createLane({
      ...{ config, board, verifier, trust, rows, memory },
      readers: readersOf(config).map(({ name, direction }) => ({
        direction,
        reader: readers.get(name) ?? createHandReader(time, name),
      })),
      ...{ timers: time.timers, clock: time.clock },
      boarding: () => ({ view: () => now.boarding, want() {} }),
      bus: () => now.bus,
      onStep(_lane, effects) {
        for (const one of effects) {
          if (one.type === 'sign')
            note(config.name, { what: 'sign', sign: one.sign, code: one.code })
        }
      },
      onDevice: (name, { state }) => note(config.name, { what: 'device', name, state }),
      onFault(what, error) {
        throw new Error(what, { cause: error })
      },
    })
    return { lane, board, readers }
  }

  /** Another life of the gate: what it remembered it remembers. */
  async function boot(): Promise<void> {
    for (const { lane } of lanes.values()) lane.releaseAll()
    standing.clear()
    for (const config of configs) lanes.set(config.name, open(config))
    for (const { board, readers } of lanes.values()) {
      board.become('ready')
      for (const reader of readers.values()) reader.become('ready')
    }
    await settle(TURNS)
  }

  function act(one: ExportAct, { lane, board, readers }: LaneOfExport): void {
    switch (one.act) {
      case 'read':
        outcomes.set(one.row.ref, storedOutcome(one.row))
        now = storedOutcome(one.row)
        for (const listener of standing) listener()
        note(one.lane, { what: 'step', text: `${one.reader} reads` })
        readers.get(one.reader)?.read(one.row.ref)
        break
      case 'contact':
        board.setContact(one.contact, one.active)
        break
      case 'board':
        board.become(one.state)
        break
      case 'readers':
        for (const reader of readers.values()) reader.become(one.state)
        break
      case 'stick':
        if (one.stuck) stuck.add(one.lane)
        else stuck.delete(one.lane)
        break
      case 'modes': {
        const {
          was: _,
          area: __,
          by,
          reason,
          revision,
          ...modes
        } = modeBodySchema.parse(one.row.body)
        lane.setModes(modes, { by, reason, revision })
        break
      }
      case 'pretend': {
        const { what, active = false, by } = testBodySchema.parse(one.row.body)
        lane.pretend.contact(what as MachineContact, active, by)
        break
      }
    }
  }

  return {
    boot,
    async act(one: ExportAct): Promise<void> {
      const of = lanes.get(one.lane)
      if (one.act === 'boot') await boot()
      else if (of !== undefined) act(one, of)
      await settle(TURNS)
    },
  }
}
