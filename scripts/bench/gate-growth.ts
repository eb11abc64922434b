/**
 * What grows with the journal: deciding and writing one scan, and a start, against the rows on disk
 * and the passes seen, from 10³ on. The way of a scan may not, but for the microsecond that a larger
 * memory costs the processor's cache; a start is bounded by the memory.
 */
import { createHash, randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CHAIN_START, chainInput } from '../../gate/contract/chain.ts'
import { decide } from '../../gate/decide/decide.ts'
import type { DecideContext } from '../../gate/decide/rules.ts'
import { MEMORY_MAX } from '../../gate/limits.ts'
import { plainModes } from '../../gate/machine/state.ts'
import { createMemory } from '../../gate/memory/memory.ts'
import { openJournalDatabase } from '../../gate/store/database.ts'
import { type Journal, openJournal } from '../../gate/store/journal.ts'
import type { VerifiedPass } from '../../pass/verify.ts'
import { type Figure, figure } from './figure.ts'
import { median } from './spread.ts'

const PART = 'gate'
const EPOCH = 'e'.repeat(16)
const AT = 1_800_000_000_000
const APPENDS = 200
/** What a start may take to read back what it knew. */
const MEMORY_MS = 200
const DECISIONS = 20_000

const context: DecideContext = {
  ...{ lane: 'A', direction: 'entry', area: 'main', modes: plainModes('entry') },
  ...{ paperListMs: 1_800_000, listAgeMs: 0 },
  ...{ takesPaper: false, staleExit: 'staff', passback: 'hard', passbackMs: 3_600_000 },
  ...{ ticket: 'off', boarding: undefined, stage: 'FRESH', clockUncertain: false },
  ...{ statusKnown: true, nowMs: AT },
}

interface Grown {
  readonly rows: number
  readonly openMs: number
  readonly memoryMs: number
  readonly appendMs: number
  readonly decideUs: number
}

/** `rowsMax`: the largest journal, a power of ten. */
export async function growth(dir: string, rowsMax: number): Promise<Figure[]> {
  const grown: Grown[] = []
  for (let rows = 1000; rows <= rowsMax; rows *= 10) grown.push(await measured(dir, rows))
  return [...sizes(grown), ...atTheBound(grown), ...exponents(grown)]
}

/** Of the largest journal, whose memory is full. */
function atTheBound(grown: readonly Grown[]): Figure[] {
  const { codes, papers, visits } = MEMORY_MAX
  const { rows, memoryMs } = grown.at(-1) as Grown
  if (rows < Math.max(codes, papers, visits)) return []
  const entries = codes + papers + visits
  return [
    figure(PART, `reading a full memory, ${entries} entries`, [memoryMs, 'ms'], {
      ...{ limit: `${MEMORY_MS} ms`, ratio: memoryMs / MEMORY_MS, goal: '≤1' },
    }),
  ]
}

/** Each size, and what it is of the smallest. */
function sizes(grown: readonly Grown[]): Figure[] {
  const first = grown[0] as Grown
  return grown.flatMap(one => {
    const of = `10^${Math.log10(one.rows)} rows and passes seen`
    const limit = 'with 10^3'
    const against = (key: keyof Grown) =>
      one === first ? {} : { limit, ratio: one[key] / first[key], goal: '≤1.5' }
    const shown = (key: keyof Grown) =>
      one === first ? {} : { limit, ratio: one[key] / first[key] }
    return [
      figure(PART, `decide, ${of}`, [one.decideUs, 'µs'], shown('decideUs')),
      figure(PART, `a row in the journal, ${of}`, [one.appendMs, 'ms'], against('appendMs')),
      figure(PART, `opening, ${of}`, [one.openMs, 'ms']),
      figure(PART, `reading memory, ${of}`, [one.memoryMs, 'ms'], shown('memoryMs')),
    ]
  })
}

const CURVES = [
  ['decideUs', 'decide'],
  ['appendMs', 'a row in the journal'],
  ['openMs', 'opening'],
  ['memoryMs', 'reading memory'],
] as const

/** From the smallest to the largest: 0 is flat, 1 grows as the rows do. */
function exponents(grown: readonly Grown[]): Figure[] {
  const [first, last] = [grown[0] as Grown, grown.at(-1) as Grown]
  const to = `10^${Math.log10(last.rows)} rows`
  return CURVES.map(([key, name]) => {
    const exponent = Math.log(last[key] / first[key]) / Math.log(last.rows / first.rows)
    return figure(PART, `${name}, exponent up to ${to}`, [exponent, 'of rows'])
  })
}

async function measured(dir: string, rows: number): Promise<Grown> {
  const file = join(dir, `grown-${rows}.db`)
  fill(file, rows)
  try {
    const [openMs, journal] = await timed(() => openJournal(file, AT, randomBytes))
    const [memoryMs, snapshot] = await timed(() => journal.memory())
    const memory = createMemory(snapshot)
    const appendMs = await appends(journal)
    const decideUs = decisions(memory, rows)
    await journal.close()
    return { rows, openMs, memoryMs, appendMs, decideUs }
  } finally {
    for (const tail of ['', '-wal', '-shm', '.reserve']) rmSync(file + tail, { force: true })
  }
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const from = performance.now()
  const value = await work()
  return [performance.now() - from, value]
}

/** Its first digits differ from those of the next, as of certificates, which are random. */
const nameOf = (n: number) => [...n.toString(16).padStart(32, '0')].reverse().join('')

/** A journal of so many chained rows, with as many codes, papers and visits as memory may hold. */
function fill(file: string, rows: number): void {
  openJournalDatabase(file, AT).db.close()
  const db = new DatabaseSync(file)
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN')
  db.prepare('INSERT INTO epochs (epoch, acknowledged) VALUES (?, ?)').run(EPOCH, rows)
  const row = db.prepare("INSERT INTO rows VALUES (1, ?, ?, 'TRUSTED', 'A', 'scan', ?, ?, ?)")
  const seen = db.prepare("INSERT INTO presentations VALUES (?, 1, 'B', 'entry', 'passed', ?, 1)")
  const paper = db.prepare("INSERT INTO papers VALUES (?, 1, 'B', 'entry', 'passed', ?, 1)")
  const visit = db.prepare("INSERT INTO visits VALUES ('main', ?, 1, ?)")
  const body = JSON.stringify({ code: 'EXPIRED', direction: 'entry', source: 's', trace: [] })
  const bodyHash = createHash('sha256').update(body).digest('hex')
  let hash = CHAIN_START
  for (let seq = 1; seq <= rows; seq++) {
    const at = AT - rows + seq
    const one = { epoch: EPOCH, seq, at, clock: 'TRUSTED', lane: 'A', kind: 'scan' } as const
    hash = createHash('sha256')
      .update(chainInput(hash, { ...one, bodyHash }))
      .digest('hex')
    row.run(seq, at, bodyHash, body, hash)
    if (seq <= MEMORY_MAX.codes) seen.run(nameOf(seq), at)
    if (seq <= MEMORY_MAX.papers) paper.run(nameOf(seq), at)
    if (seq <= MEMORY_MAX.visits) visit.run(nameOf(seq), at)
  }
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

async function appends(journal: Journal): Promise<number> {
  const took: number[] = []
  const body = { code: 'EXPIRED', direction: 'entry', source: 's', trace: [] }
  for (let i = 0; i < APPENDS; i++) {
    const entry = { at: AT + i, clock: 'TRUSTED', lane: 'A', kind: 'scan', body } as const
    took.push((await timed(() => journal.append(entry)))[0])
  }
  return median(took)
}

/** CPU time of one decision, over passes seen and unseen in turn. */
function decisions(memory: ReturnType<typeof createMemory>, rows: number): number {
  const passes = Array.from({ length: 1000 }, (_, i) =>
    passOf(nameOf(1 + ((i * 7919) % (2 * rows)))),
  )
  const run = () => {
    for (let i = 0; i < DECISIONS; i++) {
      const pass = passes[i % passes.length] as VerifiedPass
      decide({ ok: true, pass }, 's', context, memory)
    }
  }
  run()
  const from = process.threadCpuUsage()
  run()
  const { user, system } = process.threadCpuUsage(from)
  return (user + system) / DECISIONS
}

function passOf(ctiHex: string): VerifiedPass {
  const cti = new Uint8Array(Buffer.from(ctiHex, 'hex'))
  const times = { iat: 1, exp: 2, presentedAt: 2, expiredByMs: 0, staleByMs: 0 }
  const status = { statusList: 'tsl:1', statusIndex: 1 }
  return { cti, ctiHex, passClass: 'phone', ...times, ...status } as unknown as VerifiedPass
}
