/** Passages of certificates, taken from the journals' rows in the transaction that stores them. */
import {
  type GrantRef,
  grantBodySchema,
  type JournalRow,
  passageBodySchema,
} from '../../../gate/contract/events.ts'
import type { Passage } from '../../domain/duplicates.ts'
import type { Database, Tx } from '../schema/schema.ts'

/**
 * The passages among `rows`, which are new ones of `gate`. What a grant said is taken from these
 * rows, or from those that were stored before.
 */
export async function passagesAmong(
  db: Database | Tx,
  gate: { readonly id: string; readonly station: string },
  rows: readonly JournalRow[],
): Promise<Passage[]> {
  const bodies = rows.flatMap(row => {
    const body = row.kind === 'passage' ? parsed(row.body, passageBodySchema) : undefined
    return body?.cti === undefined ? [] : [{ row, body, cti: body.cti }]
  })
  if (bodies.length === 0) return []
  const grants = bodies.map(({ body }) => body.grant)
  const shown = await presentedAtOf(db, gate.id, grants, rows)
  return bodies.map(({ row, body, cti }) => {
    const { epoch, seq, lane, at } = row
    const { area, direction, grant } = body
    const place = { gate: gate.id, epoch, seq, lane, station: gate.station }
    return { ...place, area, cti, direction, at, presentedAt: shown.get(nameOf(grant)) ?? null }
  })
}

export async function insertPassages(tx: Tx, passages: readonly Passage[]): Promise<void> {
  if (passages.length === 0) return
  await tx
    .insertInto('gate_passages')
    .values(passages.map(({ presentedAt, ...one }) => ({ ...one, presented_at: presentedAt })))
    .execute()
}

const nameOf = ({ epoch, seq }: GrantRef) => `${epoch} ${seq}`

/** Unix seconds of the code that opened, by the grant's name; undefined where its row says nothing. */
async function presentedAtOf(
  db: Database | Tx,
  gate: string,
  grants: readonly GrantRef[],
  rows: readonly JournalRow[],
): Promise<Map<string, number | undefined>> {
  const said = new Map<string, number | undefined>()
  const keep = (name: string, body: string | null) =>
    said.set(name, parsed(body, grantBodySchema)?.presentedAt)
  const given = new Map(rows.map(row => [nameOf(row), row.body]))
  const before: GrantRef[] = []
  for (const grant of grants) {
    const body = given.get(nameOf(grant))
    if (body === undefined) before.push(grant)
    else keep(nameOf(grant), body)
  }
  for (const [epoch, named] of Map.groupBy(before, grant => grant.epoch)) {
    const stored = await db
      .selectFrom('gate_events')
      .select(['seq', 'body'])
      .where('gate', '=', gate)
      .where('epoch', '=', epoch)
      .where(
        'seq',
        'in',
        named.map(grant => grant.seq),
      )
      .execute()
    for (const { seq, body } of stored) keep(nameOf({ epoch, seq }), body)
  }
  return said
}

/** All passages of these certificates from `since` on, Unix milliseconds. */
export async function passagesOf(
  db: Database | Tx,
  ctis: readonly string[],
  since: number,
): Promise<Passage[]> {
  if (ctis.length === 0) return []
  const rows = await db
    .selectFrom('gate_passages')
    .selectAll()
    .where('cti', 'in', [...ctis])
    .where('at', '>=', since)
    .execute()
  return rows.map(({ presented_at, ...one }) => ({ ...one, presentedAt: presented_at }))
}

/** Certificates that entered twice or showed one code twice in a span of time, at most `limit`. */
export async function repeatedIn(
  db: Database,
  span: { readonly since: number; readonly until: number },
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('gate_passages')
    .select('cti')
    .where('at', '>=', span.since)
    .where('at', '<', span.until)
    .groupBy(['cti'])
    .having(eb =>
      eb.or([
        eb(eb.fn.countAll<number>().filterWhere('direction', '=', 'entry'), '>', 1),
        eb(
          eb.fn.count<number>('presented_at'),
          '>',
          eb.fn.count<number>('presented_at').distinct(),
        ),
      ]),
    )
    .orderBy('cti')
    .limit(limit)
    .execute()
  return rows.map(row => row.cti)
}

/** A row's body; undefined where it was dropped or is of another shape. */
function parsed<T>(
  text: string | null,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): T | undefined {
  if (text === null) return undefined
  try {
    const result = schema.safeParse(JSON.parse(text))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
