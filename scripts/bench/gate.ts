/**
 * `npm run bench -- gate`: the real gate process on simulated hardware: start, a scan's last byte
 * to its relay, and what a durable row costs beside a bare commit.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createWorld, startStation, type World } from '../../fixtures/world.ts'
import { openJournal } from '../../gate/store/journal.ts'
import { type BenchHow, type Figure, figure } from './figure.ts'
import { growth } from './gate-growth.ts'
import { gateHops, oneLaneFigures, rushFigures } from './gate-hops.ts'
import { idleFigures } from './gate-idle.ts'
import { memoryAfterScans } from './gate-memory.ts'
import { scanCost } from './gate-path.ts'
import { readerFigures } from './gate-readers.ts'
import { inUnits, spreadOf, tailSpread } from './spread.ts'

const PART = 'gate'
const ROWS = 1_000_000
const ROWS_FULL = 10_000_000
const STARTS = 5
const START_MS = 600
const COMMITS = 300

export const GATE_STEPS = ['hops', 'idle', 'path'] as const

/** `full`: curves to 10⁷ rows, which takes minutes and some gigabytes of disk; else to 10⁶. */
export async function benchGate({ full, only, print }: BenchHow): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-bench-'))
  try {
    if (only === 'hops') return await gateHops(dir, print)
    if (only === 'path') return await scanCost()
    if (only === 'idle') return await idleFigures(join(dir, 'idle'))
    const durable = await commits(dir)
    const oneLane = await oneLaneFigures(join(dir, 'one-lane'))
    const starts = await startFigures(join(dir, 'starts'))
    const rush = await rushFigures(join(dir, 'rush'))
    const readers = await readerFigures(join(dir, 'readers'))
    const curves = await growth(dir, full ? ROWS_FULL : ROWS)
    const path = await scanCost()
    const idle = await idleFigures(join(dir, 'idle'))
    const memory = await memoryAfterScans()
    return [durable, oneLane, starts, rush, readers, path, idle, memory, curves].flat()
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A row through the journal's thread, in turn with a bare insert of the same size. */
async function commits(dir: string): Promise<Figure[]> {
  const journal = await openJournal(join(dir, 'journal.db'), Date.now(), randomBytes)
  const bare = new DatabaseSync(join(dir, 'bare.db'))
  bare.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (body TEXT)')
  const insert = bare.prepare('INSERT INTO rows VALUES (?)')
  const body = { code: 'EXPIRED', direction: 'entry', source: 'bench', trace: [] }
  const text = JSON.stringify(body)
  const took = { journal: [] as number[], bare: [] as number[] }
  for (let i = 0; i < COMMITS; i++) {
    let from = performance.now()
    await journal.append({ at: i, clock: 'TRUSTED', lane: 'A', kind: 'scan', body })
    took.journal.push(performance.now() - from)
    from = performance.now()
    insert.run(text)
    took.bare.push(performance.now() - from)
  }
  await journal.close()
  bare.close()
  return [
    figure(PART, 'a bare durable insert, p50', [spreadOf(took.bare), 'ms']),
    figure(PART, 'a row in the journal, p50', [spreadOf(took.journal), 'ms'], {
      limit: 'a bare durable insert',
      ratio: inUnits(spreadOf(took.journal), spreadOf(took.bare)),
    }),
    figure(PART, 'a row in the journal, p99', [tailSpread(took.journal, 0.99), 'ms']),
  ]
}

async function startFigures(dir: string): Promise<Figure[]> {
  const world = await createWorld({ dir, lanes: [{ name: 'A', direction: 'entry' }] })
  try {
    await startStation(world)
    const startMs = spreadOf(await starts(world))
    return [
      figure(PART, `process start to lanes in service, median of ${STARTS}`, [startMs, 'ms'], {
        ...{ limit: `${START_MS} ms`, ratio: inUnits(startMs, START_MS), goal: '≤1' },
      }),
    ]
  } finally {
    await world.close()
  }
}

async function starts(world: World): Promise<number[]> {
  const took: number[] = []
  for (let i = 0; i < STARTS; i++) {
    await world.gate().stop()
    const from = performance.now()
    await world.startGate()
    took.push(performance.now() - from)
  }
  return took
}
