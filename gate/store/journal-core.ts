/**
 * The journal on its database, synchronous: appends rows to a hash chain, opens epochs, drops what
 * is past its time; outbox.ts says what is to be uploaded. It runs in a worker thread (journal-worker.ts), since a
 * commit on a bad flash card stalls for hundreds of milliseconds; tests call it directly.
 */
import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { BODY_BYTES_MAX, CHAIN_START, chainInput } from '../contract/chain.ts'
import type { AlarmCode } from '../contract/codes.ts'
import type { EventKind, GrantRef } from '../contract/events.ts'
import { isFull } from '../files/sqlite.ts'
import { ALIVE_MS } from '../limits.ts'
import { unpackMemory } from '../memory/packed-memory.ts'
import { createProjection, expireMemory, type JournalEntry } from '../memory/projection.ts'
import { readMemory } from '../memory/snapshot.ts'
import { withRoom } from './disk-reclaim.ts'
import { holdReserve, NO_ROOM, type Room } from './disk-reserve.ts'
import { createKnown } from './high-water-marks.ts'
import { WALK_START, type WalkPlace, walkChain } from './integrity.ts'
import { createLifeMarks, readLife } from './life.ts'
import { readOpenGrants } from './open-grants.ts'
import { createOutbox, type Lack } from './outbox.ts'
import { createRowReader } from './read-rows.ts'

/** When and where of a row that the journal words itself. */
export type RowHead = Omit<JournalEntry, 'kind' | 'body'>

/** `opened`: a new epoch begins. */
export interface Behind {
  readonly code: Lack['code']
  readonly opened: boolean
}

export type JournalCore = ReturnType<typeof createJournalCore>

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex')

/**
 * `randomEpoch` gives 16 hex digits; it is called when the journal has no epoch yet, or forks.
 * `room` is what it may give up on a full disk. `anew` opens a new epoch: after damage nobody knows
 * which rows of the last one were sent.
 */
export function createJournalCore(
  db: DatabaseSync,
  randomEpoch: () => string,
  room: Room = NO_ROOM,
  { anew = false } = {},
) {
  const insert = db.prepare(
    `INSERT INTO rows (ordinal, seq, at, clock, lane, kind, body_hash, body, hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const project = createProjection(db)
  const marks = createLifeMarks(db)
  const { lacks, dropRefused, ...outbox } = createOutbox(db)
  const life = readLife(db)
  let aliveMs = 0
  let head = (anew ? undefined : readHead(db)) ?? openEpoch(db, randomEpoch())

  /** On failure the chain's head is `before` again. */
  function transaction<T>(work: () => T, before = head): T {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      db.exec('COMMIT')
      return result
    } catch (error) {
      head = before
      if (db.isTransaction) db.exec('ROLLBACK')
      throw error
    }
  }

  function write(entry: JournalEntry): GrantRef {
    const body = JSON.stringify(entry.body)
    if (Buffer.byteLength(body) > BODY_BYTES_MAX) throw new RangeError('journal body too long')
    const row = {
      epoch: head.epoch,
      seq: head.seq + 1,
      at: entry.at,
      clock: entry.clock,
      lane: entry.lane,
      kind: entry.kind as EventKind,
      bodyHash: sha256(body),
    }
    const hash = sha256(chainInput(head.hash, row))
    const { seq, at, clock, lane, kind, bodyHash } = row
    insert.run(head.ordinal, seq, at, clock, lane, kind, bodyHash, body, hash)
    const place = { ordinal: head.ordinal, seq }
    project(place, entry, body)
    marks.row(place, entry)
    head = { ...head, seq, hash }
    aliveMs = at
    return { epoch: row.epoch, seq }
  }

  /** One durable commit of all, or of none: then the chain stands where it stood. */
  function appendAll(entries: readonly JournalEntry[]): readonly GrantRef[] {
    const before = head
    const commit = () => {
      head = before
      return transaction(() => entries.map(write))
    }
    try {
      return withRoom(db, room, commit)
    } catch (error) {
      head = before
      throw error
    }
  }

  /** What begins an epoch, or is told of one that is not the last: an alarm that names its head. */
  function tellOf(epoch: string, entry: RowHead, code: AlarmCode, what: string): GrantRef {
    const left = headOf(db, epoch)
    if (epoch === head.epoch) head = openEpoch(db, randomEpoch())
    const detail = `${what}epoch ${epoch} left at ${left?.seq ?? 0} with head ${left?.hash}`
    return write({ ...entry, kind: 'alarm', body: { code, on: true, detail } })
  }

  /**
   * The service holds other rows for this epoch: keep both, go on in a new one. Undefined when that
   * is not to be believed, and nothing has changed: no new epoch may be opened now, or the service
   * has not taken one row of an epoch that it made us open.
   */
  function fork(epoch: string, entry: RowHead, mayOpen = true): GrantRef | undefined {
    if (epoch === head.epoch && (!mayOpen || isUnheardFork(db, epoch))) return undefined
    return transaction(() => {
      db.prepare('UPDATE epochs SET forked = 1 WHERE epoch = ?').run(epoch)
      return tellOf(epoch, entry, 'CHAIN_FORK', '')
    })
  }

  /**
   * The service has only the rows below `next` of what it acknowledged. What is here is sent again;
   * where rows are gone on both sides an alarm says which, at the head of a new epoch if one may be
   * opened.
   */
  function behind(epoch: string, next: number, entry: RowHead, mayOpen = true): Behind {
    return transaction(() => {
      const lack = lacks(epoch, next)
      const { code } = lack
      const last = epoch === head.epoch
      if (code !== 'GONE' || (last && !mayOpen)) return { code, opened: false }
      const what = `epoch ${epoch}, rows ${lack.from} to ${lack.to} are on neither side; `
      tellOf(epoch, entry, 'SERVICE_BEHIND', what)
      return { code, opened: last }
    })
  }

  /** Drops what is past its time: acknowledged rows (never the head), old memory. */
  function prune(nowMs: number, keepRowsMs: number): void {
    transaction(() => {
      // Up to the first row that must stay, so that no clock that was set back leaves a gap.
      const epochs = db
        .prepare(
          `SELECT ordinal, acknowledged, (SELECT min(seq) FROM rows r
             WHERE r.ordinal = e.ordinal AND r.at >= ?) AS young
           FROM epochs e WHERE forked = 0`,
        )
        .all(nowMs - keepRowsMs)
      for (const { ordinal, acknowledged, young } of epochs) {
        const below = Math.min(acknowledged as number, (young as number | null) ?? Infinity)
        db.prepare('DELETE FROM rows WHERE ordinal = ? AND seq < ?').run(ordinal as number, below)
      }
      expireMemory(db, nowMs)
      dropRefused(nowMs - keepRowsMs)
    })
  }

  /** A sign of life, where no row was one lately. What finds no room is left out. */
  function beat(nowMs: number): void {
    const agoMs = nowMs - aliveMs
    if (agoMs >= 0 && agoMs < ALIVE_MS) return
    try {
      marks.beat(head, nowMs)
      aliveMs = nowMs
    } catch (error) {
      if (!isFull(error)) throw error
    }
  }

  return {
    ...{ append: (entry: JournalEntry) => appendAll([entry])[0] as GrantRef, appendAll, beat },
    /** How the journal was found at the opening; undefined when it had no row. */
    life: () => life,
    ...outbox,
    ...{ ...createRowReader(db), ...createKnown(db) },
    fork,
    behind,
    openGrants: () => readOpenGrants(db),
    memory: () => unpackMemory(readMemory(db)),
    /** The same, made to be handed to another thread. */
    packedMemory: () => readMemory(db),
    prune,
    /** Looks at a piece of the chain; see integrity.ts. */
    walk: (place: WalkPlace = WALK_START, rowsMax: number) => walkChain(db, place, rowsMax),
    room: room.state,
    holdReserve: () => holdReserve(room),
    epoch: () => head.epoch,
    close: () => db.close(),
  }
}

interface Head {
  readonly ordinal: number
  readonly epoch: string
  readonly seq: number
  readonly hash: string
}

function readHead(db: DatabaseSync): Head | undefined {
  const epoch = db.prepare('SELECT epoch FROM epochs ORDER BY ordinal DESC LIMIT 1').get()
  return epoch && headOf(db, epoch.epoch as string)
}

/** The last row of an epoch, as far as it has one. */
function headOf(db: DatabaseSync, name: string): Head | undefined {
  const epoch = db.prepare('SELECT ordinal, epoch FROM epochs WHERE epoch = ?').get(name)
  if (epoch === undefined) return undefined
  const row = db
    .prepare('SELECT seq, hash FROM rows WHERE ordinal = ? ORDER BY seq DESC LIMIT 1')
    .get(epoch.ordinal as number)
  return {
    ordinal: epoch.ordinal as number,
    epoch: epoch.epoch as string,
    seq: (row?.seq as number | undefined) ?? 0,
    hash: (row?.hash as string | undefined) ?? CHAIN_START,
  }
}

/** Whether the epoch before this one was left as a fork, and the service has no row of this one. */
function isUnheardFork(db: DatabaseSync, epoch: string): boolean {
  const row = db
    .prepare(
      `SELECT acknowledged, (SELECT forked FROM epochs b WHERE b.ordinal < e.ordinal
         ORDER BY b.ordinal DESC LIMIT 1) AS after FROM epochs e WHERE epoch = ?`,
    )
    .get(epoch)
  return row?.acknowledged === 0 && row.after === 1
}

function openEpoch(db: DatabaseSync, epoch: string): Head {
  const { lastInsertRowid } = db.prepare('INSERT INTO epochs (epoch) VALUES (?)').run(epoch)
  return { ordinal: Number(lastInsertRowid), epoch, seq: 0, hash: CHAIN_START }
}
