/**
 * `npm run bench -- gate`: the real gate process on simulated hardware: start, a scan's last byte
 * to its relay, and what a durable row costs beside a bare commit.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Phone } from '../../fixtures/phone.ts'
import { createWorld, startStation, type World } from '../../fixtures/world.ts'
import { openJournal } from '../../gate/store/journal.ts'
import { until } from '../../hardware/sim/until.ts'
import { checkCharacter } from '../../server/domain/document.ts'
import { type Figure, figure } from './figure.ts'
import { growth } from './gate-growth.ts'
import { memoryAfterScans } from './gate-memory.ts'
import { median } from './measure.ts'

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
const COMMITS = 300
const BAUD = 115_200
const BITS_A_BYTE = 10
/** Codes of one phone differ by the second they were shown in, and are good for 30 of them. */
const SHOWN_AGO_S = 20

/** `full`: curves to 10⁷ rows, which takes minutes and some gigabytes of disk; else to 10⁶. */
export async function benchGate({ full = false } = {}): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-bench-'))
  try {
    const durable = await commits(dir)
    const way = await running(join(dir, 'world'), durable.bareP99Ms)
    const curves = await growth(dir, full ? ROWS_FULL : ROWS)
    return [...durable.figures, ...way, ...(await memoryAfterScans()), ...curves]
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A row through the journal's thread, in turn with a bare insert of the same size. */
async function commits(dir: string): Promise<{ figures: Figure[]; bareP99Ms: number }> {
  const journal = await openJournal(join(dir, 'journal.db'), Date.now())
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
    figure(PART, 'a bare durable insert, p50', [median(took.bare), 'ms']),
    figure(PART, 'a row in the journal, p50', [median(took.journal), 'ms'], {
      limit: 'a bare durable insert',
      ratio: median(took.journal) / median(took.bare),
    }),
    figure(PART, 'a row in the journal, p99', [quantile(took.journal, 0.99), 'ms']),
  ]
  return { figures, bareP99Ms: quantile(took.bare, 0.99) }
}

/** `commitMs`: p99 of a bare durable insert, which the way of a scan has once. */
async function running(dir: string, commitMs: number): Promise<Figure[]> {
  const world = await createWorld({
    dir,
    lanes: [{ name: 'A', direction: 'entry' }],
    scannerBaud: BAUD,
    // As on a site.
    pollMs: 10_000,
    lane: { policy: { passback: 'off' } },
    gate: { metrics: { port: 0 } },
  })
  try {
    await startStation(world)
    const phones: Phone[] = []
    for (let n = 0; n < PHONES; n++) phones.push(await world.traveller(numberOf(n)))
    const toRelay = await scans(world, phones)
    const within = await withinGate(world)
    const ready = await starts(world)
    const p99 = quantile(toRelay, 0.99)
    return [
      figure(PART, 'last byte of a scan to its relay, p50', [median(toRelay), 'ms']),
      figure(PART, 'last byte of a scan to its relay, p99', [p99, 'ms'], {
        limit: '5 ms and a commit',
        ratio: p99 / (RELAY_MS + commitMs),
        goal: '≤1',
      }),
      figure(PART, 'of them within 5 ms in the gate itself, row on disk', [within, '%'], {
        limit: '99 %',
        ratio: within / 99,
        goal: '≥1',
      }),
      figure(PART, `process start to lanes in service, median of ${STARTS}`, [median(ready), 'ms']),
    ]
  } finally {
    await world.close()
  }
}

/** Milliseconds of each, the line's own time taken off. */
async function scans(world: World, phones: readonly Phone[]): Promise<number[]> {
  const lane = world.lanes[0]
  if (lane === undefined) throw new Error('no lane')
  const used = new Set<string>()
  const took: number[] = []
  for (let i = 0; took.length < WARM_UP + SCANS; i++) {
    const agoS = Math.floor(i / phones.length) % SHOWN_AGO_S
    const shownS = Math.floor(Date.now() / 1000) - agoS
    const phone = phones[i % phones.length] as Phone
    const name = `${phone.certificateId} ${shownS}`
    if (used.has(name)) {
      await new Promise(resolve => setTimeout(resolve, 50))
      continue
    }
    used.add(name)
    const text = await phone.present(shownS * 1000)
    const high = new Promise<number>(resolve => {
      const end = lane.board.onPin((pin, level, atMs) => {
        if (pin !== lane.relayPin || level !== 1) return
        end()
        resolve(atMs)
      })
    })
    const wireMs = ((text.length + 1) * BITS_A_BYTE * 1000) / BAUD
    const from = performance.now()
    lane.scanner.sendText(text)
    took.push((await high) - from - wireMs)
    lane.turnstile.setContact('passA', true)
    await until('the arm to be seen', () => !lane.turnstile.relay('entry'))
    lane.turnstile.setContact('passA', false)
    const passages = took.length
    await until('the passage', () => passagesOf(world) >= passages)
  }
  return took.slice(WARM_UP)
}

/** Percent of scans from whose last byte, read, to the relay's call the gate took up to 5 ms. */
async function withinGate(world: World): Promise<number> {
  const { port } = await world.gate().line('metrics', line => line.event === 'metrics')
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const count = (what: string) =>
    Number(new RegExp(`scan_to_relay_seconds_${what} (\\d+)`).exec(text)?.[1])
  return (100 * count('bucket{le="0.005"}')) / count('count')
}

/** A resident ID number of nobody, its check character right. */
function numberOf(n: number): string {
  const first17 = `110105194912${String(10 + (n % 20)).padStart(2, '0')}${String(100 + n)}`
  return first17 + checkCharacter(first17)
}

function passagesOf(world: World): number {
  return world.gate().lines.filter(line => line.event === 'passage').length
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

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
