/**
 * What the service is held against: the least that does the same on the same engine, without rules,
 * checks or a query builder. A Hono route, the engine's own driver, one durable write.
 */
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Hono } from 'hono'
import pg from 'pg'
import type { JournalRow } from '../../gate/contract/events.ts'
import type { Sign } from '../../pass/crypto.ts'

type Value = SQLInputValue

/** The engine under the bare routes. Each call is durable when it resolves. */
export interface BareStore {
  insertPass(row: readonly Value[]): Promise<void>
  /** All rows in one transaction. */
  insertRows(rows: readonly (readonly Value[])[]): Promise<void>
  close(): Promise<void>
}

const PASSES = 'bare_passes (id text primary key, holder text, at bigint, pass TYPE)'
const ROWS = `bare_rows (gate text, epoch text, seq bigint, at bigint, clock text, lane text,
  kind text, body_hash text, body text, hash text, received_at bigint,
  primary key (gate, epoch, seq))`

/** `place`: a PostgreSQL URL, or undefined for a file in `folder`. */
export function openBareStore(folder: string, place: string | undefined): Promise<BareStore> {
  return place === undefined ? openFile(join(folder, 'bare.db')) : openServer(place)
}

async function openFile(file: string): Promise<BareStore> {
  const db = new DatabaseSync(file)
  db.exec('pragma journal_mode = wal; pragma synchronous = full')
  db.exec(`create table ${PASSES.replace('TYPE', 'blob')}; create table ${ROWS}`)
  const pass = db.prepare('insert into bare_passes values (?, ?, ?, ?)')
  const row = db.prepare('insert into bare_rows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  return {
    async insertPass(values) {
      pass.run(...values)
    },
    async insertRows(rows) {
      db.exec('begin immediate')
      for (const values of rows) row.run(...values)
      db.exec('commit')
    },
    async close() {
      db.close()
    },
  }
}

async function openServer(url: string): Promise<BareStore> {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  pool.on('error', () => {})
  await pool.query(`create table ${PASSES.replace('TYPE', 'bytea')}`)
  await pool.query(`create table ${ROWS}`)
  return {
    async insertPass(values) {
      await pool.query('insert into bare_passes values ($1, $2, $3, $4)', [...values])
    },
    async insertRows(rows) {
      const tuples = rows.map((row, r) => `(${row.map((_, i) => `$${r * row.length + i + 1}`)})`)
      await pool.query(`insert into bare_rows values ${tuples}`, rows.flat())
    },
    close: () => pool.end(),
  }
}

/**
 * `POST /issue` reads a body, signs 150 bytes once and inserts one row; `POST /events` reads a
 * batch and inserts its rows; neither looks at what it got.
 */
export function bareApp(store: BareStore, sign: Sign) {
  const app = new Hono()
  const message = new Uint8Array(150)
  app.post('/issue', async c => {
    const { id } = await c.req.json<{ id: string }>()
    const pass = await sign(message)
    await store.insertPass([id, id, Date.now(), pass])
    return c.json({ id, pass: Buffer.from(pass).toString('base64url') }, 201)
  })
  app.post('/events', async c => {
    const { rows } = await c.req.json<{ rows: JournalRow[] }>()
    await store.insertRows(rows.map(row => columnsOf(row)))
    return c.json({ next: rows.length + 1 }, 200)
  })
  return app
}

const columnsOf = (row: JournalRow): Value[] => [
  'g1',
  row.epoch,
  row.seq,
  row.at,
  row.clock,
  row.lane,
  row.kind,
  row.bodyHash,
  row.body,
  row.hash,
  0,
]
