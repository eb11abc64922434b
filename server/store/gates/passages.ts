/** Passages of certificates, taken from the journals' rows in the transaction that stores them. */
import {
  grantBodySchema,
  type JournalRow,
  type PassageBody,
  passageBodySchema,
} from '../../../gate/contract/events.ts'
import type { Passage } from '../../domain/duplicates.ts'
import type { Database, Tx } from '../schema/schema.ts'

/** Keeps the passages among `rows`, which are being stored for `gate`. Gives them. */
export async function keepPassages(
  tx: Tx,
  gate: { readonly id: string; readonly station: string },
  rows: readonly JournalRow[],
): Promise<Passage[]> {
  const bodies = rows.flatMap(row => {
    const body = row.kind === 'passage' ? parsed(row.body, passageBodySchema) : undefined
    return body?.cti === undefined ? [] : [{ row, body, cti: body.cti }]
  })
  const shown = await presentedAtOf(tx, gate.id, bodies)
  const found = bodies.map(({ row, body, cti }) => {
    const { epoch, seq, lane, at } = row
    const { area, direction, grant } = body
    const place = { gate: gate.id, epoch, seq, lane, station: gate.station }
    const presentedAt = shown.get(`${grant.epoch} ${grant.seq}`) ?? null
    return { ...place, area, cti, direction, at, presentedAt }
  })
  if (found.length === 0) return found
  await tx
    .insertInto('gate_passages')
    .values(found.map(({ presentedAt, ...one }) => ({ ...one, presented_at: presentedAt })))
    .execute()
  return found
}

/** What each passage's grant said, by `epoch seq`; the grants' rows are stored by now. */
async function presentedAtOf(
  tx: Tx,
  gate: string,
  passages: readonly { readonly body: PassageBody }[],
): Promise<Map<string, number | undefined>> {
  const said = new Map<string, number | undefined>()
  const grants = passages.map(({ body }) => body.grant)
  for (const [epoch, named] of Map.groupBy(grants, grant => grant.epoch)) {
    const rows = await tx
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
    for (const { seq, body } of rows) {
      said.set(`${epoch} ${seq}`, parsed(body, grantBodySchema)?.presentedAt)
    }
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
