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
import { gateHops, rushFigures } from './gate-hops.ts'
import { idleFigures } from './gate-idle.ts'
import { memoryAfterScans } from './gate-memory.ts'
import { scanCost } from './gate-path.ts'
import { readerFigures } from './gate-readers.ts'
import { createScans, lastByteToRelayMs, phonesOf, SCANNER_BAUD } from './gate-scans.ts'
import { inUnits, quantile, spreadOf, tailSpread } from './spread.ts'

const PART = 'gate'
const ROWS = 1_000_000
const ROWS_FULL = 10_000_000
/** The first ones meet code that is not compiled yet. */
const WARM_UP = 20
const SCANS = 240
const PHONES = 13
/** From a scan's last byte to its relay, without the commit between of its row. */
const RELAY_MS = 5
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
    const way = await running(join(dir, 'world'), durable.bareP99Ms)
    const rush = await rushFigures(join(dir, 'rush'))
    const readers = await readerFigures(join(dir, 'readers'))
    const curves = await growth(dir, full ? ROWS_FULL : ROWS)
    const path = await scanCost()
    const idle = await idleFigures(join(dir, 'idle'))
    const memory = await memoryAfterScans()
    return [...durable.figures, ...way, ...rush, ...readers, ...path, ...idle, ...memory, ...curves]
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A row through the journal's thread, in turn with a bare insert of the same size. */
async function commits(dir: string): Promise<{ figures: Figure[]; bareP99Ms: number }> {
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
  const figures = [
    figure(PART, 'a bare durable insert, p50', [spreadOf(took.bare), 'ms']),
    figure(PART, 'a row in the journal, p50', [spreadOf(took.journal), 'ms'], {
      limit: 'a bare durable insert',
      ratio: inUnits(spreadOf(took.journal), spreadOf(took.bare)),
    }),
    figure(PART, 'a row in the journal, p99', [tailSpread(took.journal, 0.99), 'ms']),
  ]
  return { figures, bareP99Ms: quantile(took.bare, 0.99) }
}

/** `commitMs`: p99 of a bare durable insert, which the way of a scan has once. */
async function running(dir: string, commitMs: number): Promise<Figure[]> {
  const world = await createWorld({
    dir,
    lanes: [{ name: 'A', direction: 'entry' }],
    scannerBaud: SCANNER_BAUD,
    // As on a site.
    pollMs: 10_000,
    lane: { policy: { passback: 'off' } },
  })
  try {
    await startStation(world)
    const scans = createScans(world, await phonesOf(world, PHONES))
    const shown = await scans(WARM_UP + SCANS, (lane, text) => lane.scanner.sendText(text))
    const toRelay = shown.slice(WARM_UP).map(lastByteToRelayMs)
    const startMs = spreadOf(await starts(world))
    const p99 = tailSpread(toRelay, 0.99)
    return [
      figure(PART, 'last byte of a scan to its relay, p50', [spreadOf(toRelay), 'ms']),
      figure(PART, 'last byte of a scan to its relay, p99', [p99, 'ms'], {
        limit: '5 ms and a commit',
        ratio: inUnits(p99, RELAY_MS + commitMs),
        goal: '≤1',
      }),
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
