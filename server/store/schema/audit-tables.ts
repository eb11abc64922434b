/**
 * A step of the schema's history: rows of the audit are counted as they are written, so that one
 * that goes before it is in the chain leaves a gap; and the chain says which report names a body
 * that retention removed.
 *
 * The counters are many on PostgreSQL, one a connection for the most part: a single one would make
 * all writers wait in line. They move in the transaction of the row, so one that was rolled back
 * leaves no gap. A trigger counts, whichever statement writes.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { AUDIT_SERIES_MAX } from '../../limits.ts'
import { type Engine, int, type Table } from '../engine/columns.ts'

export async function auditSeries(db: Kysely<unknown>, engine: Engine): Promise<void> {
  const counters = db.schema.createTable('audit_series') as unknown as Table
  await int(counters, 'series', 'last')
    .addPrimaryKeyConstraint('audit_series_pk', ['series'])
    .execute()
  for (const [table, ...columns] of [
    ['audit', 'series', 'n'],
    ['audit_chain', 'series', 'n', 'removed_by'],
  ] as const) {
    for (const name of columns)
      await db.schema.alterTable(table).addColumn(name, 'bigint').execute()
  }
  // Removed by reports that named no rows.
  await sql`update audit_chain set removed_by = 0 where not exists
    (select 1 from audit where audit.id = audit_chain.audit_id)`.execute(db)
  for (const step of TRIGGERS[engine]) await step.execute(db)
}

/** A row that brings its number along was counted before: it comes back from a backup. */
const TRIGGERS: Readonly<Record<Engine, readonly RawBuilder<unknown>[]>> = {
  sqlite: [
    sql`create trigger audit_counted after insert on audit when new.n is null begin
      insert into audit_series (series, last) values (0, 1)
        on conflict (series) do update set last = last + 1;
      update audit set series = 0, n = (select last from audit_series where series = 0)
        where id = new.id;
    end`,
  ],
  postgres: [
    sql`create function count_audit() returns trigger language plpgsql as $$ begin
      insert into audit_series (series, last) values (pg_backend_pid() % ${sql.lit(AUDIT_SERIES_MAX)}, 1)
        on conflict (series) do update set last = audit_series.last + 1
        returning series, last into new.series, new.n;
      return new;
    end $$`,
    sql`create trigger audit_counted before insert on audit for each row when (new.n is null)
      execute function count_audit()`,
  ],
}
