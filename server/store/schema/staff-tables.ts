/**
 * Steps of the schema's history: the second factor of staff, as the account library wants it, what a
 * session was begun with, and codes that were used; members who were disabled.
 */
import type { Kysely, RawBuilder } from 'kysely'
import { type ColumnTypes, int, type Table, text } from '../engine/columns.ts'

export async function secondFactor(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const date = types.authDate as RawBuilder<never>
  const flag = types.authBoolean as RawBuilder<never>
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  await db.schema.alterTable('staff').addColumn('twoFactorEnabled', flag).execute()
  await db.schema
    .alterTable('staff_sessions')
    .addColumn('factor', 'text', c => c.notNull().defaultTo('password'))
    .execute()
  await text(table('staff_two_factors'), 'id', 'secret', 'backupCodes', 'userId')
    .addColumn('verified', flag)
    .addColumn('failedVerificationCount', 'integer')
    .addColumn('lockedUntil', date)
    .addPrimaryKeyConstraint('staff_two_factors_pk', ['id'])
    .addUniqueConstraint('staff_two_factors_user', ['userId'])
    .addForeignKeyConstraint('staff_two_factors_staff', ['userId'], 'staff', ['id'], c =>
      c.onDelete('cascade'),
    )
    .execute()
  await int(text(table('staff_used_codes'), 'staff', 'code_hash'), 'expires_at')
    .addPrimaryKeyConstraint('staff_used_codes_pk', ['staff', 'code_hash'])
    .execute()
}

export async function disabledStaff(db: Kysely<unknown>): Promise<void> {
  const table = db.schema.createTable('staff_disabled') as unknown as Table
  await int(text(table, 'staff', 'role'), 'at')
    .addPrimaryKeyConstraint('staff_disabled_pk', ['staff'])
    .execute()
}
