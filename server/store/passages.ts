/** Passages of certificates, taken from the journals' rows in the transaction that stores them. */
import {
  grantBodySchema,
  type JournalRow,
  type PassageBody,
  passageBodySchema,
} from '../../gate/contract/events.ts'
import type { Passage } from '../domain/duplicates.ts'
import type { Database, Tx } from './schema.ts'

/** Keeps the passages among `rows`, which are being stored for `gate`. Gives them. */
export async function keepPassages(
  tx: Tx,
  gate: { readonly id: string; readonly station: string },
  rows: readonly JournalRow[],
): Promise<Passage[]> {
  const found: Passage[] = []
  for (const row of rows) {
    if (row.kind !== 'passage' || row.body === null) continue
    const body = parsed(row.body, passageBodySchema)
    if (body?.cti === undefined) continue
    const { epoch, seq, lane, at } = row
    const { cti, area, direction } = body
    const presentedAt = await presentedAtOf(tx, gate.id, body)
    const place = { gate: gate.id, epoch, seq, lane, station: gate.station }
    found.push({ ...place, area, cti, direction, at, presentedAt })
  }
  if (found.length === 0) return found
  await tx
    .insertInto('gate_passages')
    .values(found.map(({ presentedAt, ...one }) => ({ ...one, presented_at: presentedAt })))
    .execute()
  return found
}

/** What the passage's grant said; its row is stored by now. */
async function presentedAtOf(tx: Tx, gate: string, { grant }: PassageBody): Promise<number | null> {
  const row = await tx
    .selectFrom('gate_events')
    .select('body')
    .where('gate', '=', gate)
    .where('epoch', '=', grant.epoch)
    .where('seq', '=', grant.seq)
    .executeTakeFirst()
  if (row?.body === undefined || row.body === null) return null
  return parsed(row.body, grantBodySchema)?.presentedAt ?? null
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

function parsed<T>(
  text: string,
  schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } },
): T | undefined {
  try {
    const result = schema.safeParse(JSON.parse(text))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
