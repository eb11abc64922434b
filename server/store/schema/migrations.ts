/**
 * The schema's history, one step a name, for SQLite and PostgreSQL. A step that has been released
 * is never edited. The staff tables are those that the account library wants, frozen here so that
 * an update of it can't change a database behind our back.
 */
import { type Kysely, type Migration, Migrator, type RawBuilder, sql } from 'kysely'
import { StartError } from '../../errors.ts'
import {
  COLUMN_TYPES,
  type ColumnTypes,
  type Engine,
  int,
  intOrNull,
  type Table,
  text,
  textOrNull,
} from '../engine/columns.ts'
import { gateGapsTable } from '../gates/gate-gaps.ts'
import { gateHealthTable } from '../gates/gate-health.ts'
import { gatesAheadTable } from '../gates/gates-ahead.ts'
import { reportChain } from '../retention/retention-chain.ts'
import { applicationTables } from './application-tables.ts'
import { auditSeries } from './audit-tables.ts'
import { codeTables } from './code-tables.ts'
import { deskTables } from './desk-tables.ts'
import { documentsOfPeople } from './document-tables.ts'
import { fleetTables } from './fleet-tables.ts'
import { frameSketches, frameTables } from './frame-tables.ts'
import { listLife } from './list-life-tables.ts'
import { retention } from './retention-tables.ts'
import type { Database } from './schema.ts'
import { disabledStaff, secondFactor } from './staff-tables.ts'
import { ticketTables } from './ticket-tables.ts'

async function peopleAndCertificates(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  await int(
    textOrNull(text(table('people'), 'id', 'document_type'), 'active_certificate'),
    'active_until',
    'created_at',
    'updated_at',
  )
    .addColumn('document_hash', types.bytes as RawBuilder<never>, c => c.notNull().unique())
    .addColumn('sealed', types.bytes as RawBuilder<never>, c => c.notNull())
    .addPrimaryKeyConstraint('people_pk', ['id'])
    .execute()
  await int(text(table('quota'), 'person', 'month'), 'n')
    .addPrimaryKeyConstraint('quota_pk', ['person', 'month'])
    .execute()
  const certificates = text(table('certificates'), 'id', 'person', 'channel')
  await textOrNull(
    intOrNull(int(certificates, 'list', 'status_index', 'valid_from', 'valid_until'), 'ended_at'),
    'end_reason',
    'device_key',
    'holder_key',
  )
    .addPrimaryKeyConstraint('certificates_pk', ['id'])
    .addUniqueConstraint('certificates_status', ['list', 'status_index'])
    .execute()
  await db.schema
    .createIndex('certificates_person')
    .on('certificates')
    .columns(['person', 'valid_from'])
    .execute()
  await intOrNull(int(text(table('claims'), 'code_hash', 'certificate'), 'expires_at'), 'used_at')
    .addPrimaryKeyConstraint('claims_pk', ['code_hash'])
    .execute()
  await int(text(table('audit'), 'id', 'actor', 'action', 'subject', 'detail'), 'at')
    .addPrimaryKeyConstraint('audit_pk', ['id'])
    .execute()
}

async function publishing(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  const bytes = types.bytes as RawBuilder<never>
  await int(table('status_lists'), 'number', 'day', 'next', 'revision', 'drop_at')
    .addColumn('permutation_key', bytes, c => c.notNull())
    .addPrimaryKeyConstraint('status_lists_pk', ['number'])
    .execute()
  await int(table('status_ended'), 'list', 'status_index', 'ended_at')
    .addPrimaryKeyConstraint('status_ended_pk', ['list', 'status_index'])
    .execute()
  await int(text(table('published_lists'), 'sha256'), 'list', 'version', 'made_at')
    .addColumn('bytes', bytes, c => c.notNull())
    .addPrimaryKeyConstraint('published_lists_pk', ['list', 'version'])
    .addUniqueConstraint('published_lists_sha256', ['sha256'])
    .execute()
  await int(text(table('published_manifests'), 'etag', 'basis'), 'version', 'made_at')
    .addColumn('bytes', bytes, c => c.notNull())
    .addPrimaryKeyConstraint('published_manifests_pk', ['version'])
    .execute()
  await int(table('trust_documents'), 'version', 'added_at')
    .addColumn('bytes', bytes, c => c.notNull())
    .addPrimaryKeyConstraint('trust_documents_pk', ['version'])
    .execute()
  await int(text(table('revoked_kids'), 'kid'), 'revoked_at')
    .addPrimaryKeyConstraint('revoked_kids_pk', ['kid'])
    .execute()
  await int(text(table('leases'), 'name', 'owner'), 'until')
    .addPrimaryKeyConstraint('leases_pk', ['name'])
    .execute()
}

async function gatesAndJournals(db: Kysely<unknown>): Promise<void> {
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  await int(text(table('proofs'), 'jti'), 'expires_at')
    .addPrimaryKeyConstraint('proofs_pk', ['jti'])
    .execute()
  await db.schema.createIndex('proofs_expires').on('proofs').column('expires_at').execute()
  await intOrNull(
    int(text(table('gates'), 'id', 'station', 'key_thumbprint'), 'enrolled_at'),
    'seen_at',
  )
    .addPrimaryKeyConstraint('gates_pk', ['id'])
    .addUniqueConstraint('gates_key', ['key_thumbprint'])
    .execute()
  await intOrNull(
    int(text(table('enrolments'), 'code_hash', 'gate', 'station'), 'expires_at'),
    'used_at',
  )
    .addPrimaryKeyConstraint('enrolments_pk', ['code_hash'])
    .execute()
  await int(text(table('gate_epochs'), 'gate', 'epoch', 'last_hash'), 'next', 'opened_at')
    .addPrimaryKeyConstraint('gate_epochs_pk', ['gate', 'epoch'])
    .execute()
  const events = text(
    table('gate_events'),
    'gate',
    'epoch',
    'clock',
    'lane',
    'kind',
    'body_hash',
    'hash',
  )
  await textOrNull(int(events, 'seq', 'at', 'received_at'), 'body')
    .addPrimaryKeyConstraint('gate_events_pk', ['gate', 'epoch', 'seq'])
    .execute()
}

async function staffAccounts(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const date = types.authDate as RawBuilder<never>
  const flag = types.authBoolean as RawBuilder<never>
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  const dated = (t: Table) =>
    t.addColumn('createdAt', date, c => c.notNull()).addColumn('updatedAt', date, c => c.notNull())
  await dated(textOrNull(text(table('staff'), 'id', 'name', 'email', 'role'), 'image'))
    .addColumn('emailVerified', flag, c => c.notNull())
    .addPrimaryKeyConstraint('staff_pk', ['id'])
    .addUniqueConstraint('staff_email', ['email'])
    .execute()
  await dated(
    textOrNull(text(table('staff_sessions'), 'id', 'token', 'userId'), 'ipAddress', 'userAgent'),
  )
    .addColumn('expiresAt', date, c => c.notNull())
    .addPrimaryKeyConstraint('staff_sessions_pk', ['id'])
    .addUniqueConstraint('staff_sessions_token', ['token'])
    .addForeignKeyConstraint('staff_sessions_staff', ['userId'], 'staff', ['id'], c =>
      c.onDelete('cascade'),
    )
    .execute()
  await db.schema.createIndex('staff_sessions_user').on('staff_sessions').column('userId').execute()
  const accounts = text(table('staff_accounts'), 'id', 'accountId', 'providerId', 'userId')
  await dated(textOrNull(accounts, 'accessToken', 'refreshToken', 'idToken', 'scope', 'password'))
    .addColumn('accessTokenExpiresAt', date)
    .addColumn('refreshTokenExpiresAt', date)
    .addPrimaryKeyConstraint('staff_accounts_pk', ['id'])
    .addForeignKeyConstraint('staff_accounts_staff', ['userId'], 'staff', ['id'], c =>
      c.onDelete('cascade'),
    )
    .execute()
  await db.schema.createIndex('staff_accounts_user').on('staff_accounts').column('userId').execute()
  await dated(text(table('staff_verifications'), 'id', 'identifier', 'value'))
    .addColumn('expiresAt', date, c => c.notNull())
    .addPrimaryKeyConstraint('staff_verifications_pk', ['id'])
    .execute()
  await int(text(table('staff_rate_limits'), 'id', 'key'), 'count', 'lastRequest')
    .addPrimaryKeyConstraint('staff_rate_limits_pk', ['id'])
    .addUniqueConstraint('staff_rate_limits_key', ['key'])
    .execute()
}

async function auditChain(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('audit')
    .addColumn('salt', 'text', c => c.notNull().defaultTo(''))
    .execute()
  await db.schema
    .alterTable('audit')
    .addColumn('sealed', 'bigint', c => c.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createIndex('audit_unsealed')
    .on('audit')
    .column('id')
    .where(sql.ref('sealed'), '=', sql.lit(0))
    .execute()
  const table = db.schema.createTable('audit_chain') as unknown as Table
  await int(text(table, 'audit_id', 'body_hash', 'hash'), 'seq', 'sealed_at')
    .addPrimaryKeyConstraint('audit_chain_pk', ['seq'])
    .addUniqueConstraint('audit_chain_row', ['audit_id'])
    .execute()
}

async function answersAndRates(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const change = () => db.schema.alterTable('proofs')
  await change()
    .addColumn('input_hash', 'text', c => c.notNull().defaultTo(''))
    .execute()
  await change()
    .addColumn('request_hash', 'text', c => c.notNull().defaultTo(''))
    .execute()
  await change().addColumn('status', 'bigint').execute()
  await change()
    .addColumn('answer', types.bytes as RawBuilder<never>)
    .execute()
  const table = db.schema.createTable('rates') as unknown as Table
  await int(text(table, 'key'), 'window_start', 'n')
    .addPrimaryKeyConstraint('rates_pk', ['key'])
    .execute()
}

async function stationsAndPassages(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .alterTable('gates')
    .addColumn('public_key', 'text', c => c.notNull().defaultTo(''))
    .execute()
  await db.schema.createIndex('gates_station').on('gates').column('station').execute()
  const table = (name: string) => db.schema.createTable(name) as unknown as Table
  await int(text(table('station_manifests'), 'station', 'etag', 'basis'), 'version', 'made_at')
    .addColumn('bytes', types.bytes as RawBuilder<never>, c => c.notNull())
    .addPrimaryKeyConstraint('station_manifests_pk', ['station'])
    .execute()
  const passages = text(table('gate_passages'), 'gate', 'epoch', 'station', 'lane', 'area', 'cti')
  await intOrNull(int(text(passages, 'direction'), 'seq', 'at'), 'presented_at')
    .addPrimaryKeyConstraint('gate_passages_pk', ['gate', 'epoch', 'seq'])
    .execute()
  const index = (name: string) => db.schema.createIndex(name).on('gate_passages')
  await index('gate_passages_at').column('at').execute()
  await index('gate_passages_cti').columns(['cti', 'at']).execute()
}

async function gateConfigs(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const table = db.schema.createTable('gate_configs') as unknown as Table
  const named = text(table, 'gate', 'actor', 'reason', 'text', 'sha256')
  await int(named, 'revision', 'made_at', 'confirm_minutes', 'length')
    .addColumn('bytes', types.bytes as RawBuilder<never>, c => c.notNull())
    .addPrimaryKeyConstraint('gate_configs_pk', ['gate', 'revision'])
    .execute()
}

function steps(engine: Engine): Record<string, Migration> {
  const types = COLUMN_TYPES[engine]
  return {
    '001-people-and-certificates': { up: db => peopleAndCertificates(db, types) },
    '002-publishing': { up: db => publishing(db, types) },
    '003-gates-and-journals': { up: gatesAndJournals },
    '004-staff-accounts': { up: db => staffAccounts(db, types) },
    '005-audit-chain': { up: auditChain },
    '006-answers-and-rates': { up: db => answersAndRates(db, types) },
    '007-stations-and-passages': { up: db => stationsAndPassages(db, types) },
    '008-tickets': { up: db => ticketTables(db, types) },
    '009-gate-configs': { up: db => gateConfigs(db, types) },
    '010-applications': { up: db => applicationTables(db, types) },
    '011-second-factor': { up: db => secondFactor(db, types) },
    '012-gate-health': { up: gateHealthTable },
    '013-approvals-and-appeals': { up: db => deskTables(db, types) },
    '014-retention': { up: db => retention(db, types) },
    '015-gate-gaps': { up: gateGapsTable },
    '016-disabled-staff': { up: disabledStaff },
    '019-seen-frames': { up: db => frameTables(db, types) },
    '020-served-codes': { up: codeTables },
    '022-audit-series': { up: db => auditSeries(db, engine) },
    '023-gates-ahead': { up: gatesAheadTable },
    '024-list-life': { up: listLife },
    '025-report-chain': { up: reportChain },
    '026-documents-of-people': { up: documentsOfPeople },
    '027-fleet': { up: fleetTables },
    '028-frame-sketches': { up: frameSketches },
  }
}

/** Brings the schema up to date. A failed step is rolled back. Throws StartError `DATABASE`. */
export async function migrate(db: Database, engine: Engine): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => steps(engine) },
    migrationTableName: 'schema_steps',
    migrationLockTableName: 'schema_lock',
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) {
    const code = String((error as { code?: unknown }).code ?? 'unknown reason')
    throw new StartError(
      'DATABASE',
      `the database could not be reached or brought up to date: ${code}`,
      { cause: error },
    )
  }
}
