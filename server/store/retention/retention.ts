/**
 * What is past its time, kind by kind, a batch at a time: each is one short transaction's work, so
 * no writer waits long. Rows that others may be using at this moment are looked at again by the
 * statement that deletes them.
 */
import { sql } from 'kysely'
import { type Cutoffs, dueRows } from '../../domain/retention.ts'
import { AHEAD_EPOCHS_MAX, OLD_LIST_MS } from '../../limits.ts'
import { firstTimeId } from '../engine/time-id.ts'
import type { Tx } from '../schema/schema.ts'
import { BRIEF_SWEEPS, rowsOf } from './retention-brief.ts'
import { reportInHand } from './retention-reports.ts'
import type { Counts, Sweep } from './sweep.ts'

type OfList = 'certificates' | 'status_ended'

/**
 * Lists that no pass could name at a time, and that still have rows in `table`. Conditions on other
 * tables are subqueries for one value here: as joins they may be planned from the large table.
 */
const oldLists = (table: OfList, cutoff: number) =>
  sql<{ number: number }>`select number from status_lists where drop_at < ${cutoff} and
    (select min(status_index) from ${sql.table(table)}
      where ${sql.table(table)}.list = status_lists.number) is not null limit 1`
const hasOldList = (table: OfList, cutoff: number) => sql`exists (${oldLists(table, cutoff)})`

async function oldList(tx: Tx, table: OfList, cutoff: number): Promise<number | undefined> {
  const { rows } = await oldLists(table, cutoff).execute(tx)
  return rows[0]?.number
}

const certificates: Sweep = {
  kind: 'certificates',
  brief: false,
  inBatches: false,
  tables: ['certificates', 'quota', 'people'],
  due: at => hasOldList('certificates', at.certificates),
  async remove(tx, at, limit) {
    const list = await oldList(tx, 'certificates', at.certificates)
    if (list === undefined) return {}
    const rows = await tx
      .selectFrom('certificates')
      .select(['id', 'person'])
      .where('list', '=', list)
      .limit(limit)
      .execute()
    const ids = rows.map(row => row.id)
    await tx.deleteFrom('certificates').where('id', 'in', ids).execute()
    const persons = [...new Set(rows.map(row => row.person))]
    return { certificates: ids.length, ...(await dropPeople(tx, persons, at)) }
  },
}

const tickets: Sweep = {
  kind: 'tickets',
  brief: false,
  inBatches: false,
  tables: ['tickets', 'quota', 'people'],
  due: at => sql`exists (select 1 from tickets where departs_at < ${at.tickets})`,
  async remove(tx, at, limit) {
    const rows = await tx
      .selectFrom('tickets')
      .select(['id', 'person'])
      .where('departs_at', '<', at.tickets)
      .limit(limit)
      .execute()
    if (rows.length === 0) return {}
    const ids = rows.map(row => row.id)
    await tx.deleteFrom('tickets').where('id', 'in', ids).execute()
    const persons = [...new Set(rows.map(row => row.person))]
    return { tickets: ids.length, ...(await dropPeople(tx, persons, at)) }
  },
}

/**
 * Of these people's quota what counts no more, and those who are left with nothing at all. That several
 * documents on file are one person's goes on being known: of such a person the name and number go.
 */
async function dropPeople(tx: Tx, persons: readonly string[], at: Cutoffs): Promise<Counts> {
  const quota = await tx
    .deleteFrom('quota')
    .where('person', 'in', persons)
    .where('month', '<', at.month)
    .executeTakeFirstOrThrow()
  const hanging = (['certificates', 'tickets', 'quota'] as const).map(
    table => sql`exists (select 1 from ${sql.table(table)} as held where held.person = people.id)`,
  )
  const left = sql<boolean>`updated_at < ${at.certificates} and active_until < ${at.certificates}
    and not (${sql.join(hanging, sql` or `)})`
  const people = await tx
    .deleteFrom('people')
    .where('id', 'in', persons)
    .where('same_as', 'is', null)
    .where(left)
    .executeTakeFirstOrThrow()
  const emptied = await tx
    .updateTable('people')
    .set({ sealed: new Uint8Array() })
    .where('id', 'in', persons)
    .where('same_as', 'is not', null)
    .where(sql<boolean>`length(sealed) > 0`)
    .where(left)
    .executeTakeFirstOrThrow()
  const went = Number(people.numDeletedRows) + Number(emptied.numUpdatedRows)
  return { quota: Number(quota.numDeletedRows), people: went }
}

/** Which certificates were ended, for lists that nobody can name any more. */
const statusBits: Sweep = {
  kind: 'statusBits',
  brief: false,
  inBatches: false,
  tables: ['status_ended'],
  due: ({ now }) => hasOldList('status_ended', now - OLD_LIST_MS),
  async remove(tx, { now }, limit) {
    const list = await oldList(tx, 'status_ended', now - OLD_LIST_MS)
    if (list === undefined) return {}
    const ended = tx.selectFrom('status_ended').where('list', '=', list)
    const found = await ended.select('status_index').limit(limit).execute()
    const indices = found.map(row => row.status_index)
    await tx
      .deleteFrom('status_ended')
      .where('list', '=', list)
      .where('status_index', 'in', indices)
      .execute()
    return { statusBits: indices.length }
  },
}

/** When the oldest body that an epoch still has was received. */
const FIRST_BODY_AT = sql<number>`(select received_at from gate_events where
  gate_events.gate = gate_epochs.gate and gate_events.epoch = gate_epochs.epoch and
  gate_events.seq >= gate_epochs.bodies_from order by gate_events.seq limit 1)`

/** Bodies of journals and the passages taken from them; rows and their chain stay. */
const journals: Sweep = {
  kind: 'journalBodies',
  brief: false,
  inBatches: false,
  tables: ['gate_events', 'gate_passages'],
  due: at =>
    sql`exists (select 1 from gate_epochs
      where ${FIRST_BODY_AT} < ${at.journals} or ${FIRST_BODY_AT} > ${at.now})`,
  async remove(tx, at, limit) {
    for (const { gate, epoch, bodies_from: from } of await epochsToLookAt(tx, at)) {
      const rows = await tx
        .selectFrom('gate_events')
        .select(['seq', 'received_at'])
        .where('gate', '=', gate)
        .where('epoch', '=', epoch)
        .where('seq', '>=', from)
        .orderBy('seq')
        .limit(limit)
        .execute()
      const times = rows.map(row => row.received_at)
      const due = dueRows(times, at.journals, at.now)
      const last = rows[due - 1]
      if (last === undefined) continue
      const passages = await dropBodies(tx, { gate, epoch, from, until: last.seq + 1 })
      return { journalBodies: due, passages }
    }
    return {}
  },
}

/** One whose first body is due; where there is none, some whose first one came before its time. */
async function epochsToLookAt(tx: Tx, at: Cutoffs) {
  const epochs = tx.selectFrom('gate_epochs').select(['gate', 'epoch', 'bodies_from'])
  const due = await epochs.where(FIRST_BODY_AT, '<', at.journals).limit(1).execute()
  return due.length > 0
    ? due
    : epochs.where(FIRST_BODY_AT, '>', at.now).limit(AHEAD_EPOCHS_MAX).execute()
}

interface BodySpan {
  readonly gate: string
  readonly epoch: string
  readonly from: number
  /** Not included. */
  readonly until: number
}

/** Gives how many passages went with them. */
async function dropBodies(tx: Tx, { gate, epoch, from, until }: BodySpan): Promise<number> {
  const within = sql`gate = ${gate} and epoch = ${epoch} and seq >= ${from} and seq < ${until}`
  await sql`update gate_events set body = null where ${within}`.execute(tx)
  const passages = await sql`delete from gate_passages where ${within}`.execute(tx)
  await tx
    .updateTable('gate_epochs')
    .set({ bodies_from: until })
    .where('gate', '=', gate)
    .where('epoch', '=', epoch)
    .execute()
  return Number(passages.numAffectedRows ?? 0)
}

/** Kept for weeks: the clock's word alone is not enough. */
const appeals: Sweep = {
  ...rowsOf('appeals', 'appeals', 'id', now => sql`drop_at <= ${now}`),
  brief: false,
}

/** Kept for weeks too. */
const seenFrames: Sweep = {
  ...rowsOf('seenFrames', 'seen_frames', 'mac', now => sql`drop_at <= ${now}`),
  brief: false,
}

/** Bodies of sealed audit rows; the chain over them stays. */
const audit: Sweep = {
  kind: 'auditBodies',
  brief: false,
  inBatches: false,
  tables: ['audit'],
  due: at =>
    sql`exists (select 1 from audit inner join audit_chain on audit_chain.audit_id = audit.id
      where audit.id < ${firstTimeId(at.audit)})`,
  async remove(tx, at, limit) {
    const sealed = () =>
      tx.selectFrom('audit').innerJoin('audit_chain', 'audit_chain.audit_id', 'audit.id')
    // The oldest that is not due: what the chain has after it was written later, whatever its time.
    const next = await sealed()
      .select('seq')
      .where('audit.id', '>=', firstTimeId(at.audit))
      .where('audit.id', '<', firstTimeId(at.now + 1))
      .orderBy('audit.id')
      .limit(1)
      .executeTakeFirst()
    const rows = await sealed()
      .select('audit.id')
      .where('audit.id', '<', firstTimeId(at.audit))
      .where('seq', '<', next?.seq ?? Number.MAX_SAFE_INTEGER)
      .orderBy('audit.id')
      .limit(limit)
      .execute()
    if (rows.length === 0) return {}
    const ids = rows.map(row => row.id)
    await tx.deleteFrom('audit').where('id', 'in', ids).execute()
    await tx
      .updateTable('audit_chain')
      .set({ removed_by: await reportInHand(tx, at.now) })
      .where('audit_id', 'in', ids)
      .execute()
    return { auditBodies: ids.length }
  },
}

export const SWEEPS: readonly Sweep[] = [
  ...BRIEF_SWEEPS,
  statusBits,
  certificates,
  tickets,
  appeals,
  seenFrames,
  journals,
  audit,
]
