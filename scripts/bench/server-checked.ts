/**
 * The second peer of an upload over SQLite: the bare route with the service's own checks before it, by the
 * same functions, and all it stores in one transaction of plain statements. What an upload costs
 * beside it is the service's machinery: guard, router, query builder, what it tells of itself.
 */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Hono } from 'hono'
import { CHAIN_START, UPLOAD_ROWS_MAX } from '../../gate/contract/chain.ts'
import { type JournalRow, type Upload, uploadSchema } from '../../gate/contract/events.ts'
import { bodyHash, verifyProof } from '../../server/auth/proof.ts'
import { isChain } from '../../server/domain/journal.ts'
import type { Service } from '../../server/services/context.ts'
import { eventsText } from '../../server/store/gates/event-statements.ts'

export const CHECKED_PATH = '/v1/gates/g1/events'

/** What is known of the gate, and what was checked of a request. */
interface Checked {
  readonly thumbprint: string
  readonly jti: string
  readonly upload: Upload
}

/** Upload of gate `g1` alone. A request that does not pass is answered 400, and nothing is stored. */
export function openChecked(folder: string, { nonces, clock }: Pick<Service, 'nonces' | 'clock'>) {
  const store = openStore(join(folder, 'checked.db'))
  const app = new Hono()
  app.post(CHECKED_PATH, async c => {
    const now = clock.now()
    const request = { method: 'POST', path: CHECKED_PATH, algorithm: 'EdDSA' } as const
    const proof = verifyProof(c.req.header('dpop'), request, nonces, now)
    const bytes = new Uint8Array(await c.req.arrayBuffer())
    if (!proof.ok || bodyHash(bytes) !== proof.bh) return c.text('', 400)
    const read = uploadSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)))
    if (!read.success || !isChain(read.data)) return c.text('', 400)
    const checked = { thumbprint: proof.thumbprint, jti: proof.jti, upload: read.data }
    if (!store.keep(checked, now)) return c.text('', 400)
    return c.json({ next: (read.data.rows.at(-1) as JournalRow).seq + 1 }, 200)
  })
  return { app, enrol: store.enrol, close: store.close }
}

const TABLES = `create table gates (id text primary key, key_thumbprint text, seen_at integer);
  create table proofs (jti text primary key, expires_at integer);
  create table cursors (gate text, epoch text, last_hash text, primary key (gate, epoch));
  create table gate_events (gate text, epoch text, seq integer, at integer, clock text, lane text,
    kind text, body_hash text, body text, hash text, received_at integer,
    primary key (gate, epoch, seq))`

function openStore(file: string) {
  const db = new DatabaseSync(file)
  db.exec('pragma journal_mode = wal; pragma synchronous = full')
  db.exec(TABLES)
  const isGate = db.prepare('select 1 from gates where id = ? and key_thumbprint = ?')
  const seen = db.prepare('update gates set seen_at = ? where id = ?')
  const take = db.prepare('insert into proofs values (?, ?) on conflict do nothing')
  const cursor = db.prepare('select last_hash from cursors where gate = ? and epoch = ?')
  const move = db.prepare('insert or replace into cursors values (?, ?, ?)')
  const insert = db.prepare(eventsText(UPLOAD_ROWS_MAX))

  function store({ thumbprint, jti, upload }: Checked, now: number): boolean {
    const { epoch, rows, previousHash } = upload
    if (isGate.get('g1', thumbprint) === undefined) return false
    if (take.run(`${thumbprint} ${jti}`, now).changes === 0) return false
    const last = cursor.get('g1', epoch)?.last_hash ?? CHAIN_START
    if (last !== previousHash) return false
    insert.run(...rows.flatMap(row => valuesOf(row, now)))
    move.run('g1', epoch, (rows.at(-1) as JournalRow).hash)
    seen.run(now, 'g1')
    return true
  }

  return {
    enrol: (thumbprint: string) =>
      void db.prepare('insert into gates values (?, ?, null)').run('g1', thumbprint),
    keep(checked: Checked, now: number): boolean {
      db.exec('begin immediate')
      const kept = store(checked, now)
      db.exec(kept ? 'commit' : 'rollback')
      return kept
    },
    close: () => db.close(),
  }
}

const valuesOf = (row: JournalRow, now: number) => [
  ...['g1', row.epoch, row.seq, row.at, row.clock, row.lane],
  ...[row.kind, row.bodyHash, row.body, row.hash, now],
]
