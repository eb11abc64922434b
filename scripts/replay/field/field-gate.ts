/** The production gate in virtual time over devices, trust and memory as they were recorded. */
import { generateKeyPairSync } from 'node:crypto'
import type { JWK } from 'jose'
import { pino } from 'pino'
import type { VirtualTime } from '../../../fixtures/clock.ts'
import { SMALL_MEMORY } from '../../../fixtures/small-memory.ts'
import type { Note } from '../../../fixtures/stage/observed.ts'
import { createTroubledDisk } from '../../../fixtures/stage/troubled-disk.ts'
import { type Gate, startGate } from '../../../gate/assembly/gate.ts'
import { createDiskInMemory, type GateDisk } from '../../../gate/assembly/gate-disk.ts'
import type { GateConfig } from '../../../gate/contract/config.ts'
import type { RecordedLine } from '../../../gate/contract/recording.ts'
import {
  type MemorySnapshot,
  packMemory,
  type SnapshotUse,
} from '../../../gate/memory/packed-memory.ts'
import { seeded } from '../../../hardware/sim/seeded.ts'
import { createFieldBoard, type FieldBoard } from './field-board.ts'
import { createFieldReader, type FieldReader } from './field-readers.ts'
import type { RecordedTrustPlayer } from './recorded-trust.ts'

export interface FieldGate {
  readonly gate: Gate
  readonly boards: ReadonlyMap<string, FieldBoard>
  readonly readers: ReadonlyMap<string, FieldReader & { readonly lane: string }>
}

export interface FieldParts {
  readonly lines: readonly RecordedLine[]
  readonly time: VirtualTime
  readonly trust: RecordedTrustPlayer
  readonly factory: Uint8Array
  readonly note: Note
}

/** Rejects as `startGate` does. */
export async function openFieldGate(
  config: GateConfig,
  { lines, time, trust, factory, note }: FieldParts,
): Promise<FieldGate> {
  const boards = new Map<string, FieldBoard>()
  const readers = new Map<string, FieldReader & { lane: string }>()
  const random = seeded(1)
  const gate = await startGate(config, {
    ...{ clock: time.clock, timers: time.timers, random, machineBoot: 'field' },
    randomBytes: bytes => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
    fetch: () => new Promise(() => {}),
    log: pino({ enabled: false }),
    factoryTrust: factory,
    memoryMax: { ...SMALL_MEMORY, codes: FACTS_MAX, visits: FACTS_MAX },
    disk: fieldDisk(memoryOf(lines), note),
    openTrust: trust.open,
    openBoard(lane) {
      const board = createFieldBoard(`${lane.name}.board`, seen => note(lane.name, seen))
      boards.set(lane.name, board)
      return board
    },
    openReader(lane, one) {
      const reader = createFieldReader(one, sentAs(lines, one.name), time)
      readers.set(one.name, { ...reader, lane: lane.name })
      return reader.reader
    },
    watch: {
      onStep(lane, effects) {
        for (const one of effects) {
          if (one.type === 'sign') note(lane, { what: 'sign', sign: one.sign, code: one.code })
        }
      },
      onDevice: (lane, name, { state }) => note(lane, { what: 'device', name, state }),
      onRead() {},
      onEntry() {},
    },
  })
  return { gate, boards, readers }
}

/** As many as a recording has at most, and those that come. */
const FACTS_MAX = 2 ** 17

/** In what form its codes came: raw wherever something came raw. */
function sentAs(lines: readonly RecordedLine[], reader: string): 'bytes' | 'report' | 'text' {
  const raw = lines.find(
    line => (line.is === 'bytes' || line.is === 'report') && line.reader === reader,
  )
  return raw?.is === 'bytes' || raw?.is === 'report' ? raw.is : 'text'
}

/** Whose memory is that of the gate in the field when the recording began. */
function fieldDisk(memory: MemorySnapshot, note: FieldParts['note']): GateDisk {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const publicJwk = publicKey.export({ format: 'jwk' }) as JWK
  const identity = { privateKey, publicJwk, enrolment: undefined }
  const disk = createTroubledDisk(createDiskInMemory({ identity })).of({
    isCut: () => false,
    note,
  })
  return {
    ...disk,
    openJournal: async (nowMs, random) => ({
      ...(await disk.openJournal(nowMs, random)),
      memory: async () => packMemory(memory),
    }),
  }
}

/** The last word on each counts, wherever it stands. */
function memoryOf(lines: readonly RecordedLine[]): MemorySnapshot {
  const uses = new Map<string, SnapshotUse>()
  const visits = new Map<string, MemorySnapshot['visits'][number]>()
  const pardons = new Map<string, { area: string; atMs: number }>()
  for (const line of lines) {
    if (line.is === 'use') {
      const { is: _, ...use } = line
      uses.set(`${use.cti} ${use.presentedAt}`, use)
    } else if (line.is === 'visit') {
      const { is: _, unsure, ...visit } = line
      visits.set(`${visit.area} ${visit.cti}`, { ...visit, ...(unsure && { unsure }) })
    } else if (line.is === 'pardon') {
      pardons.set(line.area, { area: line.area, atMs: line.atMs })
    }
  }
  const byTime = <One extends { atMs: number }>(all: Iterable<One>) =>
    [...all].sort((a, b) => a.atMs - b.atMs)
  return {
    presentations: byTime(uses.values()),
    visits: byTime(visits.values()),
    pardons: byTime(pardons.values()),
  }
}
