/**
 * A step of the schema's history: status lists live as long as an exit takes their passes, a day and
 * two minutes after the last certificate. Lists of the last days get back what was deleted of them,
 * under a version that no gate has seen.
 */
import { type Kysely, sql } from 'kysely'

const DAY_MS = 86_400_000
const AFTER_DAY_MS = 2 * DAY_MS + 120_000

export async function listLife(db: Kysely<unknown>): Promise<void> {
  const recent = sql`(select number from status_lists
    where day >= (select max(day) from status_lists) - 4)`
  await sql`insert into status_ended (list, status_index, ended_at)
    select list, status_index, ended_at from certificates
    where ended_at is not null and list in ${recent}
    on conflict (list, status_index) do nothing`.execute(db)
  await sql`update status_lists set revision = revision + 1 where number in ${recent}`.execute(db)
  await sql`update status_lists
    set drop_at = (day + 1) * ${sql.lit(DAY_MS)} + ${sql.lit(AFTER_DAY_MS)}`.execute(db)
}
